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
import { type InstalledPermit, isSpent, shortId, usesLeft } from '../program/why-not.ts';
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
  const store = await PermitStore.openOrMake(folder, approvers);
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
      'name one permit by its id or ticket: cofferdam permit revoke ID --permits FOLDER --by NAME --reason TEXT',
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
  const named: Named[] = [
    ...store.permits.map(({ permit }) => permit),
    ...openings.map(({ opening }) => ({ id: opening.id, ticket: undefined })),
  ];
  const whole = wholeId(named, id);
  const before = await store.revoke(whole, { by, reason, time: Math.floor(Date.now() / 1000) * 1000 });
  if (before === undefined) {
    console.log(`${shortId(whole)} is revoked; a gateway that runs refuses it as soon as it has read that`);
  } else {
    console.log(
      `${shortId(whole)} was revoked before, by ${before.by} at ${isoTime(before.time)}: ${before.reason}`,
    );
  }
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
  const now = Date.now();
  const installed = sorted(store.permits, now);
  const status = store.damaged.length === 0 ? 0 : 1;
  if (values.json) {
    const permits = installed.map(one => ({
      ...one.permit,
      notBefore: isoTime(one.permit.notBefore),
      notAfter: isoTime(one.permit.notAfter),
      approvals: one.approvals,
      unusable: one.unusable ?? null,
      usesLeft: Object.fromEntries(one.permit.blocks.map(({ object }) => [object, usesLeft(one, object)])),
    }));
    console.log(JSON.stringify({ permits, damaged: store.damaged }, undefined, 2));
    return status;
  }
  for (const one of installed) console.log(installedText(one, now));
  for (const { file, refusal } of store.damaged) console.log(`NOTE ${file} is no permit: ${refusal.message}`);
  if (installed.length === 0) console.log('no permits are installed');
  return status;
}

/** Those that cover something now or later first, in the order in which they begin; then the others, the latest first. */
function sorted(permits: readonly InstalledPermit[], now: number): readonly InstalledPermit[] {
  const counts = (one: InstalledPermit) =>
    one.unusable === undefined && now < one.permit.notAfter && !isSpent(one);
  const begin = ({ permit }: InstalledPermit) => permit.notBefore;
  return [
    ...permits.filter(counts).sort((a, b) => begin(a) - begin(b)),
    ...permits.filter(one => !counts(one)).sort((a, b) => begin(b) - begin(a)),
  ];
}

/** What can be revoked. */
interface Named {
  readonly id: string;
  readonly ticket: string | undefined;
}

/** The id of the one whose id begins so, or whose ticket it is; a whole id need not be among them. */
function wholeId(named: readonly Named[], word: string): string {
  const digits = word.toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  const found = named.filter(
    ({ id, ticket }) => (word.length >= SHORTEST_ID && id.startsWith(digits)) || ticket === word,
  );
  if (found.length === 1) return found[0]!.id;
  const tell = (those: readonly Named[]) => those.map(({ id }) => shortId(id)).join(', ');
  if (found.length > 1)
    throw new UsageError(`'${word}' is ${found.length} permits, ${tell(found)}; name one`);
  const known = named.length === 0 ? 'none is installed' : `installed are: ${tell(named)}`;
  throw new UsageError(`no permit or opening is called '${word}'; ${known}`);
}

function needStore(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new UsageError('no permit store; say where it is with --permits FOLDER');
}

export function needApprovers(file: string | undefined): string {
  if (file !== undefined) return file;
  throw new UsageError('no approvers; say who may approve with --approvers FILE');
}
