/**
 * `cofferdam break-glass`: opens one conduit in an emergency, for a stated time and reason, with several people's
 * signatures.
 *
 * @module
 */

import { loadApprovers } from '../program/approvers-file.ts';
import { formatEnvelope, MAX_ENVELOPE, parseEnvelope } from '../program/dsse.ts';
import { readBounded } from '../program/durable-file.ts';
import { formatOpening, type Opening, openingOf } from '../program/opening.ts';
import { installOpening } from '../program/opening-store.ts';
import { inFile } from '../program/permit-error.ts';
import { PermitStore } from '../program/permit-store.ts';
import { isoTime, PAYLOAD_TYPE } from '../program/statement.ts';
import { duration, shortId } from '../program/why-not.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { checkNotOver, create, needed, readProtocol } from './permit-request.ts';
import { signFile } from './permit-sign.ts';
import { openSigner } from './signer.ts';
import { readLength, readTime } from './times.ts';

const HELP = `usage: cofferdam break-glass request --from HOST --to HOST --protocol NAME
                                     --for LENGTH --reason TEXT
                                     --requester NAME [--start TIME]
                                     [--out FILE]
       cofferdam break-glass show FILE
       cofferdam break-glass sign FILE --key KEY [--approvers FILE]
                                  [--passphrase-file FILE] [--yes]
       cofferdam break-glass install FILE --permits FOLDER --approvers FILE

Opens one conduit of the policy in an emergency: from its beginning to its end
everything that the protocol understands passes there, from these hosts to this
one, whatever the policy says. The gateway says so loudly when it begins, at
every operation that passes because of it, and when it closes again, by itself.
It takes as many approvers as a permit for the controller, none of them the
requester.

request  writes down what is to be opened, unsigned
show     prints it
sign     shows it, asks, and adds your signature to the file
install  verifies it and puts it where the gateway finds it, which opens the
         conduit when the time comes

  --from HOST, --to HOST  the conduit, by the names of its hosts in the policy;
                          --from may be repeated
  --protocol NAME         its protocol, such as modbus
  --for LENGTH            how long it stays open: 30min, 2h; at most 12 h
  --start TIME            when it opens: now (if left out), or ISO 8601 with its
                          zone, 2026-11-23T06:00Z
  --reason TEXT           why, in a sentence
  --requester NAME        who asks: you
  --out FILE              where to write it (break-glass.json)
  --key KEY               your private key: one that \`cofferdam key new\` made,
                          or one of OpenSSH's
  --approvers FILE        who may approve, and how many it takes
  --permits FOLDER        the gateway's permit store

\`cofferdam permit revoke ID\` closes it before its end.`;

const ACTIONS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  request,
  show,
  sign,
  install,
};

export const breakGlass: Command = {
  summary: 'open a conduit in an emergency, signed by several people',
  help: HELP,
  async run([name, ...rest]) {
    const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action !== undefined) return await action(rest);
    const what = name === undefined ? 'what' : `'${name}'`;
    throw new UsageError(`break-glass ${what}? there are: ${Object.keys(ACTIONS).join(', ')}`);
  },
};

async function request(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string', multiple: true, default: [] },
      to: { type: 'string' },
      protocol: { type: 'string' },
      start: { type: 'string', default: 'now' },
      for: { type: 'string' },
      reason: { type: 'string' },
      requester: { type: 'string' },
      out: { type: 'string', default: 'break-glass.json' },
    },
  });
  if (values.from.length === 0) throw new UsageError('no --from; name the host that is to get through');
  const notBefore = readTime(values.start, '--start');
  const length = readLength(needed(values.for, '--for', 'how long it stays open, such as 30min'), '--for');
  checkNotOver(notBefore + length);
  const payload = formatOpening({
    from: values.from,
    to: needed(values.to, '--to', 'the controller’s host name in the policy'),
    protocol: readProtocol(values.protocol).name,
    notBefore,
    notAfter: notBefore + length,
    reason: needed(values.reason, '--reason', 'why, in a sentence'),
    requester: needed(
      values.requester,
      '--requester',
      'your name as it is in the approvers file, or your role',
    ),
  });
  const envelope = { payloadType: PAYLOAD_TYPE, payload, signatures: [] };
  await create(values.out, formatEnvelope(envelope));
  console.log(openingText(openingOf(envelope)));
  console.log(
    `\n${values.out} is written, unsigned; an approver signs it: cofferdam break-glass sign ${values.out} --key KEY`,
  );
  return 0;
}

async function show(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
  const { envelope, opening } = await readOpeningFile(positionals, 'show FILE');
  console.log(openingText(opening));
  console.log(`signatures  ${envelope.signatures.length}`);
  return 0;
}

async function sign(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      key: { type: 'string' },
      'passphrase-file': { type: 'string' },
      approvers: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const { file, envelope, opening } = await readOpeningFile(positionals, 'sign FILE --key KEY');
  const key = needed(values.key, '--key', 'the file of your private key');
  const approvers = values.approvers === undefined ? undefined : await loadApprovers(values.approvers);
  return await signFile(file, envelope, () => openSigner(key, values['passphrase-file']), {
    requester: opening.requester,
    controller: opening.to,
    approvers,
    shown: [openingText(opening)],
    question: values.yes ? undefined : 'Open this conduit with your signature?',
  });
}

async function install(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { permits: { type: 'string' }, approvers: { type: 'string' } },
    allowPositionals: true,
  });
  const { file, bytes } = await readOpeningFile(
    positionals,
    'install FILE --permits FOLDER --approvers FILE',
  );
  const folder = needed(values.permits, '--permits', 'where the permit store is');
  const approvers = await loadApprovers(
    needed(values.approvers, '--approvers', 'the file that says who may approve'),
  );
  // Only the folder of a store, or a new one, will do.
  await PermitStore.openOrMake(folder, approvers);
  const { opening, approvals } = await installOpening(folder, bytes, approvers);
  const who = approvals.map(({ name }) => name).join(', ');
  console.log(`${file} holds, approved by ${who}`);
  console.log(
    `installed in ${folder}: open from ${isoTime(opening.notBefore)} to ${isoTime(opening.notAfter)}`,
  );
  return 0;
}

async function readOpeningFile(positionals: readonly string[], usage: string) {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(`name one file: cofferdam break-glass ${usage}`);
  const bytes = await readBounded(file, MAX_ENVELOPE);
  return inFile(file, () => {
    const envelope = parseEnvelope(bytes);
    return { file, bytes, envelope, opening: openingOf(envelope) };
  });
}

function openingText({ id, from, to, protocol, notBefore, notAfter, reason, requester }: Opening): string {
  const rows = [
    ['opening', shortId(id)],
    ['conduit', `${from.join(', ')} to ${to}, ${protocol}: everything passes`],
    ['open', `${isoTime(notBefore)} to ${isoTime(notAfter)} (${duration(notAfter - notBefore)})`],
    ['reason', reason],
    ['requester', requester],
    ['id', id],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(10)}  ${value}`).join('\n');
}
