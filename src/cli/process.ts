/**
 * `cofferdam process`: learns how a plant's readings behave, and says where they no longer do.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { ReadingsOf, type Receiver, tagInfos } from '../detect/readings.ts';
import { atLeast, describeFinding } from '../detect/report.ts';
import { Inspection } from '../monitor/inspection.ts';
import { Lines } from '../monitor/lines.ts';
import { readAll } from '../monitor/read-all.ts';
import { spanText } from '../monitor/span.ts';
import { type Finding, SEVERITIES } from '../operation/finding.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { PROCESS_KINDS } from '../process/finding-kinds.ts';
import { type LeftOut, ProcessLearner } from '../process/learner.ts';
import { ProcessMonitor } from '../process/process-monitor.ts';
import type { ProcessProfile, TagProfile } from '../process/profile.ts';
import { formatProfile, parseProfile } from '../process/profile-file.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { findCaptures, followCaptures } from './find-captures.ts';
import { findLearned, keptMessage, loadLearned, saveLearned } from './learned-file.ts';
import { ReadingCount } from './reading-count.ts';
import { ReadingsBeside } from './readings-beside.ts';
import { stopSignal } from './stop-signal.ts';

const HELP = `usage: cofferdam process learn --policy FILE --profile FILE
                               [--except FINDINGS …] CAPTURE…
       cofferdam process watch --policy FILE [--profile FILE] [--ndjson]
                               [--fail-on LEVEL] [--follow]
                               [--readings FILE …] CAPTURE…
       cofferdam process show PROFILE

learn  reads captures of ordinary operation and writes what the readings of the
       policy's tags are like
watch  reads captures and prints findings: readings outside their range, drift,
       shift, oscillation, outliers, stuck and noiseless readings, replays,
       commands without effect, readers that disagree
show   says of each tag which detectors speak, and why others do not

Values that are written are not judged here: the policy holds them, in the
gateway.

  --policy FILE    the policy whose tags are meant
  --profile FILE   what was learned; watch without it compares readings with
                   their ranges only
  --except FILE    findings (as --ndjson prints them): nothing is learned from
                   their times; may be given several times
  --ndjson         a JSON object a line for each finding
  --fail-on LEVEL  exit code 1 where there is a finding of that severity or
                   worse: ${SEVERITIES.join(', ')}
  --readings FILE  readings that cofferdam audit --tags made: one more reader of
                   the tags beside those in the captures, so that what
                   operators are told is compared with what the controller
                   holds; may be given several times
  --follow         watch goes on while the last capture is being written, or
                   with the next files of a folder, until SIGINT or SIGTERM

Captures are pcap or pcapng; - is standard input. Several are one record of
traffic, in the order given; a folder, or a pattern in quotes, stands for the
captures in it, in the order of their first packets.

Examples:
  cofferdam process learn --policy plant.yaml --profile plant.json monday.pcap
  cofferdam process watch --policy plant.yaml --profile plant.json tuesday.pcap
  tcpdump -i eth1 -w - |
    cofferdam process watch --policy plant.yaml --profile plant.json -

Exit codes: 0 done, 1 something is as severe as --fail-on says, 2 a file could
not be used, or not read to its end (what could be read counts), or no tag was
read.`;

type Captures = Parameters<typeof readAll>[1];

/** A file of findings larger than this is none. */
const MOST_FINDINGS = 64 * 2 ** 20;

export const processCommand: Command = {
  summary: 'learn how readings behave, and say where they no longer do',
  help: HELP,
  async run(args) {
    const [action, ...rest] = args;
    switch (action) {
      case 'learn':
        return await learn(rest);
      case 'watch':
        return await watch(rest);
      case 'show':
        return await show(rest);
      default:
        throw new UsageError(
          `process ${action === undefined ? 'what' : `'${action}'`}? write process learn, process watch or process show`,
        );
    }
  },
};

async function learn(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      policy: { type: 'string' },
      profile: { type: 'string' },
      except: { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  });
  if (values.profile === undefined) throw new UsageError('process learn: name the profile: --profile FILE');
  const policy = await policyOf(values.policy, 'learn');
  const files = await findAll(positionals, 'learn');
  const { profile: path, except } = values;
  const inputs = [...files, ...except, values.policy!];
  const replaces = await findLearned({ path, kind: 'profile', inputs, parse: parseProfile });
  const leftOut = (await Promise.all(except.map(timesOf))).flat();
  const learner = new ProcessLearner(tagInfos(policy), leftOut);
  const code = await readings(() => files, policy, learner);
  if (code > 2) return code;
  const profile = learner.learn();
  if (profile.tags.length === 0) {
    throw new UsageError(
      'process learn: no tag of the policy is read in these captures; check its hosts and tags',
    );
  }
  if (replaces && code !== 0) throw new UsageError(keptMessage(path, 'profile'));
  await saveLearned(path, formatProfile(profile));
  console.log(describe(profile));
  return code;
}

async function watch(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      policy: { type: 'string' },
      profile: { type: 'string' },
      ndjson: { type: 'boolean', default: false },
      'fail-on': { type: 'string' },
      follow: { type: 'boolean', default: false },
      readings: { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  });
  const level = values['fail-on'];
  const failOn = SEVERITIES.find(severity => severity === level);
  if (level !== undefined && failOn === undefined) {
    throw new UsageError(`process watch: --fail-on ${level}: write ${SEVERITIES.join(', ')}`);
  }
  const policy = await policyOf(values.policy, 'watch');
  const files = values.follow ? positionals : await findAll(positionals, 'watch');
  if (files.length === 0) throw noCapture('watch');
  const profile = values.profile === undefined ? undefined : await loadLearned(values.profile, parseProfile);
  const lines = new Lines(process.stdout);
  const colour = process.stdout.isTTY && process.stdout.hasColors();
  let found = 0;
  let failed = false;
  const monitor = new ProcessMonitor({
    tags: tagInfos(policy),
    ...(profile === undefined ? {} : { profile }),
    sink: finding => {
      found++;
      failed ||= failOn !== undefined && atLeast(finding.severity, failOn);
      lines.write(values.ndjson ? `${JSON.stringify(finding)}\n` : `${text(finding, colour)}\n\n`);
    },
  });
  const seen = new ReadingCount(monitor);
  const tags = [...policy.tags.keys()];
  const merged = await ReadingsBeside.open(values.readings, new Set(tags), seen, monitor);
  const code = await readings(
    signal => (values.follow ? followCaptures(files, signal) : files),
    policy,
    merged,
    async () => {
      if (values.follow) await merged.more();
      await lines.flush();
    },
  );
  merged.finish();
  const notes = [...merged.notes(), ...seen.notes(tags, profile)];
  if (!values.ndjson) {
    for (const { tag, source, why } of monitor.silent()) {
      if (profile !== undefined)
        lines.write(`only its range is watched: ${tag}, as ${source} reads it: ${why}\n`);
    }
    for (const note of notes) lines.write(`NOTE ${note}\n`);
    lines.write(`${found} finding${found === 1 ? '' : 's'} in ${seen.total}\n`);
  }
  await lines.flush();
  if (values.ndjson) for (const note of notes) console.error(`cofferdam: NOTE ${note}`);
  if (code === 0 && seen.blind) {
    throw new UsageError(
      'process watch: no tag of the policy is read in these captures, so nothing was watched; check its hosts and tags',
    );
  }
  return code === 0 && failed ? 1 : code;
}

async function show(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  if (positionals.length !== 1) throw new UsageError('process show: name one profile');
  console.log(describe(await loadLearned(positionals[0]!, parseProfile)));
  return 0;
}

async function policyOf(file: string | undefined, action: string): Promise<Policy> {
  if (file === undefined) throw new UsageError(`process ${action}: name the policy: --policy FILE`);
  const policy = await loadPolicy(file);
  if (policy.tags.size === 0) {
    throw new UsageError(
      `${file}: has no tags, and readings are known by them; write 'tags:' (docs/policy.md)`,
    );
  }
  return policy;
}

async function findAll(files: readonly string[], action: string): Promise<readonly string[]> {
  if (files.length === 0) throw noCapture(action);
  return await findCaptures(files);
}

function noCapture(action: string): UsageError {
  return new UsageError(
    `process ${action}: no capture named; give one or more files, or '-' for standard input`,
  );
}

/** Hands the readings in the captures over; the exit code. */
async function readings(
  capturesUntil: (signal: AbortSignal) => Captures | Promise<Captures>,
  policy: Policy,
  to: Receiver,
  afterChunk: () => Promise<void> = async () => {},
): Promise<number> {
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => ({ operations: new ReadingsOf(policy, current, to) }),
  });
  const stop = stopSignal({ prints: true });
  try {
    const problems = await readAll(inspection, await capturesUntil(stop.signal), {
      signal: stop.signal,
      afterChunk,
    });
    inspection.finish();
    for (const problem of problems) console.error(`cofferdam: ${problem}`);
    return stop.code !== 0 ? stop.code : problems.length > 0 ? 2 : 0;
  } finally {
    stop.release();
  }
}

/** Times that findings in a file mark. */
async function timesOf(file: string): Promise<LeftOut[]> {
  const bytes = await readFile(file);
  if (bytes.length > MOST_FINDINGS)
    throw new UsageError(`${file}: is too large for findings; is it the right file?`);
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [timeOf(line, `${file}:${i + 1}`)]));
}

function timeOf(line: string, place: string): LeftOut {
  let data: Partial<Finding> | null;
  try {
    data = JSON.parse(line);
  } catch {
    data = null;
  }
  const { from, to, subject } = data ?? {};
  if (typeof from !== 'number' || typeof to !== 'number') {
    throw new UsageError(
      `${place}: is no finding; write a file of findings, one JSON object a line (--ndjson)`,
    );
  }
  return { tag: subject?.object, from, to };
}

function text(finding: Finding, colour: boolean): string {
  const kind = Object.values(PROCESS_KINDS).find(({ name }) => name === finding.kind)!;
  return describeFinding(finding, kind.title, colour);
}

function describe({ tags }: ProcessProfile): string {
  const lines = tags.flatMap(tag => [summary(tag), ...details(tag).map(line => `  ${line}`)]);
  return lines.join('\n');
}

function summary({ tag, source, readings: count, period, from, to }: TagProfile): string {
  return `${tag}: ${count} readings by ${source} in ${spanText(to - from)}, every ${Number(period.toPrecision(3))} s`;
}

function details({ unit, whitening, level, replay, period, responses, silent, stuck }: TagProfile): string[] {
  const lines: string[] = [];
  const amount = (value: number) => `${Number(value.toPrecision(3))} ${unit}`.trimEnd();
  if (whitening !== undefined) lines.push(`noise ${amount(whitening.sigma)} (standard deviation)`);
  if (stuck !== undefined) lines.push(`stuck after ${stuck.limit} equal readings`);
  if (level !== undefined) {
    const { size, mean, sigma } = level.batches;
    lines.push(`level ${amount(mean)} ± ${amount(sigma)} over ${size} readings each`);
  }
  if (replay !== undefined) {
    lines.push(`an exact replay is found after about ${Math.ceil(replay.needs * period)} s`);
  }
  for (const { tag, gain, after } of responses) {
    lines.push(
      `moves ${tag} by ${Number(gain.toPrecision(3))} for each unit, within ${after.toPrecision(2)} s`,
    );
  }
  for (const [detector, why] of Object.entries(silent)) lines.push(`silent: ${detector}: ${why}`);
  return lines;
}
