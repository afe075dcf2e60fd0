/**
 * Requests that await their answer, with their bytes: entries in order of arrival, over a bounded arena. Entries are
 * added at the end, found by key (the oldest first, so that duplicate identifiers are matched in order) and removed
 * anywhere. What removal leaves behind is closed up when the end is reached, so that one request that is never
 * answered costs one entry and no more. Both stores start small and double up to their limits, because a monitor
 * holds one of these for each side of each flow and most never have more than one request waiting.
 *
 * An answer can be told to belong to its request only where its identifier means one request. It does not while
 * several with the same identifier wait, nor where one was given up whose answer may still come: what is given up
 * leaves a ghost, and an entry added beside another with its key, or beside a ghost of it, is `uncertain`.
 *
 * @module
 */

const FIRST_SLOTS = 4;
const FIRST_BYTES = 256;
/** Key of an entry that was removed. */
const GONE = -1;
/**
 * Answers on which a ghost casts doubt before it is believed that its own never comes. Each answer that is taken
 * for another request may leave that request's own answer outstanding, so one is too few; with no bound, a client
 * that uses one identifier for everything would stay uncertain after one loss.
 */
const DOUBTS = 16;
const NO_GHOSTS = new Int32Array(0);

export class Pending {
  readonly #maxSlots: number;
  readonly #maxBytes: number;
  // Entries are #first .. #end; those between that were removed have the key GONE.
  #keys = new Int32Array(FIRST_SLOTS);
  #tickets = new Float64Array(FIRST_SLOTS);
  #offsets = new Int32Array(FIRST_SLOTS);
  #lengths = new Int32Array(FIRST_SLOTS);
  #uncertain = new Uint8Array(FIRST_SLOTS);
  #first = 0;
  #end = 0;
  #waiting = 0;
  #ticket = 1;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Where the bytes of the next entry go. */
  #head = 0;
  /** Bytes of the entries that wait. */
  #held = 0;
  // Keys of ghosts and the doubts they have left, oldest first; at most as many as entries may wait.
  #ghosts = NO_GHOSTS;
  #doubts = NO_GHOSTS;
  #haunting = 0;

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
    return this.#waiting === 0 ? 0 : this.#tickets[this.#first]!;
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
    const length = Math.min(end - at, this.#maxBytes);
    const whole = this.hasRoom(end - at);
    if (!whole) while (!this.hasRoom(length)) this.abandonOldest();
    if (this.#end === this.#keys.length) this.#makeSlots();
    if (this.#head + length > this.#bytes.length) this.#makeBytes(length);
    const offset = this.#head;
    copy(view, at, this.#view, offset, length);
    const other = this.find(key);
    if (other >= 0) this.#uncertain[other] = 1;
    const slot = this.#end++;
    this.#uncertain[slot] = other >= 0 || this.#ghostOf(key) >= 0 ? 1 : 0;
    this.#keys[slot] = key;
    this.#tickets[slot] = this.#ticket++;
    this.#offsets[slot] = offset;
    this.#lengths[slot] = length;
    this.#waiting++;
    this.#held += length;
    this.#head = offset + length;
    return whole;
  }

  /** Slot of the oldest entry with `key`, or -1. Valid until the next `add`. */
  find(key: number): number {
    const keys = this.#keys;
    for (let slot = this.#first; slot < this.#end; slot++) if (keys[slot] === key) return slot;
    return -1;
  }

  /** True where an answer with the entry's key may be the answer to another request than the entry's. */
  uncertain(slot: number): boolean {
    return this.#uncertain[slot] === 1;
  }

  /**
   * An answer with `key` has come: the oldest entry with it is removed, and its ghosts fade. Returns the entry's slot,
   * or -1; its bytes stay readable until the next `add`.
   */
  answer(key: number): number {
    const slot = this.find(key);
    const ghost = this.#haunting === 0 ? -1 : this.#ghostOf(key);
    // With no request waiting it can only be the ghost's own answer.
    if (ghost >= 0 && (slot < 0 || --this.#doubts[ghost]! === 0)) this.#layToRest(ghost);
    this.remove(slot);
    return slot;
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
    if (slot < this.#first || slot >= this.#end || this.#keys[slot] === GONE) return;
    this.#keys[slot] = GONE;
    this.#waiting--;
    this.#held -= this.#lengths[slot]!;
    if (this.#waiting === 0) {
      this.#first = 0;
      this.#end = 0;
      this.#head = 0;
      return;
    }
    while (this.#keys[this.#first] === GONE) this.#first++;
  }

  /** Gives the oldest entry up, if there is one: its answer may still come, and is not to be taken for another's. */
  abandonOldest(): void {
    if (this.#waiting === 0) return;
    if (this.#ghosts.length === 0) this.#makeGhosts();
    if (this.#haunting === this.#maxSlots) this.#layToRest(0);
    this.#ghosts[this.#haunting] = this.#keys[this.#first]!;
    this.#doubts[this.#haunting] = DOUBTS;
    this.#haunting++;
    this.remove(this.#first);
  }

  /** cold: once a session, and in most never */
  #makeGhosts(): void {
    this.#ghosts = new Int32Array(this.#maxSlots);
    this.#doubts = new Int32Array(this.#maxSlots);
  }

  /** The oldest ghost of a request with `key`, or -1. */
  #ghostOf(key: number): number {
    for (let i = 0; i < this.#haunting; i++) if (this.#ghosts[i] === key) return i;
    return -1;
  }

  #layToRest(ghost: number): void {
    this.#haunting--;
    for (let i = ghost; i < this.#haunting; i++) {
      this.#ghosts[i] = this.#ghosts[i + 1]!;
      this.#doubts[i] = this.#doubts[i + 1]!;
    }
  }

  /**
   * Makes room for one entry more: closes up the table, in a larger one where more than half of it waits.
   * cold: it grows a few times at most
   */
  #makeSlots(): void {
    const size = this.#keys.length;
    const grow = this.#waiting * 2 > size && size < this.#maxSlots;
    const to = grow ? Math.min(size * 2, this.#maxSlots) : size;
    const keys = grow ? new Int32Array(to) : this.#keys;
    const tickets = grow ? new Float64Array(to) : this.#tickets;
    const offsets = grow ? new Int32Array(to) : this.#offsets;
    const lengths = grow ? new Int32Array(to) : this.#lengths;
    const uncertain = grow ? new Uint8Array(to) : this.#uncertain;
    let next = 0;
    for (let slot = this.#first; slot < this.#end; slot++) {
      if (this.#keys[slot] === GONE) continue;
      keys[next] = this.#keys[slot]!;
      tickets[next] = this.#tickets[slot]!;
      offsets[next] = this.#offsets[slot]!;
      lengths[next] = this.#lengths[slot]!;
      uncertain[next] = this.#uncertain[slot]!;
      next++;
    }
    this.#keys = keys;
    this.#tickets = tickets;
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.#uncertain = uncertain;
    this.#first = 0;
    this.#end = next;
  }

  /**
   * Makes room for `length` bytes more: closes up the arena, in a larger one where more than half of it waits.
   * cold: it grows a few times at most
   */
  #makeBytes(length: number): void {
    let size = this.#bytes.length;
    while (this.#held + length > size || (this.#held * 2 > size && size < this.#maxBytes)) {
      size = Math.min(size * 2, this.#maxBytes);
    }
    const from = this.#bytes;
    const grow = size > from.length;
    const to = grow ? new Uint8Array(size) : from;
    let head = 0;
    for (let slot = this.#first; slot < this.#end; slot++) {
      if (this.#keys[slot] === GONE) continue;
      const at = this.#offsets[slot]!;
      const bytes = this.#lengths[slot]!;
      // Downwards, so that bytes within one arena are read before they are written over.
      for (let i = 0; i < bytes; i++) to[head + i] = from[at + i]!;
      this.#offsets[slot] = head;
      head += bytes;
    }
    this.#head = head;
    if (!grow) return;
    this.#bytes = to;
    this.#view = new DataView(to.buffer);
  }
}

/** Copies `length` bytes, four at a time: requests are short, and a typed array's `set` needs a view of its own. */
function copy(from: DataView, at: number, to: DataView, offset: number, length: number): void {
  let i = 0;
  for (; i + 4 <= length; i += 4) to.setInt32(offset + i, from.getInt32(at + i, true), true);
  for (; i < length; i++) to.setUint8(offset + i, from.getUint8(at + i));
}
