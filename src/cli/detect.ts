/**
 * `cofferdam detect`: reads captures and says what in them a person should see.
 *
 * @module
 */

import { formatBaseline, readBaseline } from '../detect/baseline-file.ts';
import { Detector } from '../detect/detector.ts';
import { FINDING_KINDS } from '../detect/finding-kinds.ts';
import { Known } from '../detect/known.ts';
import { atLeast, countSeverities, describeFinding } from '../detect/report.ts';
import { DEFAULT_TUNING, muteOf, type Tuning } from '../detect/tuning.ts';
import { loadTuning } from '../detect/tuning-file.ts';
import { Inspection } from '../monitor/inspection.ts';
import { Lines } from '../monitor/lines.ts';
import { ocsfFinding } from '../monitor/output/ocsf-finding.ts';
import { readAll } from '../monitor/read-all.ts';
import { spanText } from '../monitor/span.ts';
import type { Summary } from '../monitor/summary.ts';
import { counted } from '../operation/counted.ts';
import { type Finding, SEVERITIES, type Severity } from '../operation/finding.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { findCaptures, followCaptures } from './find-captures.ts';
import { findLearned, keptMessage, loadLearned, saveLearned } from './learned-file.ts';
import { stopSignal } from './stop-signal.ts';
import { tellHealth } from './tell-health.ts';

const HELP = `usage: cofferdam detect [OPTION …] FILE|FOLDER…

Reads captures (pcap or pcapng; - is standard input) and prints findings: what
in them a person should see, the most severe first, with why, the evidence, and
what to do next. Several files are read as one record of traffic, in the order
given, by one thread; a folder, or a pattern in quotes, stands for the captures
in it, in the order of their first packets. What the findings are:
docs/findings.md.

  --tuning FILE    what you tell the detectors (YAML): engineering stations,
                   scanners, safety controllers, thresholds, findings that are
                   known
  --baseline FILE  what is usual in this plant, learned earlier: then whatever
                   is new is a finding too
  --learn FILE     writes what was seen, with what the baseline had, as a
                   baseline; an earlier one is replaced only where all was read
                   to its end
  --json           everything as one JSON object (fields: docs/findings.md)
  --ndjson         a JSON object a line for each finding
  --ocsf           the same as OCSF 1.8.0 has it: Detection Finding (2004)
  --fail-on LEVEL  exit code 1 where there is a finding of that severity or
                   worse: ${SEVERITIES.join(', ')}
  --follow         goes on while the last FILE is being written, or with the
                   next files of a folder, and prints at SIGINT or SIGTERM

Examples:
  cofferdam detect plant.pcap
  cofferdam detect --learn usual.json monday.pcap
  cofferdam detect --baseline usual.json tuesday.pcap
  cofferdam detect --ndjson --fail-on high plant.pcap

Exit codes: 0 all was read, 1 something is as severe as --fail-on says, 2 a file
could not be read or not to its end (what could be read is judged all the same).`;

interface Options {
  readonly files: readonly string[];
  readonly output: 'text' | 'json' | 'ndjson' | 'ocsf';
  readonly tuning: string | undefined;
  readonly baseline: string | undefined;
  readonly learn: string | undefined;
  readonly failOn: Severity | undefined;
  readonly follow: boolean;
}

/** What was found, and in how much. */
interface Result {
  readonly findings: readonly Finding[];
  readonly muted: readonly Finding[];
  readonly summary: Summary;
  readonly operations: number;
  readonly known: Known;
}

export const detect: Command = {
  summary: 'read captures and say what in them a person should see',
  help: HELP,
  run: async args => {
    const options = parse(args);
    const { learn } = options;
    const files = options.follow ? options.files : await findCaptures(options.files);
    const inputs = [...files, options.tuning ?? '-'];
    const replaces =
      learn !== undefined &&
      (await findLearned({ path: learn, kind: 'baseline', inputs, parse: readBaseline }));
    const tuning = options.tuning === undefined ? DEFAULT_TUNING : await loadTuning(options.tuning);
    const known =
      options.baseline === undefined
        ? new Known(tuning.learning)
        : await loadLearned(options.baseline, readBaseline);
    const stop = stopSignal({ prints: true });
    try {
      const captures = options.follow ? await followCaptures(files, stop.signal) : files;
      const { result, problems } = await read(captures, tuning, known, stop.signal);
      await print(result, options.output);
      tellHealth(result.summary, problems);
      for (const problem of problems) console.error(`cofferdam: ${problem}`);
      if (stop.code !== 0) return stop.code;
      if (learn !== undefined) {
        if (result.operations === 0) {
          throw new UsageError(`${learn}: not written; there was no operation to learn from`);
        }
        if (replaces && problems.length > 0) throw new UsageError(keptMessage(learn, 'baseline'));
        await saveLearned(learn, formatBaseline(known));
      }
      if (problems.length > 0) return 2;
      const { failOn } = options;
      return failOn !== undefined && result.findings.some(({ severity }) => atLeast(severity, failOn))
        ? 1
        : 0;
    } finally {
      stop.release();
    }
  },
};

function parse(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tuning: { type: 'string' },
      baseline: { type: 'string' },
      learn: { type: 'string' },
      json: { type: 'boolean', default: false },
      ndjson: { type: 'boolean', default: false },
      ocsf: { type: 'boolean', default: false },
      'fail-on': { type: 'string' },
      follow: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0) {
    throw new UsageError("detect: no capture named; give one or more files, or '-' for standard input");
  }
  if (Number(values.json) + Number(values.ndjson) + Number(values.ocsf) > 1) {
    throw new UsageError('detect: --json prints one object, --ndjson and --ocsf one a line; choose one');
  }
  const { 'fail-on': level, tuning, baseline, learn } = values;
  const failOn = SEVERITIES.find(severity => severity === level);
  if (level !== undefined && failOn === undefined) {
    throw new UsageError(`detect: --fail-on ${level}: write ${SEVERITIES.join(', ')}`);
  }
  const output = values.json ? 'json' : values.ndjson ? 'ndjson' : values.ocsf ? 'ocsf' : 'text';
  const { follow } = values;
  if (follow && learn !== undefined) {
    throw new UsageError(
      'detect: --follow ends by a signal only, and --learn is of captures that are whole; choose one',
    );
  }
  return { files: positionals, output, tuning, baseline, learn, failOn, follow };
}

async function read(
  captures: Parameters<typeof readAll>[1],
  tuning: Tuning,
  known: Known,
  signal: AbortSignal,
): Promise<{ result: Result; problems: readonly string[] }> {
  let detector: Detector | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => {
      detector = new Detector({ protocols: PROTOCOLS, current, tuning, known });
      return { operations: detector, segments: detector.segments };
    },
  });
  const problems = await readAll(inspection, captures, { signal });
  const summary = inspection.finish();
  detector!.finish();
  const { grouping, operations } = detector!;
  const all = grouping.findings();
  const findings = all.filter(finding => muteOf(tuning.mutes, finding) === undefined);
  const muted = all.filter(finding => muteOf(tuning.mutes, finding) !== undefined);
  return { result: { findings, muted, summary, operations, known }, problems };
}

async function print(result: Result, output: Options['output']): Promise<void> {
  const lines = new Lines(process.stdout);
  const { findings, muted, summary, operations, known } = result;
  if (output === 'ndjson') {
    for (const finding of findings) lines.write(`${JSON.stringify(finding)}\n`);
  } else if (output === 'ocsf') {
    for (const finding of findings)
      lines.write(`${JSON.stringify(ocsfFinding(finding, titleOf(finding)))}\n`);
  } else if (output === 'json') {
    const { packets, from, to } = summary;
    const looked = { packets, operations, from, to, pairs: summary.pairs.length, learning: known.remaining };
    lines.write(`${JSON.stringify({ looked, findings, muted }, undefined, 2)}\n`);
  } else {
    const colour = process.stdout.isTTY && process.stdout.hasColors();
    for (const finding of findings) lines.write(`${describeFinding(finding, titleOf(finding), colour)}\n\n`);
    lines.write(`${overview(result)}\n`);
  }
  await lines.flush();
}

function titleOf({ kind }: Finding): string {
  return FINDING_KINDS.find(({ name }) => name === kind)?.title ?? kind;
}

/** What was found in how much, and what could not be judged. */
function overview({ findings, muted, summary, operations, known }: Result): string {
  const { packets, pairs, from, to } = summary;
  const seconds = from === null || to === null ? 0 : to - from;
  const found =
    findings.length === 0
      ? 'No findings'
      : `${counted(findings.length, 'finding')} (${countSeverities(findings)})`;
  const lines = [
    `${found} in ${counted(operations, 'operation')} of ${counted(pairs.length, 'pair')} of hosts, ` +
      `${counted(packets, 'packet')}, ${spanText(seconds)}.`,
  ];
  if (muted.length > 0) lines.push(`${muted.length} muted by the tuning file.`);
  if (known.learning) {
    lines.push(
      'What is new in this plant was not judged: there is no baseline yet (--learn makes one, --baseline reads it).',
    );
  }
  if (known.overfull)
    lines.push(
      'There was more than can be known (docs/findings.md says how much): not all that is new was told.',
    );
  return lines.join('\n');
}
