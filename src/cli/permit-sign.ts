/**
 * `cofferdam permit sign`: an approver reads what is asked for and signs it.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { type Approvers, sameName } from '../program/approvers.ts';
import { loadApprovers } from '../program/approvers-file.ts';
import { type Envelope, formatEnvelope, preAuthenticationEncoding } from '../program/dsse.ts';
import { writeDurably } from '../program/durable-file.ts';
import type { PublicKey } from '../program/public-key.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { confirm } from './passphrase.ts';
import { compareBlocks } from './permit-blocks.ts';
import { readPermitFile } from './permit-file.ts';
import { endedText, permitText } from './permit-text.ts';
import { openSigner, readDetached, type Signer } from './signer.ts';

export async function sign(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      key: { type: 'string' },
      'passphrase-file': { type: 'string' },
      'ssh-signature': { type: 'string' },
      approvers: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [file, ...words] = positionals;
  if (file === undefined) throw new UsageError('name the permit: cofferdam permit sign FILE --key KEY');
  const { key, 'ssh-signature': detached, 'passphrase-file': passphraseFile } = values;
  if ((key === undefined) === (detached === undefined)) {
    throw new UsageError(
      'say what to sign with: --key KEY, or --ssh-signature FILE that ssh-keygen has made',
    );
  }
  const { envelope, permit } = await readPermitFile(file);
  const approvers = values.approvers === undefined ? undefined : await loadApprovers(values.approvers);
  const given = words.length > 0 ? await compareBlocks(permit, words) : undefined;
  const { requester, controller } = permit;
  const open = async () =>
    detached === undefined ? await openSigner(key!, passphraseFile) : await readDetached(detached);
  return await signFile(file, envelope, open, {
    requester,
    controller,
    approvers,
    shown: [permitText(permit), given, endedText(permit, Date.now())],
    question: values.yes ? undefined : 'Approve all of this with your signature?',
  });
}

/** How somebody comes to sign a document. */
export interface Signing {
  readonly requester: string;
  /** The controller that the document is about. */
  readonly controller: string;
  /** Where given, a signature that would count for nothing is not made. */
  readonly approvers: Approvers | undefined;
  /** What is shown of the document. */
  readonly shown: readonly (string | undefined)[];
  /** What is asked after that; without it nothing is. */
  readonly question: string | undefined;
}

/** Opens the key, shows what is in the file, asks, and adds the signature to it. Resolves to the exit code. */
export async function signFile(
  file: string,
  envelope: Envelope,
  open: () => Promise<Signer>,
  signing: Signing,
): Promise<number> {
  checkRequester(signing);
  const signer = await open();
  if (signer.publicKey !== undefined) checkSigner(signer.publicKey, envelope, signing);
  for (const text of signing.shown) {
    if (text !== undefined) console.log(text);
  }
  if (signing.question !== undefined && !(await confirm(signing.question))) {
    console.log('not signed');
    return 1;
  }
  const made = await signer.sign(preAuthenticationEncoding(envelope.payloadType, envelope.payload));
  const name = checkSigner(made.publicKey, envelope, signing);
  const signed = { ...envelope, signatures: [...envelope.signatures, made.signature] };
  await writeDurably(file, formatEnvelope(signed), (await stat(file)).mode & 0o777);
  console.log(`${file} now bears the signature of ${name}`);
  return 0;
}

/** An error where whatever is signed counts for nothing, because of who asked for it. */
function checkRequester({ requester, approvers }: Signing): void {
  if (approvers === undefined || approvers.mayRequest(requester)) return;
  throw new UsageError(
    `${requester}, who asked for this, is not among the requesters of ${approvers.file}; no signature would count`,
  );
}

/** Who it is whose signature is added; an error where it would count for nothing. */
function checkSigner(
  publicKey: PublicKey,
  { signatures }: Envelope,
  { requester, controller, approvers }: Signing,
): string {
  if (signatures.some(({ keyId }) => keyId === publicKey.id)) {
    throw new UsageError(
      `the document bears a signature of the key ${publicKey.id} already; each approver signs once`,
    );
  }
  if (approvers === undefined) return publicKey.id;
  const owner = approvers.ownerOf(publicKey.id);
  if (owner === undefined) {
    throw new UsageError(`the key ${publicKey.id} belongs to no approver of ${approvers.file}`);
  }
  const { name } = owner;
  if (sameName(name) === sameName(requester)) {
    throw new UsageError(`${name} has asked for this; the requester cannot approve`);
  }
  const panel = approvers.panel(controller).approvers.map(approver => approver.name);
  if (panel.includes(name)) return name;
  throw new UsageError(`${name} does not decide about ${controller}; ${panel.join(', ')} do`);
}
