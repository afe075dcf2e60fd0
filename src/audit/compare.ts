/**
 * Compares what was read of a controller with what was approved.
 *
 * @module
 */

import type { DeviceProgram, FactKind, ProgramReader } from '../protocol/program-reader.ts';
import { type ApprovedProgram, clockAhead } from './approved-program.ts';

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

export interface Comparison {
  readonly blocks: readonly BlockDifference[];
  readonly facts: readonly FactDifference[];
  readonly clock: ClockDifference | undefined;
  /** What could not be read, or contradicts itself. */
  readonly problems: readonly string[];
  /** Blocks whose present values differ from those that were read with the approved program; no difference by itself. */
  readonly values: readonly string[];
  /** Blocks whose bytes were compared and are as approved. */
  readonly same: number;
}

export interface CompareOptions {
  /** Seconds that the clock may be off from where it was. */
  readonly clock: number;
  /** Compare the present values of data blocks too. */
  readonly values: boolean;
}

/** Is anything different? */
export function isDifferent({ blocks, facts, clock, problems }: Comparison): boolean {
  return blocks.length > 0 || facts.length > 0 || clock !== undefined || problems.length > 0;
}

export function compare(
  approved: ApprovedProgram,
  program: DeviceProgram,
  reader: ProgramReader,
  options: CompareOptions,
): Comparison {
  const blocks: BlockDifference[] = [];
  const values: string[] = [];
  let same = 0;
  const found = new Map(program.objects.map(each => [each.object, each]));
  for (const { object, bytes, problem } of found.values()) {
    const was = approved.content.get(object);
    const known = was !== undefined || approved.listed.includes(object);
    if (!known) blocks.push({ kind: 'added', object, approved: was, found: bytes, problem });
    else if (bytes === undefined || was === undefined) {
      // A part of the firmware is neither read then nor now.
      if (was === bytes) continue;
      blocks.push({
        kind: bytes === undefined ? 'unreadable' : 'changed',
        object,
        approved: was,
        found: bytes,
        problem,
      });
    } else if (equal(was, bytes)) same++;
    else if (!options.values && equal(reader.lasting(was), reader.lasting(bytes))) {
      values.push(object);
      same++;
    } else blocks.push({ kind: 'changed', object, approved: was, found: bytes, problem });
  }
  for (const object of [...approved.content.keys(), ...approved.listed]) {
    if (found.has(object)) continue;
    const was = approved.content.get(object);
    blocks.push({ kind: 'missing', object, approved: was, found: undefined, problem: '' });
  }
  const facts = compareFacts(approved, program);
  const clock = compareClock(approved, program, options);
  // What could not be read of the trusted controller either is known, and people were told of it then.
  const problems = program.problems.filter(problem => !approved.problems.includes(problem));
  return { blocks, facts, clock, problems, values, same };
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
