/**
 * The desk of one controller: what is being loaded into it now, by whichever session and protocol, and what was loaded
 * whole and may take effect. A state machine without I/O: permits and time are given to it.
 *
 * Nothing is believed of a block that anybody loads without a permit: what was known of it is forgotten.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import type { Cover, DeskPermits } from './desk-permits.ts';
import type { Permit } from './permit.ts';
import { type BlockKey, Stage, Transfer } from './transfer.ts';
import type { Wanted } from './why-not.ts';

/** What is wanted of the desk's controller. */
export type Wish = Omit<Wanted, 'controller' | 'from' | 'time'>;

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

  /** Whether a permit covers it now, for any of the names that the client has; and as what. */
  cover(wish: Wish, clients: readonly string[]): Cover & { readonly wanted: Wanted } {
    const asked = (clients.length === 0 ? [''] : clients).map(from => ({
      ...wish,
      controller: this.controller,
      from,
      time: this.clock(),
    }));
    const covers = asked.map(wanted => ({ ...this.permits.cover(wanted), wanted }));
    return covers.find(cover => cover.permit !== undefined) ?? covers[0]!;
  }

  transferOf(key: BlockKey): Transfer | undefined {
    return this.#transfers.find(transfer => transfer.isOf(key));
  }

  /** The transfer of a block of `permit` has begun. */
  begin(permit: Permit, object: string, op: Operation): void {
    this.forget(op);
    const block = permit.blocks.find(one => one.object === object);
    const approved = block && this.permits.block(block.sha256);
    if (block === undefined || approved === undefined) return;
    if (this.#transfers.length === MOST) this.#transfers.shift();
    this.#transfers.push(new Transfer(permit, block, op, approved));
  }

  forget(key: BlockKey): void {
    this.#drop(transfer => transfer.isOf(key));
  }

  /** A session ended: nothing more comes of what it was transferring. */
  left(flow: number): void {
    this.#drop(transfer => transfer.flow === flow && transfer.stage === Stage.open);
  }

  #drop(which: (transfer: Transfer) => boolean): void {
    if (this.#transfers.some(which)) this.#transfers = this.#transfers.filter(one => !which(one));
  }
}
