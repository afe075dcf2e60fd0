/**
 * Compares what was read of a controller with what was approved.
 *
 * @module
 */

import type { DeviceProgram, FactKind, ProgramReader } from '../protocol/program-reader.ts';
import { type ApprovedProgram, clockAhead } from './approved-program.ts';
import type { Permitted } from './permitted.ts';

/** A block: more than approved, less, another, or one that could be read and cannot any more. */
export interface BlockDifference {
  readonly kind: 'added' | 'missing' | 'changed' | 'unreadable';
  readonly object: string;
  /** Undefined where there is none, or where it was not read. */
  readonly approved: Uint8Array | undefined;
  readonly found: Uint8Array | undefined;
  /** Why it could not be read. */
  readonly problem: string;
}

/** Something that the controller says of itself; undefined where it did not say it. */
export interface FactDifference {
  readonly kind: FactKind;
  readonly name: string;
  readonly approved: string | undefined;
  readonly found: string | undefined;
}

export interface ClockDifference {
  /** s by which the clock is ahead of ours now, and was when the program was approved; undefined where not told. */
  readonly ahead: number | undefined;
  readonly approved: number;
}

/** A block that was changed as a permit allows. */
export interface PermittedChange {
  readonly object: string;
  /** Short id of the permit. */
  readonly permit: string;
}

export interface Comparison {
  readonly blocks: readonly BlockDifference[];
  readonly facts: readonly FactDifference[];
  readonly clock: ClockDifference | undefined;
  /** What could not be read, or contradicts itself. */
  readonly problems: readonly string[];
  /** Blocks whose present values differ from those that were read with the approved program; no difference by itself. */
  readonly values: readonly string[];
  /** Blocks that are not as in the approved program, but as a permit allowed since; no difference either. */
  readonly permitted: readonly PermittedChange[];
  /** Blocks whose bytes were compared and are as approved. */
  readonly same: number;
}

export interface CompareOptions {
  /** Seconds that the clock may be off from where it was. */
  readonly clock: number;
  /** Compare the present values of data blocks too: of all, or of these. */
  readonly values: boolean | ReadonlySet<string>;
  /** What was changed under permits; none where it is not given. */
  readonly permitted?: Permitted | undefined;
}

export function compare(
  approved: ApprovedProgram,
  program: DeviceProgram,
  reader: ProgramReader,
  options: CompareOptions,
): Comparison {
  const withValues = (object: string) =>
    typeof options.values === 'boolean' ? options.values : options.values.has(object);
  const differences: BlockDifference[] = [];
  const values: string[] = [];
  let same = 0;
  const found = new Map(program.objects.map(each => [each.object, each]));
  for (const { object, bytes, problem } of found.values()) {
    const was = approved.content.get(object);
    const known = was !== undefined || approved.listed.includes(object);
    const difference = { object, approved: was, found: bytes, problem };
    if (!known) differences.push({ ...difference, kind: 'added' });
    else if (bytes === undefined) {
      // A part of the firmware is neither read then nor now.
      if (was !== undefined) differences.push({ ...difference, kind: 'unreadable' });
    } else if (was !== undefined && equal(was, bytes)) same++;
    else if (was !== undefined && !withValues(object) && equal(reader.lasting(was), reader.lasting(bytes))) {
      values.push(object);
      same++;
    } else differences.push({ ...difference, kind: 'changed' });
  }
  for (const object of [...approved.content.keys(), ...approved.listed]) {
    if (found.has(object)) continue;
    const was = approved.content.get(object);
    differences.push({ kind: 'missing', object, approved: was, found: undefined, problem: '' });
  }
  const blocks: BlockDifference[] = [];
  const permitted: PermittedChange[] = [];
  for (const difference of differences) {
    const permit = permitOf(difference, options.permitted);
    if (permit === undefined) blocks.push(difference);
    else permitted.push({ object: difference.object, permit });
  }
  const facts = compareFacts(approved, program);
  const clock = compareClock(approved, program, options);
  // What could not be read of the trusted controller either is known, and people were told of it then.
  const problems = program.problems.filter(problem => !approved.problems.includes(problem));
  return { blocks, facts, clock, problems, values, permitted, same };
}

function permitOf(
  { kind, object, found }: BlockDifference,
  permitted: Permitted | undefined,
): string | undefined {
  if (kind === 'missing') return permitted?.deleted(object);
  return found && permitted?.loaded(object, found);
}

function compareFacts(approved: ApprovedProgram, { facts }: DeviceProgram): FactDifference[] {
  const then = new Map(approved.facts.map(fact => [fact.name, fact]));
  const now = new Map(facts.map(fact => [fact.name, fact]));
  const differences: FactDifference[] = [];
  for (const name of new Set([...then.keys(), ...now.keys()])) {
    const was = then.get(name);
    const is = now.get(name);
    if (was?.value === is?.value) continue;
    differences.push({ kind: (was ?? is)!.kind, name, approved: was?.value, found: is?.value });
  }
  return differences;
}

function compareClock(
  approved: ApprovedProgram,
  program: DeviceProgram,
  options: CompareOptions,
): ClockDifference | undefined {
  if (approved.clockAhead === undefined) return undefined;
  const ahead = clockAhead(program);
  if (ahead !== undefined && Math.abs(ahead - approved.clockAhead) <= options.clock) return undefined;
  return { ahead, approved: approved.clockAhead };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
