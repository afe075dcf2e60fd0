/**
 * What a plant's owner tells the detectors: which hosts do what, how much is too much, and which findings are known
 * and not to be told for a while.
 *
 * @module
 */

import type { Finding } from '../operation/finding.ts';
import { contains, type Network, parseAddress } from '../policy/address.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './thresholds.ts';

/** What hosts can be known for. */
export const ROLES = {
  engineering:
    'engineering stations: their uploads and sessions are no findings, and changes by them are less severe',
  scanners: 'scanners of your own: what they search, try and break is no finding',
  time: 'servers of time: that they set clocks is no finding',
  safety: 'safety controllers: every change at them is a finding',
} as const;
export type Role = keyof typeof ROLES;

/** Findings that are not told. */
export interface Mute {
  /** Name of the kind. */
  readonly kind: string;
  /** Only with this client, or this server. */
  readonly client?: Network;
  readonly server?: Network;
  readonly reason: string;
  /** The last day (UTC) that it holds: 2027-05-01. By the time of the finding. */
  readonly until: string;
  /** Line of the file. */
  readonly line: number;
}

export interface Tuning {
  readonly hosts: Readonly<Record<Role, readonly Network[]>>;
  /** Seconds of traffic during which what is seen becomes known, where there is no baseline. */
  readonly learning: number;
  /** Seconds without anything alike after which a finding is over. */
  readonly quiet: number;
  readonly thresholds: Thresholds;
  readonly mutes: readonly Mute[];
}

export const DEFAULT_TUNING: Tuning = {
  hosts: { engineering: [], scanners: [], time: [], safety: [] },
  learning: 7 * 86_400,
  quiet: 3600,
  thresholds: DEFAULT_THRESHOLDS,
  mutes: [],
};

/** Which hosts are known for what; remembers the answers, since the same few hosts talk all day. */
export class Roles {
  readonly #hosts: Tuning['hosts'];
  readonly #answers = new Map<string, ReadonlySet<Role>>();

  constructor(hosts: Tuning['hosts']) {
    this.#hosts = hosts;
  }

  is(address: string, role: Role): boolean {
    let roles = this.#answers.get(address);
    if (roles === undefined) {
      if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
      const names = Object.keys(ROLES) as Role[];
      roles = new Set(names.filter(name => within(this.#hosts[name], address)));
      this.#answers.set(address, roles);
    }
    return roles.has(role);
  }
}

const MAX_ANSWERS = 1 << 14;

/** The mute that holds for the finding, or undefined. */
export function muteOf(mutes: readonly Mute[], { kind, subject, from }: Finding): Mute | undefined {
  return mutes.find(
    mute =>
      mute.kind === kind &&
      (mute.client === undefined || within([mute.client], subject.client ?? '')) &&
      (mute.server === undefined || within([mute.server], subject.server ?? '')) &&
      dayOf(from) <= mute.until,
  );
}

function within(networks: readonly Network[], address: string): boolean {
  if (networks.length === 0) return false;
  const parsed = parseAddress(address);
  return parsed !== undefined && networks.some(network => contains(network, parsed));
}

/** Day (UTC) of a time in seconds; '' where it is none. */
function dayOf(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}
