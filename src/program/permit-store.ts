/**
 * The permit store: a folder with what the gateway needs to let a permitted download through. Every file in it is
 * written once, whole, and never changed:
 *
 * ```
 * permits/ID.json          the envelope of the permit with that id
 * blocks/SHA256            the bytes of an approved block
 * revoked/ID.json          who took the permit back, when and why
 * uses/ID/OBJECT.N         the object was used for the Nth time
 * ```
 *
 * A use is a file that only one can create. So uses are counted right across restarts and several gateways, a power
 * failure loses none that was recorded, and one that was begun counts.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Approvers } from './approvers.ts';
import { MAX_ENVELOPE, parseEnvelope } from './dsse.ts';
import { createDurably, flushFolder, readBounded, UNFINISHED, writeDurably } from './durable-file.ts';
import type { Permit } from './permit.ts';
import { PermitError } from './permit-error.ts';
import { type Refusal, refusal } from './refusal.ts';
import { readRevocation } from './revocation.ts';
import { isoTime } from './statement.ts';
import { type Verification, verifyPermit } from './verify.ts';
import { type InstalledPermit, type Revocation, shortId, usesLeft, whyOver } from './why-not.ts';

const FOLDERS = ['permits', 'blocks', 'revoked', 'uses'] as const;
/** Beside them is what opens conduits by break-glass. */
const OPENINGS = 'openings';
const PERMIT_NAME = /^[0-9a-f]{64}\.json$/;
/** Permits that a store holds at most. */
const MAX_PERMITS = 10_000;

/** A file of the store that is no permit, and why. */
export interface DamagedFile {
  readonly file: string;
  readonly refusal: Refusal;
}

/** {@link InstalledPermit}, whose uses grow. */
interface Entry extends InstalledPermit {
  readonly used: Map<string, number>;
}

export class PermitStore {
  readonly folder: string;
  readonly #now: () => number;
  #approvers: Approvers;
  #entries: readonly Entry[] = [];
  #damaged: readonly DamagedFile[] = [];
  #blocks: ReadonlyMap<string, Uint8Array> = new Map();
  /** Uses are recorded, and the store read, one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Opens the store in a folder, which may be empty. Throws `PermitError` where there is none: a slip in its name must not
   * look like a plant without permits. `now` gives milliseconds since 1970-01-01 UTC.
   */
  static async open(folder: string, approvers: Approvers, now = Date.now): Promise<PermitStore> {
    if (!(await isThere(folder))) throw noStore(folder, 'the first install makes one, and so does mkdir');
    return await PermitStore.openOrMake(folder, approvers, now);
  }

  /** The same; where there is no folder yet, the first permit that is installed makes it. */
  static async openOrMake(folder: string, approvers: Approvers, now = Date.now): Promise<PermitStore> {
    const store = new PermitStore(folder, approvers, now);
    if (await isThere(folder)) {
      await makeFolders(folder);
      await store.reload();
    }
    return store;
  }

  private constructor(folder: string, approvers: Approvers, now: () => number) {
    this.folder = folder;
    this.#approvers = approvers;
    this.#now = now;
  }

  /** All permits that are installed, each verified when it was read; `unusable` says which cover nothing, and why. */
  get permits(): readonly InstalledPermit[] {
    return this.#entries;
  }

  /** What is among the permits and is none. */
  get damaged(): readonly DamagedFile[] {
    return this.#damaged;
  }

  /** Reads the folder again: what was installed, revoked or used by others since. `approvers` replaces those from before. */
  reload(approvers: Approvers = this.#approvers): Promise<void> {
    return this.#inTurn(async () => {
      this.#approvers = approvers;
      await this.#read();
    });
  }

  /** The bytes of an approved block of a permit whose window has not ended, by their SHA-256 in hexadecimal. */
  block(sha256: string): Uint8Array | undefined {
    return this.#blocks.get(sha256);
  }

  usesLeft(permit: Permit, object: string): number {
    return usesLeft(this.#entry(permit), object);
  }

  /**
   * Records one use at `time` (milliseconds since 1970-01-01 UTC); durable before it resolves. Rejects with `PermitError`
   * where none is left, perhaps since another took the last: what asked for it must then be refused.
   */
  recordUse(permit: Permit, object: string, time: number): Promise<void> {
    return this.#inTurn(() => this.#record(permit, object, time));
  }

  /**
   * Adds a permit with the bytes of its blocks, by their SHA-256. Throws `PermitError`, and changes nothing, where it would
   * cover nothing: it does not hold, its window is over, or it was revoked.
   */
  install(envelope: Uint8Array, blocks: ReadonlyMap<string, Uint8Array>): Promise<Verification> {
    return this.#inTurn(async () => {
      const verified = verifyPermit(parseEnvelope(envelope), this.#approvers);
      const { permit } = verified;
      const refused =
        verified.refusal ??
        missingContent(permit, blocks) ??
        revoked(permit.id, await this.#revocation(permit.id)) ??
        whyOver(permit, this.#now());
      if (refused !== undefined) throw new PermitError(refused.message);
      await makeFolders(this.folder);
      for (const { sha256 } of permit.unseen ? [] : permit.blocks) {
        await writeDurably(join(this.folder, 'blocks', sha256), blocks.get(sha256)!);
      }
      await writeDurably(join(this.folder, 'permits', `${permit.id}.json`), envelope);
      await this.#read();
      return verified;
    });
  }

  /**
   * Takes a permit back, installed or not. What was revoked stays so: a second revocation changes nothing. Resolves to the
   * one that was there before, if any.
   */
  revoke(id: string, revocation: Revocation): Promise<Revocation | undefined> {
    return this.#inTurn(async () => {
      const text = JSON.stringify({ ...revocation, time: isoTime(revocation.time) }, undefined, 2);
      let before: Revocation | undefined;
      try {
        await createDurably(join(this.folder, 'revoked', `${id}.json`), `${text}\n`);
        await flushFolder(join(this.folder, 'revoked'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        before = await this.#revocation(id);
      }
      await this.#read();
      return before;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #read(): Promise<void> {
    const files = (await readdir(join(this.folder, 'permits')))
      .filter(name => !name.endsWith(UNFINISHED))
      .sort();
    if (files.length > MAX_PERMITS) {
      throw new PermitError(
        `${this.folder}: has more than ${MAX_PERMITS} permits; move old ones out of permits/`,
      );
    }
    const entries: Entry[] = [];
    const damaged: DamagedFile[] = [];
    const blocks = new Map<string, Uint8Array>();
    for (const file of files) {
      const read = await this.#readPermit(file, blocks);
      if ('file' in read) damaged.push(read);
      else entries.push(read);
    }
    this.#entries = entries;
    this.#damaged = damaged;
    this.#blocks = blocks;
  }

  async #readPermit(file: string, blocks: Map<string, Uint8Array>): Promise<Entry | DamagedFile> {
    try {
      const bytes = await readBounded(join(this.folder, 'permits', file), MAX_ENVELOPE);
      const { permit, approvals, refusal: unsigned } = verifyPermit(parseEnvelope(bytes), this.#approvers);
      if (!PERMIT_NAME.test(file) || file.slice(0, 64) !== permit.id) {
        return { file, refusal: refusal('damaged', `holds permit ${permit.id}, which is not its name`) };
      }
      const revocation = await this.#revocation(permit.id);
      const taken = revoked(permit.id, revocation);
      const content = taken ?? unsigned ?? (await this.#readBlocks(permit, blocks));
      const used = await this.#readUses(permit.id);
      return { permit, approvals, revocation, unusable: content, used };
    } catch (error) {
      // Whatever the disk answers, one bad file takes nothing from the other permits, and covers nothing itself.
      if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
      return { file, refusal: refusal('damaged', (error as Error).message) };
    }
  }

  /** Puts the bytes of the permit's blocks into `blocks`, or says which are not there. */
  async #readBlocks(permit: Permit, blocks: Map<string, Uint8Array>): Promise<Refusal | undefined> {
    if (permit.unseen || permit.notAfter <= this.#now()) return undefined;
    for (const { sha256, bytes } of permit.blocks) {
      if (blocks.has(sha256)) continue;
      const content = await readBounded(join(this.folder, 'blocks', sha256), bytes).catch(() => undefined);
      if (content !== undefined) blocks.set(sha256, content);
    }
    return missingContent(permit, blocks);
  }

  async #revocation(id: string): Promise<Revocation | undefined> {
    return await readRevocation(join(this.folder, 'revoked', `${id}.json`));
  }

  async #readUses(id: string): Promise<Map<string, number>> {
    const used = new Map<string, number>();
    for (const name of await readdir(join(this.folder, 'uses', id)).catch(absent)) {
      const dot = name.lastIndexOf('.');
      const count = Number(name.slice(dot + 1));
      const object = objectOfFile(name.slice(0, dot));
      // The greatest number counts, not how many files there are: one that was taken away gives nothing back.
      if (Number.isInteger(count) && count > (used.get(object) ?? 0)) used.set(object, count);
    }
    return used;
  }

  async #record(permit: Permit, object: string, time: number): Promise<void> {
    const { used } = this.#entry(permit);
    const folder = join(this.folder, 'uses', permit.id);
    if ((await mkdir(folder, { recursive: true })) !== undefined)
      await flushFolder(join(this.folder, 'uses'));
    for (let count = (used.get(object) ?? 0) + 1; count <= permit.uses; count++) {
      used.set(object, count);
      try {
        await createDurably(
          join(folder, `${fileOfObject(object)}.${count}`),
          `${new Date(time).toISOString()}\n`,
        );
        await flushFolder(folder);
        return;
      } catch (error) {
        // Another gateway was first.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
    throw new PermitError(`permit ${shortId(permit.id)} allows no further use of ${object}`);
  }

  #entry(permit: Permit): Entry {
    const entry = this.#entries.find(one => one.permit.id === permit.id);
    if (entry !== undefined) return entry;
    throw new PermitError(`permit ${shortId(permit.id)} is not in the store any more`);
  }
}

function missingContent(permit: Permit, blocks: ReadonlyMap<string, Uint8Array>): Refusal | undefined {
  for (const { object, sha256, bytes } of permit.unseen ? [] : permit.blocks) {
    const content = blocks.get(sha256);
    if (content?.length !== bytes || hash('sha256', content) !== sha256) {
      return refusal(
        'content-missing',
        `the bytes of ${object} that permit ${shortId(permit.id)} approves (SHA-256 ${shortId(sha256)}…) are not there`,
      );
    }
  }
  return undefined;
}

/** Is the folder of a store there? Throws `PermitError` where it has other things in it than those of a store. */
async function isThere(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (names === undefined) return false;
  const known: readonly string[] = [...FOLDERS, OPENINGS];
  const strange = names.find(name => !known.includes(name));
  if (strange === undefined || FOLDERS.every(name => names.includes(name))) return true;
  throw noStore(folder, `it has '${strange}' in it`);
}

function noStore(folder: string, why: string): PermitError {
  return new PermitError(`${folder}: no permit store there; check the name (${why})`);
}

async function makeFolders(folder: string): Promise<void> {
  for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true });
}

function revoked(id: string, revocation: Revocation | undefined): Refusal | undefined {
  if (revocation === undefined) return undefined;
  const { by, time, reason } = revocation;
  return refusal('revoked', `permit ${shortId(id)} was revoked by ${by} at ${isoTime(time)}: ${reason}`);
}

function fileOfObject(object: string): string {
  return encodeURIComponent(object);
}

function objectOfFile(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
