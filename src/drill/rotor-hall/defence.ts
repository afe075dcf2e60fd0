/**
 * How a defence joins the exercise at the rotor hall. Two stand in line and are part of what the
 * gateway does (permits, limits); two look on (read-back, replay), and limits do that too. Each says what it found, with the time; what people
 * do about it is the exercise's affair, and the same for all.
 *
 * @module
 */

import type { HallEndpoints } from '../../plant/rotor-hall/network.ts';
import type { Cascade } from '../../plant/rotor-hall/tags.ts';
import type { S7Block } from '../../plant/s7-block.ts';
import type { Tag } from '../../plant/tag.ts';

export const DEFENCES = ['permits', 'audit', 'limits', 'replay'] as const;
export type DefenceName = (typeof DEFENCES)[number];

/** How tables and people call them. */
export const DEFENCE_TITLES: Readonly<Record<DefenceName, string>> = {
  permits: 'program permits',
  audit: 'read-back audit',
  limits: 'process limits',
  replay: 'replay detection',
};

/** What people do about a finding, once they have had time to react. */
export type Consequence =
  /** The process is not as it should be, or may not be: the drives are stopped by hand, at their fronts. */
  | 'stop'
  /** Something was tried and refused: the station that it came from is taken off the network. */
  | 'isolate';

/** What a defence found. */
export interface Report {
  readonly defence: DefenceName;
  /** A sentence with its names and numbers. */
  readonly what: string;
  readonly calls: Consequence;
  /** Host name of the station that it came from, where that is known. */
  readonly station?: string;
  /** Drives of which cascade are stopped; of both where it isn't known. */
  readonly cascade?: Cascade;
}

/** A value that a station was told. */
export interface Reading {
  /** Simulated seconds. */
  readonly time: number;
  /** Host name of the station. */
  readonly station: string;
  readonly tag: Tag;
  readonly value: number;
}

/** What a defence is given to work with. */
export interface DefenceGround {
  /** Where the devices are reached: through the gateway where there is one. */
  readonly endpoints: HallEndpoints;
  /** Address of a host, by name. */
  address(host: string): string;
  /** When the exercise began by the hall's clock, s since 1970 UTC. */
  readonly began: number;
  report(report: Report): void;
}

/** A defence that looks on. */
export interface Watcher {
  /** A station was told something. */
  reading?(reading: Reading): void;
  /** Something was set by the operator, and the controller said yes. */
  command?(reading: Reading): void;
  /** A change of a program was approved and made. */
  change?(cascade: Cascade, block: S7Block): void;
  /** Called each simulated second, after the stations' rounds. */
  second?(time: number): Promise<void>;
}
