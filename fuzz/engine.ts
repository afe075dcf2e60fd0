/**
 * The loop: takes seeds, mutates them, runs the target, and stops at the first case that does wrong. The same seed gives
 * the same cases.
 *
 * @module
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../bench/generate/random.ts';
import { type Case, type Part, sizeOf } from './case.ts';
import { mutateCase } from './mutate.ts';
import type { Subject, Target } from './target.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Ends after so many parts (messages, packets, files). */
  readonly runs?: number;
  /** Ends at this time, as `performance.now()` has it. */
  readonly until?: number;
  /** Starts from what recorded captures have too. */
  readonly captures?: boolean;
  /** Is told of each case before it runs. */
  readonly watch?: (parts: Case, runs: number) => void;
}

export interface Failure {
  readonly parts: Case;
  readonly error: Error;
}

export interface FuzzResult {
  readonly cases: number;
  /** Parts that were run, and of those the mutated ones. */
  readonly runs: number;
  readonly mutated: number;
  readonly failure: Failure | undefined;
}

/** Bytes that the heap may grow by between one look and a later one. */
const MAX_GROWTH = 24 << 20;
/** Looks at the heap: the first when so many parts were run, then each time that twice as many were. */
const FIRST_LOOK = 4096;

export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, runs: wanted = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY, watch } = options;
  const seeds = await target.seeds(options.captures === true);
  const subject = target.open();
  let cases = 0;
  let runs = 0;
  let mutated = 0;
  let look = FIRST_LOOK;
  let heap = Number.POSITIVE_INFINITY;
  const result = (failure?: Failure): FuzzResult => ({ cases, runs, mutated, failure });
  while (runs < wanted && (cases % 16 !== 0 || performance.now() < until)) {
    const random = new Random(Math.imul(seed, 0x01000193) + cases);
    const made = mutateCase(random, random.pick(seeds), random.pick(seeds), target.grammar);
    cases++;
    runs += made.parts.length;
    mutated += made.mutated;
    watch?.(made.parts, runs);
    const error = await attempt(subject, made.parts);
    if (error !== undefined) return result({ parts: made.parts, error });
    if (runs < look) continue;
    look *= 2;
    const now = heapUsed();
    if (now - heap > (target.growth ?? MAX_GROWTH)) {
      return result({ parts: made.parts, error: new Error(`the heap grew from ${heap} to ${now} bytes`) });
    }
    // What was compiled and cached on the way is no growth: the first look is the one that counts least.
    heap = Math.max(now, heap === Number.POSITIVE_INFINITY ? 0 : heap);
  }
  return result();
}

/** Runs a case; what it throws, or undefined. */
export async function attempt(subject: Subject, parts: Case): Promise<Error | undefined> {
  try {
    await subject.run(parts, new Random(hashOf(parts)));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Steps that minimising may take. */
const MAX_STEPS = 4000;

/** The smallest case found that fails alike. */
export async function minimise(target: Target, failure: Failure): Promise<Failure> {
  const kind = kindOf(failure.error);
  let best = failure;
  let steps = 0;
  const better = async (parts: Part[]): Promise<boolean> => {
    if (steps++ > MAX_STEPS) return false;
    const error = await attempt(target.open(), parts);
    if (error === undefined || kindOf(error) !== kind) return false;
    best = { parts, error };
    return true;
  };
  // What fails only after others have run stays as it is.
  if (!(await better([...failure.parts]))) return failure;
  for (let before = -1; before !== sizeOf(best.parts) && steps < MAX_STEPS; ) {
    before = sizeOf(best.parts);
    for (let i = best.parts.length - 1; i >= 0; i--)
      await better(best.parts.filter((_, index) => index !== i));
    for (let i = 0; i < best.parts.length; i++) {
      for (let length = best.parts[i]!.bytes.length >> 1; length >= 1; length >>= 1) {
        for (let at = best.parts[i]!.bytes.length - length; at >= 0; at -= length) {
          const { kind: side, bytes } = best.parts[i]!;
          const shorter = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
          await better(best.parts.with(i, { kind: side, bytes: shorter }));
        }
      }
    }
  }
  return best;
}

/** What went wrong, without the numbers in it. */
function kindOf({ name, message }: Error): string {
  return `${name} ${message.split('\n')[0]!.replace(/[0-9a-f]{2,}|\d+/gi, '#')}`;
}

/** FNV-1a over all parts. */
function hashOf(parts: Case): number {
  let hash = 0x811c9dc5;
  for (const { kind, bytes } of parts) {
    hash = Math.imul(hash ^ kind, 0x01000193);
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  }
  return hash >>> 0;
}

let collect: (() => void) | undefined;

function heapUsed(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  const { heapUsed: used, external } = process.memoryUsage();
  return used + external;
}
