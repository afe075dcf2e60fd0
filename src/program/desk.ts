/**
 * The desk of one controller: what is being loaded into it now, by whichever session and protocol, and what was loaded
 * whole and may take effect. A state machine without I/O: permits and time are given to it.
 *
 * Nothing is believed of a block that anybody loads without a permit: what was known of it is forgotten.
 *
 * @module
 */

import type { DeskPermits } from './desk-permits.ts';
import type { Permit } from './permit.ts';
import type { Refusal } from './refusal.ts';
import { type BlockKey, type Candidate, Stage, type Transfer } from './transfer.ts';
import type { Wanted } from './why-not.ts';

/** What is wanted of the desk's controller. */
export type Wish = Omit<Wanted, 'controller' | 'from' | 'time'>;

/** A permit, and what of the client's names it covers it under. */
export interface Covering {
  readonly permit: Permit;
  readonly wanted: Wanted;
}

/** The permits that cover a wish, and the first of them; else why none does. */
export type Covered =
  | { readonly first: Covering; readonly found: readonly Covering[]; readonly refusal: undefined }
  | { readonly first: undefined; readonly found: readonly Covering[]; readonly refusal: Refusal };

/** Blocks on their way, or loaded and not in effect, at a time; with more, the oldest is forgotten. */
const MOST = 4096;

export class Desk {
  /** Name of the controller's host in the policy. */
  readonly controller: string;
  readonly permits: DeskPermits;
  /** Milliseconds since 1970-01-01 UTC, as the windows of permits count them. */
  readonly clock: () => number;
  /** Oldest first. */
  #transfers: Transfer[] = [];

  constructor(controller: string, permits: DeskPermits, clock: () => number = Date.now) {
    this.controller = controller;
    this.permits = permits;
    this.clock = clock;
  }

  /** The permits that cover it now, for any of the names that the client has. */
  cover(wish: Wish, clients: readonly string[]): Covered {
    const choices = this.#asked(wish, clients).map(wanted => ({ ...this.permits.cover(wanted), wanted }));
    const found = choices.flatMap(({ permits, wanted }) => permits.map(permit => ({ permit, wanted })));
    const [first] = found;
    if (first !== undefined) return { first, found, refusal: undefined };
    return { first, found, refusal: choices[0]!.refusal! };
  }

  /** Whether the permit covers it now, apart from its count. */
  stillCovers(permit: Permit, wish: Wish, clients: readonly string[]): boolean {
    return this.#asked(wish, clients).some(wanted => this.permits.stillCovers(permit, wanted));
  }

  transferOf(key: BlockKey): Transfer | undefined {
    return this.#transfers.find(transfer => transfer.isOf(key));
  }

  /** The block of that name as the permit approves it; undefined where its bytes are not there. */
  candidate(permit: Permit, object: string): Candidate | undefined {
    const block = permit.blocks.find(one => one.object === object);
    const approved = block && this.permits.block(block.sha256);
    return block && approved && { permit, block, approved };
  }

  /** A transfer has begun, in place of what was known of the same block. */
  begin(transfer: Transfer): void {
    this.forget(transfer);
    if (this.#transfers.length === MOST) this.#transfers.shift();
    this.#transfers.push(transfer);
  }

  forget(key: BlockKey): void {
    this.#drop(transfer => transfer.isOf(key));
  }

  /** Forgets this very transfer, and not another of the same block. */
  drop(transfer: Transfer): void {
    this.#drop(one => one === transfer);
  }

  /** A session ended: nothing more comes of what it was transferring. */
  left(flow: number): void {
    this.#drop(transfer => transfer.flow === flow && transfer.stage === Stage.open);
  }

  /** The controller is another one now: nothing was loaded into it. */
  clear(): void {
    this.#transfers = [];
  }

  #asked(wish: Wish, clients: readonly string[]): Wanted[] {
    const time = this.clock();
    const names = clients.length === 0 ? [''] : clients;
    return names.map(from => ({ ...wish, controller: this.controller, from, time }));
  }

  #drop(which: (transfer: Transfer) => boolean): void {
    if (this.#transfers.some(which)) this.#transfers = this.#transfers.filter(one => !which(one));
  }
}
