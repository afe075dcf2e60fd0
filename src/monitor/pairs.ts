/**
 * Numbers of pairs of hosts that speak a protocol: a bounded table, keyed by the words of the addresses, because a
 * connection may be as short as a few packets. Names are made at the end.
 *
 * @module
 */

import { formatAddress } from '../packet/address.ts';
import { FlowHash } from '../packet/hash.ts';
import type { Session } from './session.ts';

/** Pairs that are told apart; all further ones of a protocol are one. */
const MAX_PAIRS = 1 << 16;
const OTHERS = 'others';

const FIRST_PAIRS = 64;
/** Slots for each pair there is room for. */
const SLOTS = 4;

/** Words of a row: the client's address, the server's (of IPv4 one word each, and zeros behind), and what they speak. */
const ADDRESS = 4;
const SPEAKS = 2 * ADDRESS;
const ROW = SPEAKS + 1;

/** What they speak: the version of their addresses, 0 for those of whom there were too many, and above it the protocol. */
const VERSION = 7;
const PROTOCOL_SHIFT = 3;

export class Pairs {
  /** Pairs that have a number: 0 and up. */
  size = 0;

  readonly #hash = new FlowHash();
  #rows = new Int32Array(FIRST_PAIRS * ROW);
  /** Number of a pair + 1; 0 where the slot is free. Probed linearly. */
  #slots = new Int32Array(FIRST_PAIRS * SLOTS);
  /** By protocol: number of the row of those of whom there were too many. */
  readonly #others: number[] = [];
  /** The addresses looked for, or told of. */
  readonly #addresses = new DataView(new ArrayBuffer(2 * ADDRESS * 4));

  /** Number of the session's hosts with its protocol. */
  find(session: Session): number {
    const addresses = this.#addresses;
    for (let at = 0; at < addresses.byteLength; at += 4) addresses.setInt32(at, 0);
    const version = session.addresses(addresses, ADDRESS * 4);
    const speaks = (session.index << PROTOCOL_SHIFT) | version;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#hash.of6(addresses, 0, ADDRESS * 4, speaks) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const pair = slots[slot]! - 1;
      if (this.#is(pair * ROW, speaks)) return pair;
    }
    if (this.size >= MAX_PAIRS) return this.#otherOf(session.index);
    const pair = this.#add(speaks);
    slots[slot] = pair + 1;
    if (this.size * ROW === this.#rows.length) this.#grow();
    return pair;
  }

  /** Index of a pair's protocol. */
  protocol(pair: number): number {
    return this.#rows[pair * ROW + SPEAKS]! >> PROTOCOL_SHIFT;
  }

  /** Addresses of a pair, as text. */
  names(pair: number): { client: string; server: string } {
    const version = this.#rows[pair * ROW + SPEAKS]! & VERSION;
    if (version === 0) return { client: OTHERS, server: OTHERS };
    this.#recall(pair);
    return {
      client: formatAddress(this.#addresses, 0, version),
      server: formatAddress(this.#addresses, ADDRESS * 4, version),
    };
  }

  #is(row: number, speaks: number): boolean {
    const rows = this.#rows;
    if (rows[row + SPEAKS] !== speaks) return false;
    for (let i = 0; i < SPEAKS; i++) if (rows[row + i] !== this.#addresses.getInt32(i * 4)) return false;
    return true;
  }

  /** A row for the addresses at hand. */
  #add(speaks: number): number {
    const row = this.size * ROW;
    for (let i = 0; i < SPEAKS; i++) this.#rows[row + i] = this.#addresses.getInt32(i * 4);
    this.#rows[row + SPEAKS] = speaks;
    return this.size++;
  }

  #otherOf(protocol: number): number {
    const known = this.#others[protocol];
    if (known !== undefined) return known;
    if (this.size * ROW === this.#rows.length) this.#grow();
    const pair = this.#add(protocol << PROTOCOL_SHIFT);
    this.#others[protocol] = pair;
    return pair;
  }

  #recall(pair: number): void {
    for (let i = 0; i < SPEAKS; i++) this.#addresses.setInt32(i * 4, this.#rows[pair * ROW + i]!);
  }

  /** Doubles the rows; and the slots, which others than the last few have no part in. */
  #grow(): void {
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    const slots = new Int32Array((rows.length / ROW) * SLOTS);
    const mask = slots.length - 1;
    for (let pair = 0; pair < this.size; pair++) {
      const speaks = rows[pair * ROW + SPEAKS]!;
      if ((speaks & VERSION) === 0) continue;
      this.#recall(pair);
      let slot = this.#hash.of6(this.#addresses, 0, ADDRESS * 4, speaks) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = pair + 1;
    }
    this.#slots = slots;
  }
}
