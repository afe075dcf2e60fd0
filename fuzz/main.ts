/**
 * `npm run fuzz`: runs targets with mutated bytes for as long as you like, and keeps what goes wrong. See CONTRIBUTING.md.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseCase } from './case.ts';
import { attempt, type FuzzResult, minimise } from './engine.ts';
import { runJob } from './job.ts';
import { keep } from './regressions.ts';
import type { Target } from './target.ts';
import { TARGETS, targetNamed } from './targets.ts';

const HELP = `usage: npm run fuzz -- [--target NAME]… [OPTION …]
       npm run fuzz -- --target NAME --replay FILE…

  --target NAME      what to run; all of them, one after the other, where none is named
  --time T           for so long each: 90s, 10m, 2h (60s)
  --runs N           for so many messages, packets or files each, instead
  --seed N           of the random numbers; the same seed gives the same cases (a random one, printed)
  --jobs N           threads; with more than one, each target is run with several seeds at a time (1)
  --no-captures      start from the corpus alone, not from recorded captures too
  --replay           runs the cases of files, such as those in fuzz/regressions, once

targets
${TARGETS.map(({ name, about }) => `  ${name.padEnd(18)} ${about}`).join('\n')}

What goes wrong is made small, written to fuzz/regressions/TARGET/, and ends the run with exit code 1.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    target: { type: 'string', multiple: true },
    time: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    captures: { type: 'boolean', default: true },
    replay: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) console.log(HELP);
else if (values.replay) await replay();
else await run();

async function run(): Promise<void> {
  const seed = number('seed', values.seed) ?? 1 + Math.floor(Math.random() * 2 ** 30);
  const runs = number('runs', values.runs);
  const jobs = number('jobs', values.jobs) ?? 1;
  const seconds = runs === undefined ? duration(values.time ?? '60s') : undefined;
  const begun = performance.now();
  let all = 0;
  for (const target of chosen()) {
    const from = performance.now();
    const results = await Promise.all(
      Array.from({ length: jobs }, (_, job) =>
        runJob({
          target: target.name,
          seed: seed + job,
          captures: values.captures,
          ...(runs === undefined ? {} : { runs: Math.ceil(runs / jobs) }),
          ...(seconds === undefined ? {} : { seconds }),
        }),
      ),
    );
    const total = (of: (result: FuzzResult) => number) =>
      results.reduce((sum, result) => sum + of(result), 0);
    const seeds = jobs === 1 ? String(seed) : `${seed}-${seed + jobs - 1}`;
    const took = Math.round((performance.now() - from) / 1000);
    all += total(result => result.runs);
    console.log(
      `${target.name}: ${total(r => r.runs)} run, ${total(r => r.mutated)} of them mutated, ` +
        `in ${total(r => r.cases)} cases; ${took} s, seed ${seeds}`,
    );
    for (const { failure } of results) {
      if (failure === undefined) continue;
      process.exitCode = 1;
      const hangs = /longer than/.test(failure.error.message);
      const small = hangs ? failure : await minimise(target, failure);
      console.log(`  ${small.error.message.split('\n')[0]}\n  kept in ${keep(target, small)}`);
      console.log(
        small.error.stack
          ?.split('\n')
          .filter(line => /^\s+at /.test(line))
          .slice(0, 5)
          .join('\n') ?? '',
      );
    }
  }
  console.log(`${all} in all, ${Math.round((performance.now() - begun) / 1000)} s`);
}

async function replay(): Promise<void> {
  const [target] = chosen();
  if (values.target?.length !== 1 || target === undefined)
    fail('--replay: name the one --target of the cases');
  for (const file of positionals) {
    const error = await attempt(target.open(), parseCase(readFileSync(file, 'utf8')));
    console.log(`${file}: ${error === undefined ? 'as it should be' : (error.stack ?? error.message)}`);
    if (error !== undefined) process.exitCode = 1;
  }
}

function chosen(): readonly Target[] {
  if (values.target === undefined) return TARGETS;
  return values.target.map(
    name =>
      targetNamed(name) ??
      fail(`--target ${name}: there are ${TARGETS.map(target => target.name).join(', ')}`),
  );
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0
    ? value
    : fail(`--${option} ${text}: write a whole number from 1`);
}

function duration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  if (amount === undefined) fail(`--time ${text}: write it as 90s, 10m or 2h`);
  return Number(amount) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h'];
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
