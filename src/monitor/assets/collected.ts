/**
 * What was collected, as plain data: so it can be handed from one thread to another, and what several threads collected,
 * each from its own share of the pairs of hosts, can be put together.
 *
 * @module
 */

import type { Assets } from './assets.ts';
import type { Fact } from './fact-list.ts';
import { type MacOfHost, NO_FACTS, type Shown } from './hosts.ts';
import { LinkList } from './link-list.ts';
import type { LinkData } from './links.ts';
import type { Proof } from './proof.ts';

/** What is known of an address, IP or hardware. */
interface Known {
  readonly first: Proof;
  readonly vlans: ReadonlySet<number>;
  readonly facts: readonly Fact[];
  readonly shown: ReadonlyMap<string, Shown>;
}

export interface CollectedHost extends Known {
  readonly address: string;
  readonly packets: number;
  readonly bytes: number;
  readonly last: number;
  readonly macs: readonly MacOfHost[];
  readonly lostMacs: number;
  readonly ports: ReadonlyMap<number, Proof>;
}

export interface CollectedDevice extends Known {
  readonly mac: number;
}

/** For what there was no room (`Inventory` says what each is). */
export interface Lost {
  readonly refusedPackets: number;
  readonly forgottenAddresses: number;
  readonly refusedFrames: number;
  readonly forgottenMacs: number;
  readonly sessions: number;
  readonly facts: number;
  readonly details: number;
}

/** `Links` is a table that can be handed from one thread to another, or the list that is made of those tables. */
export interface Collected<Links = LinkList> {
  readonly hosts: readonly CollectedHost[];
  readonly devices: readonly CollectedDevice[];
  readonly links: Links;
  readonly lost: Lost;
}

/** What was collected, as it is: nothing is collected any more. */
export function collectedOf(assets: Assets): Collected {
  const { hosts, devices, links, files } = assets;
  const list = new LinkList([links.data(files)]);
  return { hosts: hosts.all, devices: devices.all, links: list, lost: lostOf(assets) };
}

/** A copy of what was collected so far. */
export function collectedSoFar(assets: Assets): Collected<LinkData> {
  const { hosts, devices, links, files } = assets;
  return {
    hosts: hosts.all.map(({ address, first, packets, bytes, last, macs, lostMacs, ports, ...rest }) => ({
      address,
      first: { ...first },
      packets,
      bytes,
      last,
      macs: macs.map(one => ({ ...one, proof: { ...one.proof } })),
      lostMacs,
      ports,
      vlans: rest.vlans,
      facts: rest.factList?.list() ?? NO_FACTS,
      shown: rest.shown,
    })),
    devices: devices.all.map(({ mac, first, vlans, facts, shown }) => ({
      mac,
      first: { ...first },
      vlans,
      facts,
      shown,
    })),
    links: links.data([...files]),
    lost: lostOf(assets),
  };
}

function lostOf({ hosts, devices, links, facts, details }: Assets): Lost {
  return {
    refusedPackets: hosts.refused,
    forgottenAddresses: hosts.forgotten,
    refusedFrames: devices.refused,
    forgottenMacs: devices.forgotten,
    sessions: links.refused,
    facts: facts.lost,
    details: details.lost + links.lost,
  };
}

/** What all of them collected. A hardware address, and an IP address, may be met by several; a link is one thread's. */
export function together(parts: readonly Collected<LinkData>[]): Collected {
  const [only, ...others] = parts;
  const links = new LinkList(parts.map(part => part.links));
  if (only !== undefined && others.length === 0) return { ...only, links };
  return {
    hosts: merged(
      parts.flatMap(({ hosts }) => hosts),
      host => host.address,
      joinHosts,
    ),
    devices: merged(
      parts.flatMap(({ devices }) => devices),
      device => device.mac,
      join,
    ),
    links,
    lost: sum(parts.map(({ lost }) => lost)),
  };
}

/** One of each key, in the order in which they were met first. */
function merged<T extends Known>(all: readonly T[], keyOf: (of: T) => unknown, join: (a: T, b: T) => T): T[] {
  const byKey = new Map<unknown, T>();
  for (const one of all) {
    const key = keyOf(one);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? one : join(known, one));
  }
  return [...byKey.values()].sort((a, b) => a.first.time - b.first.time);
}

function join<T extends Known>(a: T, b: T): T {
  return {
    ...a,
    first: earlier(a.first, b.first),
    vlans: new Set([...a.vlans, ...b.vlans]),
    facts: [...a.facts, ...b.facts].sort((one, other) => one.proof.time - other.proof.time),
    shown: union(a.shown, b.shown, (one, other) =>
      earlier(one.proof, other.proof) === one.proof ? one : other,
    ),
  };
}

function joinHosts(a: CollectedHost, b: CollectedHost): CollectedHost {
  const macs = new Map<number, MacOfHost>();
  for (const one of [...a.macs, ...b.macs]) {
    const known = macs.get(one.mac);
    macs.set(one.mac, known === undefined ? one : joinMacs(known, one));
  }
  return {
    ...join(a, b),
    packets: a.packets + b.packets,
    bytes: a.bytes + b.bytes,
    last: Math.max(a.last, b.last),
    macs: [...macs.values()].sort((a, b) => a.proof.time - b.proof.time),
    lostMacs: Math.max(a.lostMacs, b.lostMacs),
    ports: union(a.ports, b.ports, earlier),
  };
}

function joinMacs(a: MacOfHost, b: MacOfHost): MacOfHost {
  const claims = [a, b].filter(({ claim }) => claim !== undefined);
  const [claimed = a] = claims.sort((a, b) => a.claim!.time - b.claim!.time);
  return { ...claimed, packets: a.packets + b.packets, proof: earlier(a.proof, b.proof) };
}

function union<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, join: (a: V, b: V) => V): Map<K, V> {
  const all = new Map(a);
  for (const [key, value] of b) {
    const known = all.get(key);
    all.set(key, known === undefined ? value : join(known, value));
  }
  return all;
}

function earlier(a: Proof, b: Proof): Proof {
  return b.time < a.time ? b : a;
}

function sum(all: readonly Lost[]): Lost {
  const total = {
    refusedPackets: 0,
    forgottenAddresses: 0,
    refusedFrames: 0,
    forgottenMacs: 0,
    sessions: 0,
    facts: 0,
    details: 0,
  };
  for (const lost of all) for (const name of Object.keys(total) as (keyof Lost)[]) total[name] += lost[name];
  return total;
}
