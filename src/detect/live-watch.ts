/**
 * The detectors on traffic that passes now: what is handed over is copied into memory of a fixed size and looked at when
 * there is time, a little at once, so that whoever hands it over is not held up. What comes too fast is not looked at, and
 * that is told. A detector that fails ends the watching, and nothing else.
 *
 * @module
 */

import { type Finding, SEVERITIES } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import { OperationQueue, type QueueSize } from '../operation/operation-queue.ts';
import type { Policy } from '../policy/policy.ts';
import { ProcessMonitor } from '../process/process-monitor.ts';
import type { ProcessProfile } from '../process/profile.ts';
import type { TagReading } from '../process/reading-lines.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Detector } from './detector.ts';
import type { Group } from './grouping.ts';
import type { Known } from './known.ts';
import type { Talk } from './parties.ts';
import { ReadingsOf, tagInfos } from './readings.ts';
import { muteOf, type Tuning } from './tuning.ts';

/** What waits to be looked at. */
const SIZE: QueueSize = { operations: 8192, bytes: 1 << 20 };
/** Operations between two looks at the clock, and milliseconds of looking at once. */
const STEP = 16;
const SLICE = 1;

/** Whose operation it is, with the name of the server's host in the policy. */
export interface LiveTalk extends Talk {
  readonly serverHost: string;
}

export interface LiveOptions {
  readonly protocols: readonly Protocol[];
  /** Its tags are watched. */
  readonly policy: Policy;
  /** How readings usually behave; without it only ranges are watched. */
  readonly profile?: ProcessProfile | undefined;
  /** What is usual in the plant, and what its owner says; without it only readings are looked at. */
  readonly detect?: { readonly tuning: Tuning; readonly known: Known } | undefined;
  /** Is told of a finding when it begins, when it becomes worse, and (`over`) when more of the same has come to an end. */
  readonly tell: (finding: Finding, over: boolean) => void;
  /** Is told why nothing is looked at any more. */
  readonly failed: (error: Error) => void;
  readonly size?: QueueSize;
}

export class LiveWatch {
  readonly #options: LiveOptions;
  readonly #queue: OperationQueue<LiveTalk>;
  /** Whose operation is being handed to the detectors. */
  readonly #current: { session: LiveTalk };
  readonly #detector: Detector | undefined;
  /** Severity with which each finding that goes on was told last, and how many there were. */
  readonly #told = new Map<Group, { severity: number; count: number }>();
  #tags: string;
  #monitor: ProcessMonitor;
  #readings: ReadingsOf;
  #scheduled = false;
  #failed = false;

  constructor(options: LiveOptions) {
    const { protocols, policy, detect, size = SIZE } = options;
    this.#options = options;
    this.#queue = new OperationQueue(size);
    const nobody = { clientAddress: '', serverAddress: '', clientName: '', serverName: '', serverHost: '' };
    this.#current = { session: nobody };
    this.#detector =
      detect &&
      new Detector({ ...detect, protocols, current: this.#current, begins: group => this.#begins(group) });
    this.#tags = JSON.stringify(tagInfos(policy));
    this.#monitor = this.#watch(policy);
    this.#readings = new ReadingsOf(policy, this.#current, this.#monitor);
  }

  /** An operation passes. */
  passed(op: Operation, talk: LiveTalk): void {
    if (this.#failed || !this.#queue.add(op, talk) || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#look());
  }

  /** Somebody read a tag elsewhere: one more reader of it. */
  heard({ tag, time, value, source }: TagReading): void {
    if (this.#failed) return;
    this.#carefully(() => this.#monitor.observe(tag, time, value, source));
  }

  /** Another policy is in force. What is known of readings is kept where it has the same tags. */
  reload(policy: Policy): void {
    const tags = JSON.stringify(tagInfos(policy));
    if (tags !== this.#tags) this.#monitor = this.#watch(policy);
    this.#tags = tags;
    this.#readings = new ReadingsOf(policy, this.#current, this.#monitor);
  }

  /** To be called about once a second: what went on, and is over by `now` (seconds since 1970). */
  tick(now: number): void {
    const grouping = this.#detector?.grouping;
    if (grouping === undefined || this.#failed) return;
    for (const group of grouping.groups) {
      const told = this.#told.get(group);
      if (told !== undefined && SEVERITIES.indexOf(group.severity) > told.severity) this.#tell(group, false);
    }
    for (const group of grouping.over(now)) this.#end(group);
  }

  /** Operations that came too fast to be looked at, since this was asked last. */
  lost(): number {
    return this.#queue.lost();
  }

  /** Looks at all that waits, and tells what goes on still: nothing more comes. */
  finish(): void {
    while (!this.#failed && !this.#queue.empty) this.#take(STEP);
    if (this.#failed) return;
    this.#detector?.finish();
    for (const group of this.#detector?.grouping.groups ?? []) this.#end(group);
  }

  /** Tags of which the profile is not applied, with the reason; a sentence each. */
  notes(): string[] {
    if (this.#options.profile === undefined) return [];
    return this.#monitor
      .silent()
      .map(({ tag, source, why }) => `only its range is watched: ${tag}, as ${source} reads it: ${why}`);
  }

  #watch(policy: Policy): ProcessMonitor {
    const { profile, tell } = this.#options;
    return new ProcessMonitor({
      tags: tagInfos(policy),
      ...(profile === undefined ? {} : { profile }),
      sink: finding => tell(finding, false),
    });
  }

  /** A slice of what waits; the rest after whatever else there is to do. */
  #look(): void {
    const until = performance.now() + SLICE;
    do this.#take(STEP);
    while (!this.#failed && !this.#queue.empty && performance.now() < until);
    this.#scheduled = !this.#failed && !this.#queue.empty;
    if (this.#scheduled) setImmediate(() => this.#look());
  }

  #take(most: number): void {
    this.#carefully(() =>
      this.#queue.take(most, (op, talk) => {
        this.#current.session = talk;
        this.#readings.operation(op);
        this.#detector?.operation(op);
      }),
    );
  }

  #carefully(look: () => void): void {
    try {
      look();
    } catch (error) {
      // Whatever it is: the plant stays protected, and people are told that it is not watched.
      this.#failed = true;
      this.#options.failed(error as Error);
    }
  }

  #begins(group: Group): void {
    const finding = group.finding();
    if (muteOf(this.#options.detect!.tuning.mutes, finding) !== undefined) return;
    this.#tell(group, false);
  }

  #end(group: Group): void {
    const told = this.#told.get(group);
    if (told !== undefined && group.count > told.count) this.#tell(group, true);
    this.#told.delete(group);
  }

  #tell(group: Group, over: boolean): void {
    const { severity, count } = group;
    this.#told.set(group, { severity: SEVERITIES.indexOf(severity), count });
    this.#options.tell(group.finding(), over);
  }
}
