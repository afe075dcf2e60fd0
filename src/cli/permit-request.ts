/**
 * `cofferdam permit request`: writes down what is to be approved.
 *
 * @module
 */

import { formatEnvelope } from '../program/dsse.ts';
import { createDurably } from '../program/durable-file.ts';
import { PERMIT_ACTIONS, type PermitAction } from '../program/permit.ts';
import { formatStatement, isoTime, PAYLOAD_TYPE, parseStatement } from '../program/statement.ts';
import { duration } from '../program/why-not.ts';
import { PROTOCOLS, protocolNamed } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { canonicalObject, readBlocks } from './permit-blocks.ts';
import { checkPolicy } from './permit-policy.ts';
import { permitText } from './permit-text.ts';
import { readLength, readTime } from './times.ts';

export async function request(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      controller: { type: 'string' },
      protocol: { type: 'string' },
      station: { type: 'string' },
      from: { type: 'string', multiple: true, default: [] },
      start: { type: 'string', default: 'now' },
      end: { type: 'string' },
      for: { type: 'string' },
      ticket: { type: 'string' },
      purpose: { type: 'string' },
      requester: { type: 'string' },
      uses: { type: 'string', default: '1' },
      action: { type: 'string', multiple: true, default: [] },
      delete: { type: 'string', multiple: true, default: [] },
      unseen: { type: 'boolean', default: false },
      policy: { type: 'string' },
      out: { type: 'string', default: 'permit.json' },
    },
    allowPositionals: true,
  });
  const controller = needed(values.controller, '--controller', 'the controller’s host name in the policy');
  const ticket = needed(values.ticket, '--ticket', 'the number of the change ticket');
  const purpose = needed(values.purpose, '--purpose', 'what is to be done and why, in a sentence');
  const requester = needed(
    values.requester,
    '--requester',
    'your name as it is in the approvers file, or your role',
  );
  if (values.from.length === 0) {
    throw new UsageError('no --from; name the host that the download comes from, as it is in the policy');
  }
  const protocol = readProtocol(values.protocol);
  const { notBefore, notAfter } = readWindow(values);
  if (positionals.length + values.action.length + values.delete.length === 0) {
    throw new UsageError(
      'it permits nothing; name the blocks (a folder, or FILE:BLOCK), or what else is to be done: --action, --delete',
    );
  }
  const payload = formatStatement({
    ticket,
    purpose,
    requester,
    controller,
    protocol: protocol.name,
    station: readStation(values.station, protocol),
    from: values.from,
    notBefore,
    notAfter,
    uses: readCount(values.uses),
    blocks: await readBlocks(positionals, protocol.name),
    deletes: readDeletes(values.delete, protocol),
    actions: readActions(values.action, values.delete.length > 0),
    unseen: values.unseen,
  });
  const permit = parseStatement(payload);
  if (values.policy !== undefined) await checkPolicy(values.policy, permit);
  await create(values.out, formatEnvelope({ payloadType: PAYLOAD_TYPE, payload, signatures: [] }));
  console.log(permitText(permit));
  for (const { object: name } of permit.blocks) {
    if ('problem' in protocol.objects.parse(name) && !permit.unseen) {
      console.log(`NOTE ${name} is no object of ${protocol.title}: no download will be called that`);
    }
  }
  console.log(
    `\n${values.out} is written, unsigned; an approver signs it: cofferdam permit sign ${values.out} --key KEY`,
  );
  return 0;
}

export function needed(value: string | undefined, option: string, meaning: string): string {
  if (value !== undefined) return value;
  throw new UsageError(`no ${option}; write ${meaning}`);
}

export function readProtocol(name: string | undefined) {
  const protocol = protocolNamed(name ?? '');
  if (protocol !== undefined) return protocol;
  const names = PROTOCOLS.map(one => one.name).join(' or ');
  throw new UsageError(`--protocol is ${name === undefined ? 'missing' : `'${name}'`}; write ${names}`);
}

function readStation(text: string | undefined, protocol: ReturnType<typeof readProtocol>): string {
  const { stations } = protocol;
  const station = text === undefined ? stations.standard : stations.parse(text);
  if (typeof station === 'number') return stations.format(station);
  throw new UsageError(`--station: ${station.problem}`);
}

function readWindow(values: { start: string; end?: string; for?: string }) {
  const notBefore = readTime(values.start, '--start');
  if ((values.end === undefined) === (values.for === undefined)) {
    throw new UsageError('say when the window ends: --for 2h or --end 2026-11-23T08:00Z, one of the two');
  }
  const notAfter =
    values.end === undefined ? notBefore + readLength(values.for!, '--for') : readTime(values.end, '--end');
  checkNotOver(notAfter);
  return { notBefore, notAfter };
}

/** Nothing is asked for whose time, to `notAfter` (milliseconds since 1970), is over. */
export function checkNotOver(notAfter: number): void {
  const now = Date.now();
  if (notAfter > now) return;
  const past = duration(now - notAfter);
  throw new UsageError(
    `the window is over: it ended ${past} ago, at ${isoTime(notAfter)}; ask for one to come`,
  );
}

function readDeletes(names: readonly string[], protocol: ReturnType<typeof readProtocol>): string[] {
  return names.map(text => {
    if (!('problem' in protocol.objects.parse(text))) return canonicalObject(text, protocol.name);
    throw new UsageError(
      `--delete '${text}' is no object of ${protocol.title}; write the block as the controller names it, such as FB3`,
    );
  });
}

function readCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`--uses is '${text}'; write how often each block may be transferred, such as 1`);
}

/** Blocks to delete mean that deleting is permitted. */
function readActions(words: readonly string[], deletes: boolean): PermitAction[] {
  const actions = new Set<PermitAction>(deletes ? ['delete'] : []);
  for (const word of words) {
    const action = PERMIT_ACTIONS.find(name => name === word);
    if (action === undefined) {
      const others = PERMIT_ACTIONS.filter(name => name !== 'delete').join(', ');
      throw new UsageError(`--action is '${word}'; there are: ${others}; deleting is --delete BLOCK`);
    }
    if (action === 'delete' && !deletes) {
      throw new UsageError('--action delete; name the blocks with --delete OB1 instead');
    }
    actions.add(action);
  }
  return PERMIT_ACTIONS.filter(action => actions.has(action));
}

export async function create(file: string, text: string): Promise<void> {
  try {
    await createDurably(file, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${file}: is there already; choose another name with --out`);
  }
}
