/**
 * `cofferdam permit`: the life of a program permit, from its request to its end.
 *
 * @module
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadApprovers } from '../program/approvers-file.ts';
import { preAuthenticationEncoding } from '../program/dsse.ts';
import { createDurably, noFolder } from '../program/durable-file.ts';
import { isSshSignature, toArmor } from '../program/ssh-signature.ts';
import { verifyPermit } from '../program/verify.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { compareBlocks } from './permit-blocks.ts';
import { readPermitFile } from './permit-file.ts';
import { merge } from './permit-merge.ts';
import { request } from './permit-request.ts';
import { sign } from './permit-sign.ts';
import { install, list, needApprovers, revoke } from './permit-store-commands.ts';
import { endedText, permitText, verificationText } from './permit-text.ts';

const HELP = `usage: cofferdam permit request --controller HOST --protocol NAME --from HOST
                 --for LENGTH --ticket NUMBER --purpose TEXT --requester NAME
                 [OPTION …] BLOCKS…
       cofferdam permit show FILE [BLOCKS…] [--json]
       cofferdam permit sign FILE --key KEY [--approvers FILE] [BLOCKS…]
       cofferdam permit merge FILE COPY…
       cofferdam permit verify FILE --approvers FILE [--json]
       cofferdam permit install FILE BLOCKS… --permits FOLDER --approvers FILE
       cofferdam permit list --permits FOLDER --approvers FILE [--json]
       cofferdam permit revoke ID --permits FOLDER --by NAME --reason TEXT
       cofferdam permit export FILE FOLDER

A permit lets one change of one controller's program through the gateway: these
blocks, byte for byte, from these stations, between these times, so often. An
engineer requests it, at least two approvers sign it, somebody installs it where
the gateway finds it. It ends by itself, or is revoked.

request  writes down what is to be approved, unsigned
show     prints what a permit says
sign     shows it, asks, and adds your signature to the file; the requester
         cannot sign
merge    adds the signatures of copies, where approvers have each signed one
verify   says who has approved and what is missing; exit code 1 if it does not
         hold. A window that is over is a note
install  verifies it and puts it, with the blocks' bytes, into the gateway's
         permit store, which the first one makes; what is over or was revoked is
         refused
list     prints the installed permits and what is left of them, first those that
         cover something; exit code 1 if a file in the store is damaged
revoke   takes a permit, or what opens a conduit by break-glass, back, installed
         or not; one that is installed is named by the first 8 or more digits of
         its id, or by its ticket where no other has the same
export   writes what is signed, and each signature, as files for other programs

BLOCKS are folders of block files, each named as its block (OB1.bin), such as
\`cofferdam program\` writes, or single files as FILE:BLOCK (new.bin:OB1).

request:
  --controller HOST  the controller's name in the policy
  --protocol NAME    the protocol, such as s7comm
  --station STATION  which station of it, such as 0/2; the protocol's usual one
                     if left out
  --from HOST        where the download comes from: a host of the policy; may be
                     repeated
  --start TIME       begin of the window: now (if left out), or ISO 8601 with
                     its zone, 2026-11-23T06:00Z
  --end TIME         its end, or --for LENGTH how long it is: 2h, 90min,
                     1h30min; at most 31 d
  --ticket NUMBER    the change ticket
  --purpose TEXT     what is done, and why
  --requester NAME   who asks: you
  --uses N           how often each block may be transferred (once)
  --action ACTION    what else may be done: stop, start, restart, mode,
                     firmware; may be repeated
  --delete BLOCK     a block that may be deleted; may be repeated
  --unseen           the protocol hides what it transfers, so that the permit
                     covers the transfer, not the bytes
  --policy FILE      check that the policy has these hosts, and a conduit
                     between them with \`download: permit\`
  --out FILE         where to write it (permit.json)

sign:
  --key KEY               your private key: one that \`cofferdam key new\` made,
                          or one of OpenSSH's; its .pub file if an agent or a
                          security key has the private half
  --passphrase-file FILE  take the key's passphrase from there instead of asking
  --ssh-signature FILE    instead of --key: a signature that
                          \`ssh-keygen -Y sign -n cofferdam-permit\` has made over
                          the file signed-bytes that \`permit export\` writes
  --approvers FILE        check that your signature will count, before adding it
  --yes                   do not ask

  --approvers FILE   who may approve, and how many it takes
  --permits FOLDER   the gateway's permit store
  --json             print data`;

const ACTIONS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  request,
  show,
  sign,
  merge,
  verify,
  install,
  list,
  revoke,
  export: exportParts,
};

export const permit: Command = {
  summary: 'request, sign, verify, install, list and revoke permits for program downloads',
  help: HELP,
  async run([name, ...rest]) {
    const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action !== undefined) return await action(rest);
    const what = name === undefined ? 'what' : `'${name}'`;
    throw new UsageError(`permit ${what}? there are: ${Object.keys(ACTIONS).join(', ')}`);
  },
};

async function show(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [file, ...words] = positionals;
  if (file === undefined) throw new UsageError('name the permit: cofferdam permit show FILE');
  const { envelope, permit } = await readPermitFile(file);
  if (values.json) {
    console.log(Buffer.from(envelope.payload).toString());
  } else {
    console.log(permitText(permit));
    const ended = endedText(permit, Date.now());
    if (ended !== undefined) console.log(ended);
    const count = envelope.signatures.length;
    const signed = count === 0 ? 'none' : `${count}, which cofferdam permit verify looks at`;
    console.log(`signatures  ${signed}`);
  }
  if (words.length > 0) console.error(await compareBlocks(permit, words));
  return 0;
}

async function verify(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { approvers: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    throw new UsageError('name one permit: cofferdam permit verify FILE --approvers FILE');
  }
  const { envelope } = await readPermitFile(file);
  const verified = verifyPermit(envelope, await loadApprovers(needApprovers(values.approvers)));
  const { refusal, approvals, threshold, absent, notes, permit } = verified;
  const ended = Date.now() >= permit.notAfter;
  if (values.json) {
    const data = {
      id: permit.id,
      holds: refusal === undefined,
      ended,
      refusal: refusal ?? null,
      approvals,
      threshold,
      absent,
      notes,
    };
    console.log(JSON.stringify(data, undefined, 2));
  } else {
    console.log(verificationText(verified));
    if (ended) console.log(endedText(permit, Date.now()));
  }
  return refusal === undefined ? 0 : 1;
}

/** What other programs verify: the bytes that are signed, and each signature as they want it. */
async function exportParts(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
  const [file, folder, ...more] = positionals;
  if (file === undefined || folder === undefined || more.length > 0) {
    throw new UsageError('name the permit and a new folder: cofferdam permit export FILE FOLDER');
  }
  const { envelope } = await readPermitFile(file);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw noFolder(folder, error);
    throw new UsageError(`${folder}: is there already; name a new folder`);
  });
  const write = async (name: string, bytes: Uint8Array | string, meaning: string): Promise<void> => {
    await createDurably(join(folder, name), bytes);
    console.log(`${join(folder, name)}  ${meaning}`);
  };
  const { payloadType, payload, signatures } = envelope;
  await write('statement.json', payload, 'the in-toto statement');
  await write(
    'signed-bytes',
    preAuthenticationEncoding(payloadType, payload),
    'what the signatures are over',
  );
  for (const [index, { keyId, bytes }] of signatures.entries()) {
    const ssh = isSshSignature(bytes);
    const meaning = `signature ${index + 1}, ${ssh ? 'for ssh-keygen -Y verify' : 'Ed25519, 64 bytes'}, key ${keyId}`;
    await write(
      `signature-${index + 1}.${ssh ? 'sshsig' : 'ed25519'}`,
      ssh ? toArmor(bytes) : bytes,
      meaning,
    );
  }
  return 0;
}
