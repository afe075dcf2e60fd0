/**
 * Requests that await their answer, with their bytes: entries in order of arrival, over a bounded arena. Entries are
 * added at the end, found by key (the oldest first, so that duplicate identifiers are matched in order) and removed
 * anywhere. What removal leaves behind is closed up when the end is reached, so that one request that is never
 * answered costs one entry and no more. Both stores start empty and double up to their limits, because a monitor
 * holds one of these for each side of each flow and most never have more than one request waiting: such a one is kept in
 * fields and needs no table. All of another entry but its bytes is in one row of one table: with thousands of flows it is
 * fetching such memory that takes the time.
 *
 * An answer can be told to belong to its request only where its identifier means one request. It does not while
 * several with the same identifier wait, nor where one was given up whose answer may still come: what is given up
 * leaves a ghost, and an entry added beside another with its key, or beside a ghost of it, is `uncertain`.
 *
 * @module
 */

import { NO_BYTES } from '../operation/operation.ts';
import { Ghosts } from './ghosts.ts';

const FIRST_SLOTS = 4;
const FIRST_BYTES = 256;
/** Columns of the table: a slot is where its row of them begins. */
const KEY = 0;
/** The low 32 bits of the ticket. */
const TICKET = 1;
const OFFSET = 2;
/** With the bit UNCERTAIN. */
const LENGTH = 3;
const ROW = 4;
const UNCERTAIN = 1 << 31;
/** Key of an entry that was removed. */
const GONE = -1;
/** Slot of the entry that waits alone; those of the table are multiples of ROW. */
const LONE = 1;

/**
 * The first bytes of several arenas lie in one buffer, because most never need more, and a buffer of each one's own
 * would be two objects more to fetch for every message of a session. Few: a buffer lives as long as any of its arenas.
 */
const SHARED_BYTES = 8 * FIRST_BYTES;
let shared = NO_BYTES;
let sharedTaken = 0;

export class Pending {
  readonly #maxSlots: number;
  readonly #maxBytes: number;
  // The entry that waits alone: its key, or GONE, and its bytes. While there is one, the table is empty; it was the last
  // that was added, and nothing casts doubt on it.
  #loneKey = GONE;
  #loneAt = 0;
  #loneLength = 0;
  // Other entries are in the rows #first .. #end; those between that were removed have the key GONE.
  // A plain array of small integers: one object fewer to fetch than a typed one.
  #table: number[] = [];
  #first = 0;
  #end = 0;
  #waiting = 0;
  #ticket = 1;
  #view = NO_BYTES;
  /** Where in the view the arena begins, and its bytes. */
  #from = 0;
  #size = 0;
  /** Where the bytes of the next entry go. */
  #head = 0;
  /** Bytes of the entries that wait. */
  #held = 0;
  /** At most as many as entries may wait. */
  #ghosts: Ghosts | undefined;

  /** At most `slots` entries (at least 4) and `bytes` bytes (at least 256). */
  constructor(slots: number, bytes: number) {
    this.#maxSlots = Math.max(FIRST_SLOTS, slots);
    this.#maxBytes = Math.max(FIRST_BYTES, bytes);
  }

  /** The arena. Valid until the next `add`. */
  get view(): DataView {
    return this.#view;
  }

  /** Entries that are waiting. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Ticket of the next entry. */
  get nextTicket(): number {
    return this.#ticket;
  }

  /** Ticket of the oldest entry, or 0. */
  get oldestTicket(): number {
    if (this.#waiting === 0) return 0;
    if (this.#loneKey !== GONE) return this.#ticket - 1;
    // As many before the next one as the difference of their low bits says.
    return this.#ticket - ((this.#ticket - this.#table[this.#first + TICKET]!) >>> 0);
  }

  /**
   * Forgets all, as if it were new; what it grew to is given back.
   * cold: once a session
   */
  reset(): void {
    this.#loneKey = GONE;
    this.#ticket = 1;
    this.#ghosts = undefined;
    if (this.#table.length > FIRST_SLOTS * ROW) this.#table = [];
    if (this.#size > FIRST_BYTES) {
      this.#view = NO_BYTES;
      this.#from = 0;
      this.#size = 0;
    }
    this.#empty();
  }

  /** True where an entry of `length` bytes can be added whole and without forgetting another. */
  hasRoom(length: number): boolean {
    return this.#waiting < this.#maxSlots && this.#held + length <= this.#maxBytes;
  }

  /**
   * Adds the bytes `at..end` under `key` (not negative). Returns false where older entries had to be forgotten to
   * make room, or where the bytes are longer than the arena and only their beginning could be kept.
   */
  add(key: number, view: DataView, at: number, end: number): boolean {
    const length = end - at;
    if (this.#waiting !== 0 || this.#haunted() || length > this.#maxBytes) {
      return this.#addToTable(key, view, at, end);
    }
    if (length > this.#size) this.#makeBytes(length);
    const offset = this.#from;
    copy(view, at, this.#view, offset, length);
    this.#loneKey = key;
    this.#loneAt = offset;
    this.#loneLength = length;
    this.#ticket++;
    this.#waiting = 1;
    this.#held = length;
    this.#head = offset + length;
    return true;
  }

  /** Slot of the oldest entry with `key`, or -1. Valid until the next `add`. */
  find(key: number): number {
    if (key === this.#loneKey) return LONE;
    const table = this.#table;
    const end = this.#end;
    for (let slot = this.#first; slot < end; slot += ROW) if (table[slot + KEY] === key) return slot;
    return -1;
  }

  /** True where an answer with the entry's key may be the answer to another request than the entry's. */
  uncertain(slot: number): boolean {
    return slot !== LONE && this.#table[slot + LENGTH]! < 0;
  }

  /**
   * An answer with `key` has come: the oldest entry with it is removed, and its ghosts fade. Returns the entry's slot,
   * or -1; its bytes stay readable until the next `add`.
   */
  answer(key: number): number {
    const slot = this.find(key);
    if (this.#haunted()) this.#ghosts!.fade(key, slot >= 0);
    this.remove(slot);
    return slot;
  }

  /** Where the entry's bytes begin in `view`. */
  at(slot: number): number {
    return slot === LONE ? this.#loneAt : this.#table[slot + OFFSET]!;
  }

  /** One past the entry's last byte in `view`. */
  end(slot: number): number {
    if (slot === LONE) return this.#loneAt + this.#loneLength;
    return this.#table[slot + OFFSET]! + (this.#table[slot + LENGTH]! & ~UNCERTAIN);
  }

  /** Removes an entry. Its bytes stay readable until the next `add`. */
  remove(slot: number): void {
    if (slot === LONE) {
      if (this.#loneKey === GONE) return;
      this.#loneKey = GONE;
      this.#empty();
      return;
    }
    const table = this.#table;
    if (slot < this.#first || slot >= this.#end || table[slot + KEY] === GONE) return;
    table[slot + KEY] = GONE;
    if (this.#waiting === 1) {
      this.#empty();
      return;
    }
    this.#waiting--;
    this.#held -= table[slot + LENGTH]! & ~UNCERTAIN;
    while (table[this.#first + KEY] === GONE) this.#first += ROW;
  }

  /** Gives the oldest entry up, if there is one: its answer may still come, and is not to be taken for another's. */
  abandonOldest(): void {
    if (this.#waiting === 0) return;
    const lone = this.#loneKey !== GONE;
    // cold: once a session, and in most never
    this.#ghosts ??= new Ghosts(this.#maxSlots);
    this.#ghosts.add(lone ? this.#loneKey : this.#table[this.#first + KEY]!);
    this.remove(lone ? LONE : this.#first);
  }

  /** Whether there are ghosts. (A method, because V8 calls its runtime for a private getter.) */
  #haunted(): boolean {
    return this.#ghosts !== undefined && this.#ghosts.count !== 0;
  }

  /** {@link Pending.add} where the entry does not come alone. */
  #addToTable(key: number, view: DataView, at: number, end: number): boolean {
    const whole = this.hasRoom(end - at);
    const length = whole ? end - at : this.#forgetFor(end - at);
    if (this.#loneKey !== GONE) this.#seatLone();
    const uncertain = this.#doubts(key);
    if (this.#head + length > this.#from + this.#size) this.#makeBytes(length);
    const offset = this.#head;
    copy(view, at, this.#view, offset, length);
    this.#seat(key, this.#ticket, offset, uncertain ? length | UNCERTAIN : length);
    this.#ticket++;
    this.#waiting++;
    this.#held += length;
    this.#head = offset + length;
    return whole;
  }

  /** The entry that waited alone gets a row, since another comes. */
  #seatLone(): void {
    this.#seat(this.#loneKey, this.#ticket - 1, this.#loneAt, this.#loneLength);
    this.#loneKey = GONE;
  }

  /** Appends a row to the table. */
  #seat(key: number, ticket: number, offset: number, length: number): void {
    if (this.#end === this.#table.length) this.#makeSlots();
    const table = this.#table;
    const slot = this.#end;
    table[slot + KEY] = key;
    table[slot + TICKET] = ticket | 0;
    table[slot + OFFSET] = offset;
    table[slot + LENGTH] = length;
    this.#end = slot + ROW;
  }

  /** The last entry was removed. */
  #empty(): void {
    this.#waiting = 0;
    this.#held = 0;
    this.#first = 0;
    this.#end = 0;
    this.#head = this.#from;
  }

  /** Gives up the oldest until `length` bytes can be added, or as many as the arena has; returns how many that are. */
  #forgetFor(length: number): number {
    const kept = Math.min(length, this.#maxBytes);
    while (!this.hasRoom(kept)) this.abandonOldest();
    return kept;
  }

  /** Whether an entry with `key` would come beside another with it, which is in doubt then too, or beside its ghost. */
  #doubts(key: number): boolean {
    const other = this.find(key);
    if (other >= 0) this.#table[other + LENGTH]! |= UNCERTAIN;
    return other >= 0 || (this.#haunted() && this.#ghosts!.has(key));
  }

  /**
   * Makes room for one entry more: closes up the table, in a larger one where more than half of it waits.
   * cold: it grows a few times at most
   */
  #makeSlots(): void {
    const from = this.#table;
    const slots = from.length / ROW;
    const grow = slots === 0 || (this.#waiting * 2 > slots && slots < this.#maxSlots);
    const to = grow
      ? new Array<number>(Math.min(Math.max(slots * 2, FIRST_SLOTS), this.#maxSlots) * ROW).fill(0)
      : from;
    let next = 0;
    for (let slot = this.#first; slot < this.#end; slot += ROW) {
      if (from[slot + KEY] === GONE) continue;
      for (let i = 0; i < ROW; i++) to[next + i] = from[slot + i]!;
      next += ROW;
    }
    this.#table = to;
    this.#first = 0;
    this.#end = next;
  }

  /** cold: once a session and side */
  #takeShared(): void {
    if (sharedTaken === shared.byteLength) {
      shared = new DataView(new ArrayBuffer(SHARED_BYTES));
      sharedTaken = 0;
    }
    this.#view = shared;
    this.#from = this.#head = sharedTaken;
    this.#size = FIRST_BYTES;
    sharedTaken += FIRST_BYTES;
  }

  /**
   * Makes room for `length` bytes more: closes up the arena, in a larger one where more than half of it waits.
   * cold: it grows a few times at most
   */
  #makeBytes(length: number): void {
    let size = Math.max(this.#size, FIRST_BYTES);
    while (this.#held + length > size || (this.#held * 2 > size && size < this.#maxBytes)) {
      size = Math.min(size * 2, this.#maxBytes);
    }
    if (size === FIRST_BYTES && this.#size === 0) {
      this.#takeShared();
      return;
    }
    const table = this.#table;
    const from = this.#view;
    const to = size > this.#size ? new DataView(new ArrayBuffer(size)) : from;
    if (to !== from) this.#from = 0;
    let head = this.#from;
    for (let slot = this.#first; slot < this.#end; slot += ROW) {
      if (table[slot + KEY] === GONE) continue;
      const bytes = table[slot + LENGTH]! & ~UNCERTAIN;
      // Downwards, so that bytes within one arena are read before they are written over.
      const at = table[slot + OFFSET]!;
      for (let i = 0; i < bytes; i++) to.setUint8(head + i, from.getUint8(at + i));
      table[slot + OFFSET] = head;
      head += bytes;
    }
    this.#head = head;
    this.#view = to;
    this.#size = size;
  }
}

/** Copies `length` bytes, four at a time: requests are short, and a typed array's `set` needs a view of its own. */
function copy(from: DataView, at: number, to: DataView, offset: number, length: number): void {
  let i = 0;
  for (; i + 4 <= length; i += 4) to.setInt32(offset + i, from.getInt32(at + i, true), true);
  if (i === length) return;
  if (length >= 4) {
    // The last four once more cover what is left.
    to.setInt32(offset + length - 4, from.getInt32(at + length - 4, true), true);
    return;
  }
  for (; i < length; i++) to.setUint8(offset + i, from.getUint8(at + i));
}
