/**
 * `cofferdam policy`: check a policy, explain what it says of an operation, print the schema for editors.
 *
 * @module
 */

import { isIP } from 'node:net';
import { isSingle } from '../policy/address.ts';
import { explain, formatExplanation, learn } from '../policy/explain.ts';
import type { Host } from '../policy/model.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { formatProblem, PolicyError } from '../policy/problem.ts';
import { policySchema } from '../policy/schema.ts';
import { PolicyState } from '../policy/state.ts';
import { readStatement } from '../policy/statement.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { explainPacket } from './policy-capture.ts';

const HELP = `usage: cofferdam policy check FILE… [--json]
       cofferdam policy explain FILE --from HOST --to HOST [--protocol NAME] [--last VALUE] [--json] 'OPERATION'
       cofferdam policy explain FILE --capture CAPTURE --packet N [--json]
       cofferdam policy schema

check    reads policies and tells every mistake, with line and column; exit code 2 if there is one
explain  tells how an operation is decided, by which rule, and why
schema   prints the JSON Schema, which gives completion in editors

  --from HOST      who asks: a host of the policy, or an address
  --to HOST        whom: a host of the policy, or its address
  --protocol NAME  in which protocol; needed where more than one leads there
  --last VALUE     the value that the operation's object has now, where a step limits it
  --capture FILE   explain what is in a packet of this capture (pcap or pcapng), after all that is before it
  --packet N       which packet, counted from 1
  --json           print data

An operation is a verb, an object, and for a write its values, as policies write them:
  'write rotor.speed.setpoint = 1410'   'write holding 40 = 14100'   'read unit 2 holding 0-9'
  'function 0x5a/0x10'   'function userdata 4/1'   'stop'`;

export const policy: Command = {
  summary: 'check a policy, or explain what it says of an operation',
  help: HELP,
  async run(args) {
    const [action, ...rest] = args;
    switch (action) {
      case 'check':
        return await check(rest);
      case 'explain':
        return await explainOne(rest);
      case 'schema':
        console.log(JSON.stringify(policySchema(), undefined, 2));
        return 0;
      default:
        throw new UsageError(
          `policy ${action === undefined ? 'what' : `'${action}'`}? write policy check, policy explain or policy schema`,
        );
    }
  },
};

async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new UsageError('name the policy: cofferdam policy check FILE');
  let wrong = false;
  const results: unknown[] = [];
  for (const file of positionals) {
    try {
      const read = await loadPolicy(file);
      results.push({ file, ok: true, problems: [], warnings: read.warnings, ...countsOf(read) });
      if (values.json) continue;
      for (const warning of read.warnings) console.error(`${formatProblem(warning)} (warning)`);
      console.log(summaryOf(file, read));
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      wrong = true;
      results.push({ file, ok: false, problems: error.problems, warnings: [] });
      if (!values.json) console.error(error.message);
    }
  }
  if (values.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results, undefined, 2));
  return wrong ? 2 : 0;
}

async function explainOne(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      protocol: { type: 'string' },
      last: { type: 'string' },
      capture: { type: 'string' },
      packet: { type: 'string' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [file, statement, extra] = positionals;
  if (file !== undefined && values.capture !== undefined) {
    if (statement !== undefined)
      throw new UsageError('explain either an operation or a packet of a capture, not both');
    const number = /^\d{1,12}$/.test(values.packet ?? '') ? Number(values.packet) : 0;
    if (number < 1) throw new UsageError('say which packet of the capture, counted from 1: --packet 12');
    const explanations = await explainPacket(await loadPolicy(file), values.capture, number);
    if (values.json) console.log(JSON.stringify(explanations, undefined, 2));
    else if (explanations.length > 0) console.log(explanations.map(formatExplanation).join('\n\n'));
    else console.log(`packet ${number} ends no message of a protocol that is known`);
    return 0;
  }
  if (file === undefined || statement === undefined || extra !== undefined) {
    throw new UsageError(
      "write: cofferdam policy explain FILE --from HOST --to HOST 'write TAG = VALUE' (in quotes)",
    );
  }
  if (values.from === undefined || values.to === undefined) {
    throw new UsageError('say who asks whom: --from hmi-1 --to plc-7');
  }
  const read = await loadPolicy(file);
  const target = targetOf(read, values.to);
  const address = clientAddress(read, values.from);
  const protocol = protocolOf(read, target.name, values.protocol);
  const said = readStatement(read, target.name, protocol, statement);
  if ('problem' in said) throw new UsageError(said.problem);
  const route = read.route(address, target.name, protocol.name);
  const state = new PolicyState(read);
  if (values.last !== undefined) {
    const now = readStatement(read, target.name, protocol, `${statement.split('=')[0]} = ${values.last}`);
    if ('problem' in now) throw new UsageError(`--last: ${now.problem}`);
    learn(route, state, now.op);
  }
  const explanation = explain(read, route, state, said.op);
  console.log(values.json ? JSON.stringify(explanation, undefined, 2) : formatExplanation(explanation));
  return 0;
}

/** The host asked, by name or by address. */
function targetOf(read: Policy, text: string): Host {
  const host = read.hosts.get(text) ?? read.hostsAt(text).find(({ network }) => isSingle(network));
  if (host !== undefined) return host;
  const what = isIP(text) === 0 ? 'no such host' : 'no host has this address';
  throw new UsageError(`--to ${text}: ${what} in ${read.file}; there are: ${namesOf(read)}`);
}

/** The address of who asks: of a group of hosts the first. */
function clientAddress(read: Policy, text: string): string {
  const host = read.hosts.get(text);
  if (host !== undefined) return host.network.text.split('/')[0]!;
  if (isIP(text) !== 0) return text;
  throw new UsageError(
    `--from ${text}: no IP address, and no such host in ${read.file}; there are: ${namesOf(read)}`,
  );
}

function namesOf(read: Policy): string {
  return [...read.hosts.keys()].join(', ');
}

/** The protocol asked for, or the only one that the policy has for the host. */
function protocolOf(read: Policy, target: string, name: string | undefined): Protocol {
  if (name !== undefined) {
    const protocol = read.protocols.find(p => p.name === name);
    if (protocol !== undefined) return protocol;
    throw new UsageError(
      `--protocol ${name}: no such protocol; there are: ${read.protocols.map(p => p.name).join(', ')}`,
    );
  }
  const spoken = new Set([
    ...read.conduits.filter(c => c.to.some(host => host.name === target)).map(c => c.protocol),
    ...[...read.tags.values()].filter(tag => tag.host.name === target).map(tag => tag.protocol),
  ]);
  const [only, another] = spoken;
  if (only !== undefined && another === undefined) return only;
  const names = [...(spoken.size > 0 ? spoken : read.protocols)].map(p => p.name);
  throw new UsageError(`say in which protocol: --protocol ${names.join(' or --protocol ')}`);
}

function countsOf(read: Policy) {
  return {
    plant: read.plant,
    zones: read.zones.size,
    hosts: read.hosts.size,
    tags: read.tags.size,
    conduits: read.conduits.length,
    // The key `download` stands for several.
    rules: new Set(read.rules.map(({ line, text }) => `${line} ${text}`)).size,
    listeners: read.listeners.length,
  };
}

function summaryOf(file: string, read: Policy): string {
  const { plant, ...counts } = countsOf(read);
  const list = Object.entries(counts).map(
    ([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`,
  );
  const warnings = read.warnings.length === 0 ? '' : `; ${read.warnings.length} to look at`;
  return `${file}: good: ${plant}: ${list.join(', ')}${warnings}`;
}
