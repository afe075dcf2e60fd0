/**
 * The permits that `cofferdam gateway` goes by: opened at the start, and read again when the store changes or a signal
 * asks for it.
 *
 * @module
 */

import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import type { Installed } from '../gateway/break-glass.ts';
import type { Approvers } from '../program/approvers.ts';
import { loadApprovers } from '../program/approvers-file.ts';
import { type DeskPermits, permitsOf } from '../program/desk-permits.ts';
import { lessRevoked, readOpenings } from '../program/opening-store.ts';
import { PermitStore } from '../program/permit-store.ts';
import { plainText } from '../program/plain-text.ts';
import { UsageError } from './command.ts';

/** Milliseconds that a change of the store is left to settle. */
const SETTLE = 200;

export class GatewayPermits {
  readonly permits: DeskPermits;
  readonly #store: PermitStore;
  readonly #file: string;
  #approvers: Approvers;
  #openings: Awaited<ReturnType<typeof readOpenings>> = { openings: [], damaged: [] };
  readonly #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | undefined;

  /** Undefined where neither option is given. */
  static async open(
    folder: string | undefined,
    approvers: string | undefined,
  ): Promise<GatewayPermits | undefined> {
    if (folder === undefined && approvers === undefined) return undefined;
    if (folder === undefined)
      throw new UsageError('--approvers is for the permits of a store; add --permits FOLDER');
    if (approvers === undefined) {
      throw new UsageError(
        '--permits needs --approvers FILE: who may approve, and how many of them it takes',
      );
    }
    const loaded = await loadApprovers(approvers);
    const opened = new GatewayPermits(await PermitStore.open(folder, loaded), approvers, loaded);
    await opened.reload();
    return opened;
  }

  private constructor(store: PermitStore, file: string, approvers: Approvers) {
    this.#store = store;
    this.#file = file;
    this.#approvers = approvers;
    this.permits = permitsOf(store);
  }

  /** What opens conduits by break-glass. */
  get openings(): Installed {
    return this.#openings;
  }

  /**
   * Reads approvers, permits and openings again. What cannot be read of them stays as it was, and it rejects; but that
   * holds up no revocation.
   */
  async reload(): Promise<void> {
    const { folder } = this.#store;
    const wrong: unknown[] = [];
    const note = (error: unknown): void => {
      wrong.push(error);
    };
    this.#approvers = (await loadApprovers(this.#file).catch(note)) ?? this.#approvers;
    await this.#store.reload(this.#approvers).catch(note);
    const openings = await lessRevoked(folder, this.#openings.openings);
    this.#openings = { ...this.#openings, openings };
    this.#openings = (await readOpenings(folder, this.#approvers).catch(note)) ?? this.#openings;
    if (wrong.length > 0) throw wrong[0];
  }

  /**
   * Calls `changed` when permits or openings were installed or revoked; `blind`, where the system does not tell of changes
   * (any longer), with the reason.
   */
  watch(changed: () => void, blind: (why: string) => void): void {
    const settle = (): void => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(changed, SETTLE);
    };
    const lost = (error: unknown): void => {
      for (const watcher of this.#watchers.splice(0)) watcher.close();
      blind((error as Error).message);
    };
    try {
      for (const name of ['permits', 'revoked', 'openings']) {
        this.#watchers.push(watch(join(this.#store.folder, name), settle).on('error', lost));
      }
    } catch (error) {
      lost(error);
    }
  }

  close(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }

  /** What is in the store, a line for the whole and one for each thing that covers nothing in a plant with these hosts. */
  lines(hosts: ReadonlyMap<string, unknown>): readonly string[] {
    const { folder, permits, damaged } = this.#store;
    const now = Date.now();
    const usable = permits.filter(({ permit, unusable }) => unusable === undefined && permit.notAfter > now);
    const closed = this.#openings.openings.filter(
      ({ opening, unusable }) => unusable !== undefined && opening.notAfter > now,
    );
    const unknown = this.#approvers.controllers.filter(name => !hosts.has(name));
    const spoilt = permits.filter(({ permit, unusable }) => unusable !== undefined && permit.notAfter > now);
    return [
      `permits of ${folder}: ${usable.length === 1 ? '1 covers' : `${usable.length} cover`} changes now or later`,
      ...unknown.map(
        name =>
          `NOTE ${this.#file}: the approvers for '${plainText(name)}' decide about nothing: the policy has no host of that name`,
      ),
      ...spoilt.map(
        ({ permit, unusable }) =>
          `NOTE permit ${permit.id.slice(0, 12)} covers nothing: ${unusable!.message}`,
      ),
      ...closed.map(
        ({ opening, unusable }) =>
          `NOTE opening ${opening.id.slice(0, 12)} opens nothing: ${unusable!.message}`,
      ),
      ...this.#openings.damaged.map(what => `NOTE ${what}`),
      ...damaged.map(
        ({ file, refusal }) => `NOTE ${join(folder, 'permits', file)} is no permit: ${refusal.message}`,
      ),
    ];
  }
}
