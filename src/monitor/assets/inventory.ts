/**
 * The inventory: what was collected, put together by device, as plain data. What contradicts itself is kept side by side
 * and said.
 *
 * @module
 */

import { VERBS } from '../../operation/verb.ts';
import type { Assets } from './assets.ts';
import { conflictsOf } from './conflicts.ts';
import type { Fact } from './fact-list.ts';
import { compareIds, type Group, type Grouping, group } from './grouping.ts';
import type { Host } from './hosts.ts';
import type { Link } from './links.ts';
import { formatMac, isLocal, vendorOf } from './mac.ts';
import type { Proof } from './proof.ts';
import type { AssetRecord, Inventory, LinkRecord, MacRecord, ServiceRecord } from './records.ts';
import { rolesOf } from './roles.ts';

/** The inventory as it is now. Changes nothing. */
export function inventoryOf(assets: Assets): Inventory {
  const grouping = group(assets);
  const { groups } = grouping;
  const idOf = new Map<string, string>();
  for (const { hosts } of groups) for (const host of hosts) idOf.set(host.address, hosts[0]!.address);
  const out = new Map<string, Link[]>();
  const into = new Map<string, Link[]>();
  for (const link of assets.links.all) {
    push(out, idOf.get(link.client) ?? link.client, link);
    push(into, idOf.get(link.server) ?? link.server, link);
  }
  const records = groups.map(one => record(assets, grouping, one, out, into));
  const links = [...assets.links.all].map(link => linkRecord(assets, link, idOf));
  return {
    assets: records.sort((a, b) => compareIds(a.id, b.id)),
    links: links.sort(
      (a, b) => compareIds(a.client, b.client) || compareIds(a.server, b.server) || a.port - b.port,
    ),
    lost: {
      refusedPackets: assets.hosts.refused,
      forgottenAddresses: assets.hosts.forgotten,
      refusedFrames: assets.devices.refused,
      forgottenMacs: assets.devices.forgotten,
      sessions: assets.links.refused,
      facts: [...assets.hosts.all, ...assets.devices.all].reduce(
        (sum, { facts }) => sum + (facts?.lost ?? 0),
        0,
      ),
    },
  };
}

function record(
  assets: Assets,
  { sendsFor }: Grouping,
  one: Group,
  out: ReadonlyMap<string, Link[]>,
  into: ReadonlyMap<string, Link[]>,
): AssetRecord {
  const { hosts, devices, behind } = one;
  const id = hosts[0]?.address ?? formatMac(devices[0]!.mac);
  const uses = out.get(id) ?? [];
  const serves = into.get(id) ?? [];
  const facts = distinct([...hosts, ...devices].flatMap(each => each.facts?.list() ?? []));
  return {
    id,
    name: nameOf(facts),
    addresses: hosts.map(({ address, packets, bytes, first, last }) => ({
      address,
      packets,
      bytes,
      first,
      last: packets === 0 ? null : last,
    })),
    macs: macsOf(one),
    vlans: [...new Set([...hosts, ...devices].flatMap(({ vlans }) => [...vlans]))].sort((a, b) => a - b),
    behind: behind === 0 ? null : formatMac(behind),
    roles: rolesOf({ protocols: assets.protocols, group: one, sendsFor, uses, serves, facts }),
    serves: servicesOf(assets, hosts, serves),
    uses: uses.map(link => ({
      protocol: assets.protocols[link.protocol]!.name,
      server: link.server,
      port: link.port,
      verbs: verbsOf(link),
    })),
    facts,
    conflicts: conflictsOf(hosts, facts),
  };
}

/** Each once: the ports of a switch all tell the same of it. */
function distinct(facts: readonly Fact[]): Fact[] {
  const byText = new Map<string, Fact>();
  for (const fact of facts) {
    const key = `${fact.station}\0${fact.name}\0${fact.value}\0${fact.source}`;
    const known = byText.get(key);
    if (known === undefined || fact.proof.time < known.proof.time) byText.set(key, fact);
  }
  return [...byText.values()];
}

/** Names, those first that an engineer gave to the device itself. */
const NAMES = [
  ['PROFINET DCP', 'name'],
  ['SZL 0x001c', 'station name'],
  ['LLDP', 'name'],
  ['DHCP', 'name'],
] as const;

function nameOf(facts: readonly Fact[]): string | null {
  for (const [source, name] of NAMES) {
    const found = facts.find(fact => fact.source === source && fact.name === name);
    if (found !== undefined) return found.value;
  }
  return null;
}

function macsOf({ hosts, devices, behind }: Group): MacRecord[] {
  if (behind !== 0) return [];
  const proofs = new Map<number, Proof>();
  for (const { mac, first } of devices) proofs.set(mac, first);
  for (const host of hosts) {
    for (const { mac, proof } of host.macs) if (!proofs.has(mac)) proofs.set(mac, proof);
  }
  return [...proofs].map(([mac, proof]) => ({
    mac: formatMac(mac),
    vendor: vendorOf(mac),
    local: isLocal(mac),
    claims: hosts.flatMap(host =>
      host.macs.flatMap(one =>
        one.mac === mac && one.claim !== undefined
          ? [{ address: host.address, by: one.claimed, proof: one.claim }]
          : [],
      ),
    ),
    proof,
  }));
}

function servicesOf(assets: Assets, hosts: readonly Host[], links: readonly Link[]): ServiceRecord[] {
  const services = new Map<string, ServiceRecord>();
  for (const link of links) {
    const protocol = assets.protocols[link.protocol]!;
    const proof = link.firstDone.find(one => one !== undefined);
    // What was asked and not answered is not served.
    if (proof === undefined) continue;
    const key = `${link.port} ${protocol.name}`;
    const stations = new Map(services.get(key)?.stations.map(({ station, proof }) => [station, proof]));
    for (const [station, proof] of link.stations) {
      const text = protocol.stations.format(station);
      if (!stations.has(text)) stations.set(text, proof);
    }
    services.set(key, {
      port: link.port,
      protocol: protocol.name,
      stations: [...stations].map(([station, proof]) => ({ station, proof })),
      proof: services.get(key)?.proof ?? proof,
    });
  }
  const decoded = new Set([...services.values()].map(({ port }) => port));
  for (const host of hosts) {
    for (const [port, proof] of host.ports) {
      if (!decoded.has(port)) services.set(`${port} `, { port, protocol: null, stations: [], proof });
    }
  }
  return [...services.values()].sort((a, b) => a.port - b.port);
}

function linkRecord(assets: Assets, link: Link, idOf: ReadonlyMap<string, string>): LinkRecord {
  return {
    client: idOf.get(link.client) ?? link.client,
    server: idOf.get(link.server) ?? link.server,
    protocol: assets.protocols[link.protocol]!.name,
    port: link.port,
    operations: link.operations,
    failed: link.failed,
    verbs: verbsOf(link),
    first: link.first,
    last: link.last,
  };
}

/** Items by verb, the most frequent first. */
export function verbsOf({ asked, done }: Link): Record<string, number> {
  const counts = VERBS.map(({ name }, verb): [string, number] => [name, Math.max(asked[verb]!, done[verb]!)]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]));
}

function push(map: Map<string, Link[]>, key: string, link: Link): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [link]);
  else list.push(link);
}
