/**
 * The detection table: what the detectors make of every recorded capture, against what they should.
 *
 *     node test/detect/table.ts [CAPTURES] [--write]
 *
 * Prints it; with `--write` puts it into docs/findings.md.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { FINDING_KINDS, KINDS } from '../../src/detect/finding-kinds.ts';
import { FINDINGS_PAGE, markdownTable, putBetween } from '../../tool/findings-page.ts';
import { capturePath } from '../captures.ts';
import { EXPECTATIONS, type Expectation } from './expectations.ts';
import { learnClient, look, lookHalf, type Seen } from './look.ts';

/** One reading of a capture, and what should have come of it. */
export interface Reading {
  readonly capture: string;
  readonly baseline: boolean;
  readonly seen: Seen;
  /** Names of kinds. */
  readonly must: readonly string[];
  readonly right: readonly string[];
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

/** The second half of an ordinary capture, against its first. */
interface Half {
  readonly capture: string;
  readonly seen: Seen;
}

export interface Readings {
  readonly readings: readonly Reading[];
  readonly halves: readonly Half[];
}

/** Seconds of control traffic of which a half is worth learning. */
const LONG = 50;

export async function readCaptures(folder: string): Promise<Readings> {
  const captures: string[] = [];
  for await (const file of glob('*/*.{pcap,pcapng}', { cwd: folder }))
    captures.push(file.replaceAll('\\', '/'));
  captures.sort();
  const readings: Reading[] = [];
  const halves: Half[] = [];
  for (const capture of captures) {
    const expectations = EXPECTATIONS.filter(expectation => expectation.capture === capture);
    const plain = expectations.find(({ baseline }) => baseline === undefined);
    const reading = await readOne(folder, plain ?? { capture, must: [] });
    readings.push(reading);
    const { observed } = reading.seen;
    if (plain === undefined && observed >= LONG) {
      halves.push({ capture, seen: await lookHalf(join(folder, capture), observed) });
    }
    for (const expectation of expectations) {
      if (expectation.baseline !== undefined) readings.push(await readOne(folder, expectation));
    }
  }
  return { readings, halves };
}

async function readOne(folder: string, expectation: Expectation): Promise<Reading> {
  const { capture, baseline } = expectation;
  const file = join(folder, capture);
  const known =
    baseline === undefined ? undefined : await learnClient(join(folder, baseline.capture), baseline.client);
  const seen = await look([file], known);
  const must = expectation.must.map(([kind]) => KINDS[kind].name);
  const found = [...new Set(seen.findings.map(({ kind }) => kind))].sort();
  return {
    capture,
    baseline: baseline !== undefined,
    seen,
    must,
    right: found.filter(kind => must.includes(kind)),
    wrong: found.filter(kind => !must.includes(kind)),
    missed: must.filter(kind => !found.includes(kind)),
  };
}

/** The table as Markdown. */
export function tableOf({ readings, halves }: Readings): string {
  const alone = readings.filter(({ baseline }) => !baseline);
  const talking = alone.filter(({ seen }) => seen.operations > 0);
  const hours = sum(talking.map(({ seen }) => seen.observed)) / 3600;
  const operations = sum(talking.map(({ seen }) => seen.operations));
  const rows = FINDING_KINDS.map(({ name }) => {
    const count = (of: (reading: Reading) => readonly string[]) =>
      readings.filter(reading => of(reading).includes(name)).length;
    const [must, right, wrong] = [count(r => r.must), count(r => r.right), count(r => r.wrong)];
    return [`\`${name}\``, must, right, wrong, (wrong / hours).toFixed(2)];
  }).filter(([, must, , wrong]) => Number(must) + Number(wrong) > 0);
  const quiet = FINDING_KINDS.filter(({ name }) => !rows.some(([cell]) => cell === `\`${name}\``));
  const unseen = EXPECTATIONS.filter(expectation => expectation.unseen !== undefined);
  const against = readings.filter(({ baseline }) => baseline);
  const clean = talking.filter(({ must }) => must.length === 0);
  return [
    `${alone.length} captures, each read by itself with the default settings; ${talking.length} have traffic of a ` +
      `protocol that is decoded: ${operations} operations in ${hours.toFixed(2)} hours (silence counts up to a minute). ` +
      `${clean.length} of these, and all ${alone.length - talking.length} others, must raise nothing. ` +
      `${against.length} captures were read again against what the operator’s station does in another one.`,
    markdownTable(['kind', 'captures that must raise it', 'that did', 'false', 'false an hour'], rows),
    `No capture has, and none raised: ${quiet.map(({ name }) => `\`${name}\``).join(', ')}. These are shown by tests ` +
      'with traffic that is made for them.',
    `What is new was measured on the ${halves.length} ordinary captures with ${LONG} s of control traffic or more, the first half ` +
      `learned and the second judged, ${(sum(halves.map(({ seen }) => seen.observed)) / 3600).toFixed(2)} hours: ` +
      `${sum(halves.map(({ seen }) => seen.findings.length))} false${halves
        .filter(({ seen }) => seen.findings.length > 0)
        .map(
          ({ capture, seen }) =>
            `; \`${capture}\`: ${seen.findings.map(({ kind }) => `\`${kind}\``).join(', ')}`,
        )
        .join('')}.`,
    'Such short learning is not enough, and shows what a baseline is for: it needs days, not minutes.',
    'Not seen, without a baseline:',
    unseen.map(({ capture, unseen: why }) => `- \`${capture}\`: ${why}.`).join('\n'),
  ].join('\n\n');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

if (import.meta.main) {
  const folder = process.argv.slice(2).find(arg => !arg.startsWith('-')) ?? capturePath();
  const read = await readCaptures(folder);
  for (const { capture, baseline, right, wrong, missed } of read.readings) {
    if (right.length + wrong.length + missed.length === 0) continue;
    const parts = [
      right.join(' '),
      ...wrong.map(kind => `FALSE ${kind}`),
      ...missed.map(kind => `MISSED ${kind}`),
    ];
    console.log(`${capture}${baseline ? ' (baseline)' : ''}: ${parts.filter(part => part !== '').join(' ')}`);
  }
  const text = tableOf(read);
  console.log(`\n${text}`);
  if (process.argv.includes('--write')) {
    writeFileSync(FINDINGS_PAGE, putBetween(readFileSync(FINDINGS_PAGE, 'utf8'), 'detection table', text));
  }
}
