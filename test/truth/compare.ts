/**
 * Compares what is found in captures with their truth files. Where counts of messages differ, the messages are compared one
 * by one with tshark's, where that is installed: what is equal but for differences that have reasons has these.
 *
 * @module
 */

import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { FieldComparison } from '../fields/compare.ts';
import { withoutPeer } from '../peers.ts';
import { COUNTED, countCapture, type Tables } from './counts.ts';
import { DIFFERENCES } from './differences.ts';
import { reasonOfTpdus } from './transport.ts';

export interface Difference {
  readonly capture: string;
  /** Protocol, table and key: `modbus requests 3`. */
  readonly what: string;
  readonly truth: number;
  readonly found: number;
  /** Why it is right to differ; undefined where nobody has given a reason. */
  readonly reason: string | undefined;
}

export interface Comparison {
  /** Names of the captures that were compared. */
  readonly captures: readonly string[];
  readonly packets: number;
  /** Counts that were compared, and are equal. */
  readonly equal: number;
  readonly differences: readonly Difference[];
  /** Captures that could not be read to their end. */
  readonly problems: readonly string[];
  /** Captures without a truth file. */
  readonly untold: readonly string[];
}

interface TruthFile {
  readonly frames: number;
  readonly ics: Readonly<Record<string, Readonly<Record<string, number | Readonly<Record<string, number>>>>>>;
}

/** Compares all captures below `captures` with the files of the same names in `truths`. */
export async function compareAll(captures: string, truths: string): Promise<Comparison> {
  const differences: Difference[] = [];
  const problems: string[] = [];
  const untold: string[] = [];
  const compared: string[] = [];
  const tshark = withoutPeer('tshark') === false;
  let packets = 0;
  let equal = 0;
  for (const path of await findCaptures(captures)) {
    const capture = basename(path, extname(path));
    const truth = await readTruth(join(truths, `${capture}.json`));
    if (truth === undefined) {
      untold.push(path);
      continue;
    }
    const found = await countCapture(path);
    compared.push(capture);
    packets += found.packets;
    problems.push(...found.problems);
    const different: Difference[] = [];
    const check = (what: string, expected: number, actual: number) => {
      if (expected === actual) equal++;
      else
        different.push({ capture, what, truth: expected, found: actual, reason: reasonFor(capture, what) });
    };
    check('frames', truth.frames, found.packets);
    const [unread] = found.problems;
    if (different.length > 0 && unread !== undefined) different[0] = { ...different[0]!, reason: unread };
    for (const protocol of COUNTED) {
      const expected = tablesOf(truth.ics[protocol] ?? {});
      const actual = found.protocols.get(protocol) ?? new Map();
      for (const [table, key] of keysOf(expected, actual)) {
        const what = `${protocol} ${table}${key === '' ? '' : ` ${key}`}`;
        check(what, expected.get(table)?.get(key) ?? 0, actual.get(table)?.get(key) ?? 0);
      }
    }
    const explain = async (of: RegExp, reasonOf: (path: string) => Promise<string | undefined>) => {
      const open = different.filter(({ what, reason }) => reason === undefined && of.test(what));
      const reason = open.length > 0 && tshark ? await reasonOf(path) : undefined;
      for (const one of open) different[different.indexOf(one)] = { ...one, reason };
    };
    await explain(/^(modbus|s7comm) /, reasonOfMessages);
    await explain(/^cotp /, reasonOfTpdus);
    differences.push(...different);
  }
  return { captures: compared, packets, equal, differences, problems, untold };
}

/** Paths of the pcap and pcapng files in a folder and those below it, in order of name. */
export async function findCaptures(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile() && ['.pcap', '.pcapng'].includes(extname(entry.name)))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

async function readTruth(path: string): Promise<TruthFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function tablesOf(protocol: TruthFile['ics'][string]): Tables {
  return new Map(
    Object.entries(protocol).map(([table, counts]) => [
      table,
      new Map(typeof counts === 'number' ? [['', counts]] : Object.entries(counts)),
    ]),
  );
}

/** Table and key of every count in either. */
function keysOf(a: Tables, b: Tables): [table: string, key: string][] {
  const keys: [string, string][] = [];
  for (const table of new Set([...a.keys(), ...b.keys()])) {
    for (const key of new Set([...(a.get(table)?.keys() ?? []), ...(b.get(table)?.keys() ?? [])])) {
      keys.push([table, key]);
    }
  }
  return keys;
}

/** Why the messages of a capture differ from tshark's; undefined where some do so without a reason. */
async function reasonOfMessages(path: string): Promise<string | undefined> {
  const comparison = new FieldComparison();
  await comparison.add(path);
  const reasons = new Set(comparison.differences.map(({ reason }) => reason));
  if (reasons.has(undefined)) return undefined;
  if (reasons.size === 0)
    return 'every message says what it says to tshark, and some say more (the function of an Ack)';
  return [...reasons].join('; ');
}

function reasonFor(capture: string, what: string): string | undefined {
  return DIFFERENCES.find(d => d.capture === capture && d.counts.includes(what))?.reason;
}
