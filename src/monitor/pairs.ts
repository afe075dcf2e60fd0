/**
 * Numbers of pairs of hosts that speak a protocol: a bounded table.
 *
 * @module
 */

import { formatAddress } from '../packet/address.ts';
import { KeyTable } from './key-table.ts';
import type { Session } from './session.ts';

/**
 * Pairs that are told apart; all further ones of a protocol are one. Some hundred bytes each, where somebody makes up hosts: a
 * row of counters, its key, and room for the others within a power of two, so that they do not double the tables.
 */
const MAX_PAIRS = (1 << 15) - 64;
const OTHERS = 'others';

/** Where the server's address is in the key, behind the client's. */
const SERVER = 16;

/** Of the key's word: the version of the addresses, 0 for those of whom there were too many; above it the protocol. */
const VERSION = 7;
const PROTOCOL_SHIFT = 3;

export class Pairs {
  readonly #table = new KeyTable();

  /** Pairs that have a number: 0 and up. */
  get size(): number {
    return this.#table.size;
  }

  /** Number of the session's hosts with its protocol. */
  find(session: Session): number {
    const table = this.#table;
    table.clear();
    const version = session.addresses(table.key, SERVER);
    const word = (session.index << PROTOCOL_SHIFT) | version;
    const pair = table.find(word);
    if (pair >= 0) return pair;
    if (table.size < MAX_PAIRS) return table.add(word);
    table.clear();
    const others = session.index << PROTOCOL_SHIFT;
    const known = table.find(others);
    return known >= 0 ? known : table.add(others);
  }

  /** Index of a pair's protocol. */
  protocol(pair: number): number {
    return this.#table.word(pair) >> PROTOCOL_SHIFT;
  }

  /** Addresses of a pair, as text. */
  names(pair: number): { client: string; server: string } {
    const version = this.#table.word(pair) & VERSION;
    if (version === 0) return { client: OTHERS, server: OTHERS };
    this.#table.recall(pair);
    const { key } = this.#table;
    return { client: formatAddress(key, 0, version), server: formatAddress(key, SERVER, version) };
  }
}
