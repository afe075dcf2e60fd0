/**
 * Zones and hosts of a policy.
 *
 * @module
 */

import { isSingle, parseNetwork } from '../address.ts';
import type { Host, Zone } from '../model.ts';
import { suggestion } from './nearest.ts';
import type { Entry, Place, Reader } from './reader.ts';

export const ZONE_KEYS = ['about', 'level', 'target', 'hosts'] as const;
export const HOST_KEYS = ['at', 'about', 'vendor', 'model'] as const;
export const LEVELS = ['0', '1', '2', '3', '3.5', '4', '5'] as const;
export const TARGETS = ['SL-0', 'SL-1', 'SL-2', 'SL-3', 'SL-4'] as const;

const ZONES_EXAMPLE = '`control-room: { level: 2, hosts: { hmi-1: 10.1.0.11 } }`';
const HOSTS_EXAMPLE = '`{ hmi-1: 10.1.0.11 }`';
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Hosts by network. */
type Claims = Map<string, Host>;

/** Zones and hosts by name, as the rest of the policy refers to them. */
export class Places {
  readonly zones = new Map<string, Zone>();
  readonly hosts = new Map<string, Host>();
  /** Names whose definition has a mistake: they are known, and nothing more is said of them. */
  readonly broken = new Set<string>();

  /** The hosts that a host's or zone's name stands for; says so where there is none. */
  resolve(reader: Reader, place: Place, what: string): readonly Host[] | undefined {
    const name = reader.text(place, what, 'the name of a host or a zone');
    if (name === undefined) return undefined;
    const host = this.hosts.get(name);
    if (host !== undefined) return [host];
    const zone = this.zones.get(name);
    if (zone !== undefined) return zone.hosts;
    if (this.broken.has(name)) return undefined;
    return reader.problem(
      place.at,
      () =>
        `${what}: no host or zone '${name}'${suggestion(name, [...this.zones.keys(), ...this.hosts.keys()], '; define it under zones:')}`,
    );
  }

  /** One host with one address. */
  single(reader: Reader, place: Place, what: string): Host | undefined {
    const name = reader.text(place, what, 'the name of a host');
    return name === undefined ? undefined : this.singleNamed(reader, place.at, name, what);
  }

  singleNamed(reader: Reader, at: number, name: string, what: string): Host | undefined {
    const host = this.hosts.get(name);
    if (host === undefined) {
      if (this.broken.has(name)) return undefined;
      const zone = this.zones.get(name);
      if (zone !== undefined) {
        return reader.problem(at, `${what}: '${name}' is a zone; name one of its hosts`);
      }
      return reader.problem(
        at,
        () =>
          `${what}: no host '${name}'${suggestion(name, [...this.hosts.keys()], '; define it under zones:')}`,
      );
    }
    if (isSingle(host.network)) return host;
    return reader.problem(
      at,
      `${what}: '${name}' is the range ${host.network.text}; name a host with one address`,
    );
  }
}

export function readZones(reader: Reader, place: Place): Places {
  const places = new Places();
  const claims: Claims = new Map();
  for (const entry of reader.entries(place, 'zones', ZONES_EXAMPLE) ?? []) {
    checkName(reader, places, entry, 'zone');
    const what = `zone '${entry.key}'`;
    const fields = reader.fields(entry.value, what, ZONE_KEYS, '`{ level: 2, hosts: { hmi-1: 10.1.0.11 } }`');
    if (fields === undefined) {
      places.broken.add(entry.key);
      continue;
    }
    const level = fields.get('level');
    const target = fields.get('target');
    const about = fields.get('about');
    if (about !== undefined) reader.text(about.value, `about of ${what}`, 'a sentence');
    const hosts: Host[] = [];
    const list = fields.get('hosts');
    if (list === undefined) {
      reader.problem(entry.keyAt, `${what} has no hosts; write \`hosts: ${HOSTS_EXAMPLE.slice(1)}`);
    } else {
      for (const host of reader.entries(list.value, `hosts of ${what}`, HOSTS_EXAMPLE) ?? []) {
        checkName(reader, places, host, 'host');
        const read = readHost(reader, host, entry.key, claims);
        if (read === undefined) places.broken.add(host.key);
        else {
          hosts.push(read);
          if (!places.hosts.has(read.name)) places.hosts.set(read.name, read);
        }
      }
    }
    const levelText = level && reader.word(level.value, `level of ${what}`, LEVELS);
    const targetText = target && reader.word(target.value, `target of ${what}`, TARGETS);
    places.zones.set(entry.key, {
      name: entry.key,
      level: levelText === undefined ? undefined : Number(levelText),
      target: targetText === undefined ? undefined : Number(targetText.slice(3)),
      hosts,
      line: reader.line(entry.keyAt),
    });
  }
  return places;
}

function readHost(reader: Reader, entry: Entry, zone: string, claims: Claims): Host | undefined {
  const what = `host '${entry.key}'`;
  let at: Place = entry.value;
  if (reader.isMap(entry.value)) {
    const fields = reader.fields(entry.value, what, HOST_KEYS, '`{ at: 10.1.0.11 }`');
    for (const key of ['about', 'vendor', 'model'] as const) {
      const note = fields?.get(key);
      if (note !== undefined) reader.text(note.value, `${key} of ${what}`, 'a word or a sentence');
    }
    const address = fields?.get('at');
    if (address === undefined)
      return reader.problem(entry.keyAt, `${what} has no address; write \`at: 10.1.0.11\``);
    at = address.value;
  }
  const text = reader.text(at, what, 'an address such as 10.1.0.11');
  if (text === undefined) return undefined;
  const network = parseNetwork(text);
  if ('problem' in network) return reader.problem(at.at, `${what}: ${network.problem}`);
  const line = reader.line(entry.keyAt);
  const key = `${network.family} ${network.first}/${network.prefix}`;
  const other = claims.get(key);
  if (other !== undefined) {
    return reader.problem(
      at.at,
      `${what}: ${text} is already the address of '${other.name}' (line ${other.line}); keep one of the two`,
    );
  }
  const host = { name: entry.key, zone, network, line };
  claims.set(key, host);
  return host;
}

/** Hosts and zones share their names, since conduits name either. */
function checkName(reader: Reader, places: Places, entry: Entry, what: string): void {
  if (!NAME.test(entry.key)) {
    reader.problem(
      entry.keyAt,
      `'${entry.key}' is no name for a ${what}; use letters, digits, '-', '_' and '.'`,
    );
  }
  const other = places.hosts.get(entry.key) ?? places.zones.get(entry.key);
  if (other !== undefined) {
    reader.problem(
      entry.keyAt,
      `the ${what} '${entry.key}' has the same name as what is on line ${other.line}; give one of them another`,
    );
  }
}
