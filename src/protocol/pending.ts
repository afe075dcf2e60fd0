/**
 * Requests that await their answer, with their bytes: a ring of entries over a bounded arena. Entries are added
 * at the head, found by key (the oldest first, so that duplicate identifiers are matched in order) and removed
 * anywhere; space is reclaimed from the tail. Both rings start small and double up to their limits, because a
 * monitor holds one of these for each side of each flow and most never have more than one request waiting.
 *
 * @module
 */

const FIRST_SLOTS = 4;
const FIRST_BYTES = 256;

export class Pending {
  readonly #maxSlots: number;
  readonly #maxBytes: number;
  // Slots in ring order: #first .. #first + #used, masked. A slot with key -1 was removed out of order.
  #keys = new Int32Array(FIRST_SLOTS);
  #offsets = new Int32Array(FIRST_SLOTS);
  #lengths = new Int32Array(FIRST_SLOTS);
  #first = 0;
  #used = 0;
  #waiting = 0;
  #ticket = 1;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #head = 0;

  /** `slots` entries and `bytes` bytes at most; both are rounded up to powers of two. */
  constructor(slots: number, bytes: number) {
    this.#maxSlots = Math.max(FIRST_SLOTS, 2 ** Math.ceil(Math.log2(slots)));
    this.#maxBytes = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
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
    return this.#waiting === 0 ? 0 : this.#ticket - this.#used;
  }

  /**
   * Adds the bytes `at..end` under `key` (not negative). Returns false where an older entry had to be forgotten
   * to make room, or where the bytes are longer than the arena and only their beginning could be kept.
   */
  add(key: number, view: DataView, at: number, end: number): boolean {
    let whole = true;
    let length = end - at;
    if (length > this.#maxBytes) {
      length = this.#maxBytes;
      whole = false;
    }
    while (this.#used === this.#keys.length) {
      if (this.#keys.length < this.#maxSlots) this.#growSlots();
      else {
        this.removeOldest();
        whole = false;
      }
    }
    let offset = this.#place(length);
    while (offset < 0) {
      if (this.#bytes.length < this.#maxBytes) this.#growBytes();
      else {
        this.removeOldest();
        whole = false;
      }
      offset = this.#place(length);
    }
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) bytes[offset + i] = view.getUint8(at + i);
    const slot = (this.#first + this.#used) & (this.#keys.length - 1);
    this.#keys[slot] = key;
    this.#offsets[slot] = offset;
    this.#lengths[slot] = length;
    this.#used++;
    this.#waiting++;
    this.#ticket++;
    this.#head = offset + length;
    return whole;
  }

  /** Slot of the oldest entry with `key`, or -1. */
  find(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    for (let i = 0; i < this.#used; i++) {
      const slot = (this.#first + i) & mask;
      if (keys[slot] === key) return slot;
    }
    return -1;
  }

  /** Where the entry's bytes begin in `view`. */
  at(slot: number): number {
    return this.#offsets[slot]!;
  }

  /** One past the entry's last byte in `view`. */
  end(slot: number): number {
    return this.#offsets[slot]! + this.#lengths[slot]!;
  }

  /** Removes an entry. Its bytes stay readable until the next `add`. */
  remove(slot: number): void {
    if (this.#keys[slot]! < 0) return;
    this.#keys[slot] = -1;
    this.#waiting--;
    const mask = this.#keys.length - 1;
    while (this.#used > 0 && this.#keys[this.#first]! < 0) {
      this.#first = (this.#first + 1) & mask;
      this.#used--;
    }
    if (this.#used === 0) this.#head = 0;
  }

  /** Removes the oldest entry, if there is one. */
  removeOldest(): void {
    if (this.#waiting > 0) this.remove(this.#first);
  }

  /** Offset of `length` free contiguous bytes, or -1. */
  #place(length: number): number {
    if (this.#used === 0) return length <= this.#bytes.length ? 0 : -1;
    const tail = this.#offsets[this.#first]!;
    if (this.#head > tail) {
      if (this.#head + length <= this.#bytes.length) return this.#head;
      return length < tail ? 0 : -1;
    }
    return this.#head + length < tail ? this.#head : -1;
  }

  #growSlots(): void {
    const old = this.#keys.length;
    const keys = new Int32Array(old * 2);
    const offsets = new Int32Array(old * 2);
    const lengths = new Int32Array(old * 2);
    for (let i = 0; i < this.#used; i++) {
      const slot = (this.#first + i) & (old - 1);
      keys[i] = this.#keys[slot]!;
      offsets[i] = this.#offsets[slot]!;
      lengths[i] = this.#lengths[slot]!;
    }
    this.#keys = keys;
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.#first = 0;
  }

  /** Doubles the arena, and lays the entries out anew from its start. */
  #growBytes(): void {
    const bytes = new Uint8Array(this.#bytes.length * 2);
    let head = 0;
    for (let i = 0; i < this.#used; i++) {
      const slot = (this.#first + i) & (this.#keys.length - 1);
      if (this.#keys[slot]! < 0) {
        this.#offsets[slot] = head;
        this.#lengths[slot] = 0;
        continue;
      }
      const at = this.#offsets[slot]!;
      bytes.set(this.#bytes.subarray(at, at + this.#lengths[slot]!), head);
      this.#offsets[slot] = head;
      head += this.#lengths[slot]!;
    }
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#head = head;
  }
}
