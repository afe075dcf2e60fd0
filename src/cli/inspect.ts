/**
 * `cofferdam inspect`: reads captures and says what was done to the plant in them.
 *
 * @module
 */

import { describe } from '../monitor/describe.ts';
import { Inspection } from '../monitor/inspection.ts';
import { Lines } from '../monitor/lines.ts';
import { Ndjson } from '../monitor/ndjson.ts';
import { readAll } from '../monitor/read-all.ts';
import { Text } from '../monitor/text.ts';
import { inspectInWorkers, type Result } from '../monitor/workers.ts';
import type { Progress } from '../packet/capture.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { findCaptures, followCaptures } from './find-captures.ts';
import { stopSignal } from './stop-signal.ts';

const HELP = `usage: cofferdam inspect [OPTION …] FILE…

Reads captures (pcap or pcapng; - is standard input) and prints each operation
of the control protocols in them: who asked whom to do what to which object,
with the values, and what came of it. Protocols are recognised by their content,
on any TCP port. Several files are read as one record of traffic, in the order
given; a folder, or a pattern in quotes, stands for the captures in it, in the
order of their first packets.

  --ndjson      one JSON object a line for each operation (fields:
                docs/inspect.md)
  --summary     counts instead of operations: by protocol, function, verb and
                pair of hosts, with errors, anomalies, and what was not
                understood
  --json        the summary as JSON
  --digest      adds to the summary a digest of all operations, by which two
                readings can be compared
  --workers N   reads with N threads (summary only; default 1)
  --follow      goes on while the last FILE is being written, or with the next
                files of a folder or pattern, until SIGINT or SIGTERM

Examples:
  cofferdam inspect plant.pcap
  cofferdam inspect --ndjson plant.pcap | jq 'select(.verb == "write")'
  cofferdam inspect --summary monday.pcapng tuesday.pcapng
  tcpdump -i eth1 -w - | cofferdam inspect -
  cofferdam inspect --follow --ndjson /var/captures

Exit codes: 0 all was read, 2 a file could not be read or not to its end (what
could be read is printed).`;

const MAX_WORKERS = 64;

type Captures = Parameters<typeof readAll>[1];

interface Options {
  readonly files: readonly string[];
  readonly output: 'text' | 'ndjson' | 'summary' | 'json';
  readonly digest: boolean;
  readonly workers: number;
  readonly follow: boolean;
}

export const inspect: Command = {
  summary: 'read captures and say what was done to the plant in them',
  help: HELP,
  run: async args => {
    const options = parse(args);
    const files = options.follow ? [] : await findCaptures(options.files);
    const stop = stopSignal({ prints: true });
    try {
      const captures = options.follow ? await followCaptures(options.files, stop.signal) : files;
      const problems = await read({ ...options, files }, captures, stop.signal);
      if (!options.follow) tell(problems);
      if (stop.code !== 0) return stop.code;
      return problems.length > 0 ? 2 : 0;
    } finally {
      stop.release();
    }
  },
};

function tell(problems: readonly string[]): void {
  for (const problem of problems) console.error(`cofferdam: ${problem}`);
}

function parse(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ndjson: { type: 'boolean', default: false },
      summary: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      digest: { type: 'boolean', default: false },
      workers: { type: 'string', default: '1' },
      follow: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0) {
    throw new UsageError("inspect: no capture named; give one or more files, or '-' for standard input");
  }
  const summary = values.summary || values.json || values.digest;
  if (values.ndjson && summary) {
    throw new UsageError('inspect: --ndjson prints operations, the others a summary; choose one');
  }
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new UsageError(`inspect: --workers ${values.workers}: give a number from 1 to ${MAX_WORKERS}`);
  }
  if (workers > 1 && !summary) {
    throw new UsageError('inspect: --workers works with --summary only; add it, or leave --workers out');
  }
  if (workers > 1 && positionals.includes('-')) {
    throw new UsageError('inspect: standard input can be read by one worker only; leave --workers out');
  }
  if (workers > 1 && values.follow) {
    throw new UsageError('inspect: --follow is read by one worker only; leave --workers out');
  }
  const output = values.ndjson ? 'ndjson' : !summary ? 'text' : values.json ? 'json' : 'summary';
  return { files: positionals, output, digest: values.digest, workers, follow: values.follow };
}

/** Resolves to one line for each capture that could not be read to its end. */
async function read(options: Options, captures: Captures, signal: AbortSignal): Promise<readonly string[]> {
  const { files, output, digest, workers, follow } = options;
  // Nobody waits until a capture that is followed ends.
  const onProblem = (problem: string) => follow && tell([problem]);
  const lines = new Lines(process.stdout);
  if (output === 'text' || output === 'ndjson') {
    const Operations = output === 'text' ? Text : Ndjson;
    const inspection = new Inspection({
      protocols: PROTOCOLS,
      tap: current => ({ operations: new Operations(PROTOCOLS, current, lines) }),
    });
    const problems = await readAll(inspection, captures, {
      signal,
      onProblem,
      afterChunk: () => lines.flush(),
    });
    inspection.finish();
    await lines.flush();
    return problems;
  }
  const { summary, problems } =
    workers > 1
      ? await inspectInWorkers(files, workers, digest, signal)
      : await inspectHere(captures, digest, signal, onProblem);
  if (summary.packets === 0 && problems.length > 0) return problems;
  lines.write(`${output === 'json' ? JSON.stringify(summary, undefined, 2) : describe(summary)}\n`);
  await lines.flush();
  return problems;
}

async function inspectHere(
  captures: Captures,
  digest: boolean,
  signal: AbortSignal,
  onProblem: (problem: string) => void,
): Promise<Result> {
  const inspection = new Inspection({ protocols: PROTOCOLS, digest });
  const meter = new Meter();
  const problems = await readAll(inspection, captures, {
    signal,
    onProblem,
    afterChunk: progress => meter.show(progress),
  });
  meter.clear();
  return { summary: inspection.finish(), problems };
}

/** Tells a person who waits how far the reading has come. */
class Meter {
  readonly #started = performance.now();
  #shown = 0;

  show({ bytes, packets, size }: Progress): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#started < 1000 || now - this.#shown < 250) return;
    this.#shown = now;
    const share = size > 0 ? `${Math.floor((bytes / size) * 100)} %, ` : '';
    process.stderr.write(`\r${share}${packets} packets`);
  }

  clear(): void {
    if (this.#shown > 0) process.stderr.write('\r\x1b[K');
  }
}
