/**
 * `cofferdam assets`: reads captures and says which devices are in them, and what each of them is.
 *
 * @module
 */

import { Assets } from '../monitor/assets/assets.ts';
import { type Collected, collectedOf } from '../monitor/assets/collected.ts';
import { describeAssets } from '../monitor/assets/describe-assets.ts';
import { dot } from '../monitor/assets/dot.ts';
import { graphOf } from '../monitor/assets/graph.ts';
import { graphml } from '../monitor/assets/graphml.ts';
import { inventoryFrom, inventoryJson, inventoryParts } from '../monitor/assets/inventory.ts';
import { proposedZones } from '../monitor/assets/propose.ts';
import type { Current } from '../monitor/current.ts';
import { Inspection } from '../monitor/inspection.ts';
import { Lines } from '../monitor/lines.ts';
import { readAll } from '../monitor/read-all.ts';
import type { Summary } from '../monitor/summary.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { ANNOUNCEMENTS, PROTOCOLS } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { findCaptures } from './find-captures.ts';
import { stopSignal } from './stop-signal.ts';
import { tellHealth } from './tell-health.ts';

const HELP = `usage: cofferdam assets [OPTION …] FILE|FOLDER…

Reads captures (pcap or pcapng; - is standard input) and prints the devices in
them: addresses, maker of the network interface, what they say they are, which
protocols they serve and use, and what each is for, as far as that was seen.
Every fact names the packet that showed it. An address that was asked and never
answered is no device. Several files are read as one record of traffic.

  --all             also addresses of which nothing is known but that they sent
  --json            everything as one JSON object (fields: docs/assets.md)
  --dot             a picture of who talks to whom, for Graphviz
  --graphml         the same for yEd, Gephi, Cytoscape, networkx
  --policy FILE     names, zones and levels of this policy for the pictures
  --propose-policy  zones and hosts, as the beginning of a policy

Examples:
  cofferdam assets plant.pcap
  cofferdam assets --dot --policy plant.yaml plant.pcap | dot -Tsvg > plant.svg
  cofferdam assets --json plant.pcap | jq '.assets[] | {id, roles}'
  cofferdam assets --propose-policy plant.pcap > plant.yaml

Exit codes: 0 all was read, 2 a file could not be read or not to its end (what
could be read is printed).`;

const OUTPUTS = ['json', 'dot', 'graphml', 'propose-policy'] as const;
type Output = (typeof OUTPUTS)[number] | 'text';

interface Options {
  readonly files: readonly string[];
  readonly output: Output;
  readonly all: boolean;
  readonly policy: string | undefined;
}

export const assets: Command = {
  summary: 'read captures and say which devices are in them',
  help: HELP,
  run: async args => {
    const options = parse(args);
    const files = await findCaptures(options.files);
    const policy = options.policy === undefined ? undefined : await loadPolicy(options.policy);
    const stop = stopSignal({ prints: true });
    try {
      const { collected, summary, problems } = await read(files, stop.signal);
      const lines = new Lines(process.stdout);
      for (const piece of print(collected, options, policy)) {
        lines.write(piece);
        await lines.flush();
      }
      tellHealth(summary, problems);
      for (const problem of problems) console.error(`cofferdam: ${problem}`);
      if (stop.code !== 0) return stop.code;
      return problems.length > 0 ? 2 : 0;
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
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      dot: { type: 'boolean', default: false },
      graphml: { type: 'boolean', default: false },
      'propose-policy': { type: 'boolean', default: false },
      policy: { type: 'string' },
    },
  });
  if (positionals.length === 0) {
    throw new UsageError("assets: no capture named; give one or more files, or '-' for standard input");
  }
  const outputs = OUTPUTS.filter(output => values[output]);
  if (outputs.length > 1) {
    throw new UsageError(`assets: ${outputs.map(one => `--${one}`).join(' and ')}: choose one`);
  }
  const output: Output = outputs[0] ?? 'text';
  if (values.policy !== undefined && output !== 'dot' && output !== 'graphml') {
    throw new UsageError('assets: --policy gives zones to the pictures; add --dot or --graphml');
  }
  if (values.all && output !== 'text') {
    throw new UsageError(`assets: --all is for text; --${output} has what it has without it`);
  }
  return { files: positionals, output, all: values.all, policy: values.policy };
}

async function read(
  files: readonly string[],
  signal: AbortSignal,
): Promise<{ collected: Collected; summary: Summary; problems: readonly string[] }> {
  let collected: Assets | undefined;
  let current: Current | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: its => {
      current = its;
      collected = new Assets({ protocols: PROTOCOLS, announcements: ANNOUNCEMENTS, current });
      return { operations: collected, packets: collected };
    },
  });
  const problems: string[] = [];
  for (const file of files) {
    collected!.begin(file === '-' ? '' : file);
    problems.push(...(await readAll(inspection, [file], { signal })));
  }
  const summary = inspection.finish();
  current!.leave();
  return { collected: collectedOf(collected!), summary, problems };
}

function print(collected: Collected, { output, all }: Options, policy: Policy | undefined): Iterable<string> {
  if (output === 'json') return inventoryJson(collected, PROTOCOLS);
  if (output === 'text') {
    const files = new Set(collected.hosts.map(({ first }) => first.file)).size;
    return describeAssets(inventoryParts(collected, PROTOCOLS), files, all);
  }
  const inventory = inventoryFrom(collected, PROTOCOLS);
  switch (output) {
    case 'dot':
      return [dot(graphOf(inventory, policy))];
    case 'graphml':
      return [graphml(graphOf(inventory, policy))];
    case 'propose-policy': {
      const text = proposedZones(inventory);
      if (text === '')
        throw new UsageError(
          'assets: no two devices speak a protocol that is decoded; there is nothing to propose',
        );
      return [text];
    }
  }
}
