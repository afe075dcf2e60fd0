/**
 * `cofferdam permit install`, `revoke` and `list`: what is in the gateway's permit store.
 *
 * @module
 */

import { Approvers, LEAST_THRESHOLD } from '../program/approvers.ts';
import { loadApprovers } from '../program/approvers-file.ts';
import { readOpenings } from '../program/opening-store.ts';
import { PermitStore } from '../program/permit-store.ts';
import { isoTime } from '../program/statement.ts';
import { shortId, usesLeft } from '../program/why-not.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { compareBlocks, readBlocks } from './permit-blocks.ts';
import { readPermitFile } from './permit-file.ts';
import { installedText, verificationText } from './permit-text.ts';

/** Digits of an id that are enough to name a permit. */
const SHORTEST_ID = 8;

export async function install(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { permits: { type: 'string' }, approvers: { type: 'string' } },
    allowPositionals: true,
  });
  const [file, ...words] = positionals;
  if (file === undefined) {
    throw new UsageError(
      'name the permit: cofferdam permit install FILE BLOCKS --permits FOLDER --approvers FILE',
    );
  }
  const { bytes, permit } = await readPermitFile(file);
  const approvers = await loadApprovers(needApprovers(values.approvers));
  const folder = needStore(values.permits);
  if (permit.blocks.length > 0 && words.length === 0 && !permit.unseen) {
    throw new UsageError(
      `name the blocks too, as a folder or as FILE:BLOCK: the gateway compares what passes with them`,
    );
  }
  if (words.length > 0) await compareBlocks(permit, words);
  const blocks = await readBlocks(words, permit.protocol);
  const store = await PermitStore.open(folder, approvers);
  const verified = await store.install(bytes, new Map(blocks.map(block => [block.sha256, block.content])));
  console.log(verificationText(verified));
  console.log(
    `installed in ${folder}: valid from ${isoTime(permit.notBefore)} to ${isoTime(permit.notAfter)}`,
  );
  return 0;
}

export async function revoke(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { permits: { type: 'string' }, by: { type: 'string' }, reason: { type: 'string' } },
    allowPositionals: true,
  });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) {
    throw new UsageError(
      'name one permit by its id: cofferdam permit revoke ID --permits FOLDER --by NAME --reason TEXT',
    );
  }
  const { by, reason } = values;
  if (by === undefined || reason === undefined) {
    throw new UsageError('say who takes the permit back and why: --by NAME --reason TEXT');
  }
  // Taking back must not wait for anything: neither approvers nor the permit itself are needed.
  const nobody = new Approvers('', { threshold: LEAST_THRESHOLD, approvers: [] }, new Map(), undefined);
  const store = await PermitStore.open(needStore(values.permits), nobody);
  const { openings } = await readOpenings(store.folder, nobody);
  const ids = [...store.permits.map(({ permit }) => permit.id), ...openings.map(({ opening }) => opening.id)];
  const whole = wholeId(ids, id.toLowerCase());
  await store.revoke(whole, { by, reason, time: Math.floor(Date.now() / 1000) * 1000 });
  console.log(`${shortId(whole)} is revoked; a gateway that runs refuses it as soon as it has read that`);
  return 0;
}

export async function list(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      permits: { type: 'string' },
      approvers: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const approvers = await loadApprovers(needApprovers(values.approvers));
  const store = await PermitStore.open(needStore(values.permits), approvers);
  if (values.json) {
    const permits = store.permits.map(installed => ({
      ...installed.permit,
      notBefore: isoTime(installed.permit.notBefore),
      notAfter: isoTime(installed.permit.notAfter),
      approvals: installed.approvals,
      unusable: installed.unusable ?? null,
      usesLeft: Object.fromEntries(
        installed.permit.blocks.map(({ object }) => [object, usesLeft(installed, object)]),
      ),
    }));
    console.log(JSON.stringify({ permits, damaged: store.damaged }, undefined, 2));
    return 0;
  }
  const now = Date.now();
  for (const installed of store.permits.toSorted((a, b) => a.permit.notBefore - b.permit.notBefore)) {
    console.log(installedText(installed, now));
  }
  for (const { file, refusal } of store.damaged) console.log(`NOTE ${file} is no permit: ${refusal.message}`);
  if (store.permits.length === 0) console.log('no permits are installed');
  return 0;
}

/** The one of `ids` that begins so; a whole one need not be among them. */
function wholeId(ids: readonly string[], id: string): string {
  if (/^[0-9a-f]{64}$/.test(id)) return id;
  const found = ids.filter(one => id.length >= SHORTEST_ID && one.startsWith(id));
  if (found.length === 1) return found[0]!;
  const known = ids.length === 0 ? 'none is installed' : `installed are: ${ids.map(shortId).join(', ')}`;
  throw new UsageError(`no one permit or opening is called '${id}'; ${known}`);
}

function needStore(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new UsageError('no permit store; say where it is with --permits FOLDER');
}

export function needApprovers(file: string | undefined): string {
  if (file !== undefined) return file;
  throw new UsageError('no approvers; say who may approve with --approvers FILE');
}
