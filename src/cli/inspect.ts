/**
 * `cofferdam inspect`: reads captures and says what was done to the plant in them.
 *
 * @module
 */

import { availableParallelism } from 'node:os';
import { healthOf } from '../monitor/health-report.ts';
import { Lines } from '../monitor/lines.ts';
import type { Summary } from '../monitor/summary.ts';
import { inspectInWorkers, type Reading, type Result } from '../monitor/workers.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { findCaptures, followCaptures } from './find-captures.ts';
import { Meter, sizeOf } from './meter.ts';
import {
  asksForRecords,
  chooseOutput,
  OUTPUT_HELP,
  OUTPUT_OPTIONS,
  type OutputChoice,
  openOutput,
  showsRecords,
} from './output-choice.ts';
import { stopSignal } from './stop-signal.ts';
import { tellHealth } from './tell-health.ts';

const HELP = `usage: cofferdam inspect [OPTION …] FILE|FOLDER…

Reads captures (pcap or pcapng; - is standard input) and prints each operation
of the control protocols in them: who asked whom to do what to which object,
with the values, and what came of it. Protocols are recognised by their content,
on any TCP port. Several files are read as one record of traffic, in the order
given; a folder, or a pattern in quotes, stands for the captures in it, in the
order of their first packets.

${OUTPUT_HELP}
  --summary      counts instead of records: by protocol, function, verb and pair
                 of hosts, with errors, anomalies, and what was not understood;
                 devices and objects: cofferdam assets, cofferdam tags
  --json         the summary as JSON
  --digest       adds to the summary a digest of all operations, by which two
                 readings can be compared
  --workers N    reads with N threads, or with as many as there are processors
                 (auto); what is written is the same. Default: 1
  --follow       goes on while the last FILE is being written, or with the next
                 files of a folder or pattern, until SIGINT or SIGTERM
  --schema       prints the JSON Schema of an operation in NDJSON

Examples:
  cofferdam inspect plant.pcap
  cofferdam inspect --ndjson plant.pcap | jq 'select(.verb == "write")'
  cofferdam inspect --format eve --flows --operations plant.pcap > eve.json
  cofferdam inspect --format zeek --into logs --workers auto monday.pcapng
  cofferdam inspect --summary monday.pcapng tuesday.pcapng
  tcpdump -i eth1 -w - | cofferdam inspect -
  cofferdam inspect --follow --ndjson /var/captures

Exit codes: 0 all was read, 2 a file could not be read or not to its end (what
could be read is printed).`;

const MAX_WORKERS = 64;

interface Options {
  readonly files: readonly string[];
  /** Records, or the summary as text or JSON. */
  readonly output: OutputChoice | 'summary' | 'json';
  readonly digest: boolean;
  readonly workers: number;
  readonly follow: boolean;
}

export const inspect: Command = {
  summary: 'read captures and say what was done to the plant in them',
  help: HELP,
  run: async args => {
    const options = parse(args);
    if (options === 'schema') {
      const { OPERATION_SCHEMA } = await import('../monitor/output/operation-schema.ts');
      console.log(JSON.stringify(OPERATION_SCHEMA, undefined, 2));
      return 0;
    }
    const files = options.follow ? [] : await findCaptures(options.files);
    const stop = stopSignal({ prints: true });
    try {
      const followed = options.follow ? await followCaptures(options.files, stop.signal) : undefined;
      const problems = await read({ ...options, files }, followed, stop.signal);
      // Nobody waits until a capture that is followed ends.
      if (!options.follow) for (const problem of problems) tell(problem);
      if (stop.code !== 0) return stop.code;
      return problems.length > 0 ? 2 : 0;
    } finally {
      stop.release();
    }
  },
};

function tell(problem: string): void {
  console.error(`cofferdam: ${problem}`);
}

function parse(args: readonly string[]): Options | 'schema' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...OUTPUT_OPTIONS,
      summary: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      digest: { type: 'boolean', default: false },
      workers: { type: 'string', default: '1' },
      follow: { type: 'boolean', default: false },
      schema: { type: 'boolean', default: false },
    },
  });
  if (values.schema) return 'schema';
  if (positionals.length === 0) {
    throw new UsageError("inspect: no capture named; give one or more files, or '-' for standard input");
  }
  const summary = values.summary || values.json || values.digest;
  if (summary && asksForRecords(values)) {
    throw new UsageError(
      'inspect: --summary, --json and --digest print counts, the other options records; choose one',
    );
  }
  const workers = numberOfWorkers(values.workers);
  if (workers > 1 && positionals.includes('-')) {
    throw new UsageError('inspect: standard input can be read by one worker only; leave --workers out');
  }
  if (workers > 1 && values.follow) {
    throw new UsageError('inspect: --follow is read by one worker only; leave --workers out');
  }
  const output = summary ? (values.json ? 'json' : 'summary') : chooseOutput('inspect', values);
  return { files: positionals, output, digest: values.digest, workers, follow: values.follow };
}

function numberOfWorkers(text: string): number {
  if (text === 'auto') return Math.min(availableParallelism(), MAX_WORKERS);
  const workers = Number(text);
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new UsageError(`inspect: --workers ${text}: give a number from 1 to ${MAX_WORKERS}, or auto`);
  }
  return workers;
}

/** Resolves to one line for each capture that could not be read to its end. */
async function read(
  options: Options,
  followed: Reading['followed'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { files, output, digest } = options;
  const records = typeof output === 'string' ? undefined : output;
  const seen = records !== undefined && showsRecords(records);
  const meter = process.stderr.isTTY && !seen ? new Meter(process.stderr, await sizeOf(files)) : undefined;
  const writing = records === undefined ? undefined : await openOutput(records, files);
  const reading: Reading = {
    files,
    digest,
    signal,
    progress: progress => meter?.show(progress),
    ...(followed === undefined ? {} : { followed, onProblem: tell }),
    ...(writing === undefined ? {} : { writing }),
  };
  const { summary, problems } = await carryOut(reading, options.workers);
  meter?.clear();
  const health = healthOf(summary);
  if (writing !== undefined) {
    await writing.to.end(summary, health);
    tellHealth(summary, problems);
    return problems;
  }
  if (summary.packets === 0 && problems.length > 0) return problems;
  const lines = new Lines(process.stdout);
  lines.write(
    `${output === 'json' ? JSON.stringify({ ...summary, health }, undefined, 2) : await inWords(summary)}\n`,
  );
  await lines.flush();
  return problems;
}

// All protocols come with what reads and what describes. Workers have their own: they begin the sooner where this thread
// does not load them first.

async function carryOut(reading: Reading, workers: number): Promise<Result> {
  if (workers > 1) return await inspectInWorkers(reading, workers);
  const { inspectHere } = await import('../monitor/inspect-here.ts');
  return await inspectHere(reading);
}

async function inWords(summary: Summary): Promise<string> {
  const { describe } = await import('../monitor/describe.ts');
  return describe(summary);
}
