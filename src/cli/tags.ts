/**
 * `cofferdam tags`: reads captures and says which objects of which devices are read and written, with which values.
 *
 * @module
 */

import { ReadingsOf } from '../detect/readings.ts';
import { Both } from '../monitor/both.ts';
import type { Current } from '../monitor/current.ts';
import { Inspection } from '../monitor/inspection.ts';
import { Lines } from '../monitor/lines.ts';
import { readAll } from '../monitor/read-all.ts';
import type { Summary } from '../monitor/summary.ts';
import { describeTags } from '../monitor/tags/describe-tags.ts';
import { PolicyTags } from '../monitor/tags/policy-tags.ts';
import { proposedTags } from '../monitor/tags/propose-tags.ts';
import { eachStation, eachTagRow, refusalRecords, tagsJson } from '../monitor/tags/tag-records.ts';
import { Tags } from '../monitor/tags/tags.ts';
import { CSV_HEAD, csvLine } from '../monitor/tags/tags-csv.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { findCaptures } from './find-captures.ts';
import { stopSignal } from './stop-signal.ts';
import { tellHealth } from './tell-health.ts';

const HELP = `usage: cofferdam tags [OPTION …] FILE|FOLDER…

Reads captures (pcap or pcapng; - is standard input) and prints every object
that was read or written: type, latest, least and greatest value, how often it
was read, written and refused, how often it changed, and by whom. Objects that
are read as a range are counted one by one. Several files are read as one record
of traffic.

  --policy FILE  names of this policy's tags, their values in engineering units,
                 and how many lay outside the range that it gives
  --json         everything as one JSON object (fields: docs/tags.md)
  --ndjson       a JSON object a line for each object
  --csv          a line of CSV for each object
  --propose      the beginning of a policy's tags, from what changed or was
                 written; with --policy, only what it does not have

Examples:
  cofferdam tags plant.pcap
  cofferdam tags --policy plant.yaml plant.pcap
  cofferdam tags --csv plant.pcap > plant.csv
  cofferdam tags --ndjson plant.pcap | jq 'select(.writes > 0)'

Exit codes: 0 all was read, 2 a file could not be read or not to its end (what
could be read is printed).`;

const OUTPUTS = ['json', 'ndjson', 'csv', 'propose'] as const;
type Output = (typeof OUTPUTS)[number] | 'text';

/** Lines that are collected before they are written. */
const BATCH = 4096;

export const tags: Command = {
  summary: 'read captures and say which objects are read and written',
  help: HELP,
  run: async args => {
    const { names, output, policyFile } = parse(args);
    const files = await findCaptures(names);
    const policy = policyFile === undefined ? undefined : await loadPolicy(policyFile);
    const stop = stopSignal({ prints: true });
    try {
      const policyTags = policy === undefined ? undefined : new PolicyTags(policy);
      const { collected, summary, problems } = await read(files, policy, policyTags, stop.signal);
      await print(collected, output, policy, policyTags);
      tellHealth(summary, problems);
      for (const problem of problems) console.error(`cofferdam: ${problem}`);
      if (stop.code !== 0) return stop.code;
      return problems.length > 0 ? 2 : 0;
    } finally {
      stop.release();
    }
  },
};

function parse(args: readonly string[]): {
  names: readonly string[];
  output: Output;
  policyFile: string | undefined;
} {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      ndjson: { type: 'boolean', default: false },
      csv: { type: 'boolean', default: false },
      propose: { type: 'boolean', default: false },
      policy: { type: 'string' },
    },
  });
  if (positionals.length === 0) {
    throw new UsageError("tags: no capture named; give one or more files, or '-' for standard input");
  }
  const outputs = OUTPUTS.filter(output => values[output]);
  if (outputs.length > 1) {
    throw new UsageError(`tags: ${outputs.map(one => `--${one}`).join(' and ')}: choose one`);
  }
  return { names: positionals, output: outputs[0] ?? 'text', policyFile: values.policy };
}

async function read(
  files: readonly string[],
  policy: Policy | undefined,
  policyTags: PolicyTags | undefined,
  signal: AbortSignal,
): Promise<{ collected: Tags; summary: Summary; problems: readonly string[] }> {
  let collected: Tags | undefined;
  let current: Current | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: its => {
      current = its;
      collected = new Tags(PROTOCOLS, current);
      if (policy === undefined || policyTags === undefined) return { operations: collected };
      return { operations: new Both(collected, new ReadingsOf(policy, current, policyTags)) };
    },
  });
  const problems = await readAll(inspection, files, { signal });
  const summary = inspection.finish();
  current!.leave();
  return { collected: collected!, summary, problems };
}

async function print(
  collected: Tags,
  output: Output,
  policy: Policy | undefined,
  policyTags: PolicyTags | undefined,
): Promise<void> {
  const lines = new Lines(process.stdout);
  const { lostValues, lostRefusals } = collected;
  const refusals = refusalRecords(collected);
  const named = policyTags?.list() ?? [];
  switch (output) {
    case 'json': {
      for (const piece of tagsJson(collected, policy, named)) {
        lines.write(piece);
        await lines.flush();
      }
      break;
    }
    case 'ndjson':
      await each(lines, eachTagRow(collected, policy), row => `${JSON.stringify(row.record)}\n`);
      break;
    case 'csv':
      lines.write(CSV_HEAD);
      await each(lines, eachTagRow(collected, policy), row => csvLine(row.record));
      break;
    case 'propose': {
      const rows = { [Symbol.iterator]: () => eachTagRow(collected, policy)[Symbol.iterator]() };
      let nothing = true;
      await each(lines, proposedTags(rows, PROTOCOLS, policy), line => {
        nothing = false;
        return line;
      });
      if (nothing)
        throw new UsageError(
          'tags: nothing was seen to change or to be written; there is nothing to propose',
        );
      break;
    }
    default: {
      const stations = eachStation(collected, policy);
      const shown = { stations, refusals, policyTags: named, lostValues, lostRefusals };
      for (const piece of describeTags(shown)) {
        lines.write(piece);
        await lines.flush();
      }
    }
  }
  await lines.flush();
}

/** Output larger than memory must not pile up. */
async function each<T>(lines: Lines, rows: Iterable<T>, line: (row: T) => string): Promise<void> {
  let waiting = 0;
  for (const row of rows) {
    lines.write(line(row));
    waiting = (waiting + 1) % BATCH;
    if (waiting === 0) await lines.flush();
  }
}
