/**
 * What one side has sent and the session has not yet decided on: one buffer with one long-lived view, in which
 * messages are framed and decoded where they lie. It starts small and doubles, because most sessions never hold
 * more than a few short messages, up to what the longest message needs.
 *
 * @module
 */

const FIRST_BYTES = 2048;

export class Inbox {
  readonly #max: number;
  bytes: Uint8Array;
  view: DataView;
  /** First byte not yet decided on. */
  start = 0;
  /** One past the last byte received. */
  end = 0;

  /** Holds messages of up to `max` bytes. */
  constructor(max: number) {
    this.#max = Math.max(FIRST_BYTES, max);
    this.bytes = new Uint8Array(FIRST_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  /**
   * Takes as many of the bytes `at..end` of `from` as there is room for, and returns where the rest begins. There
   * is always room for one more byte unless a whole message of the maximum length lies here.
   */
  take(from: Uint8Array, at: number, end: number): number {
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
    } else if (this.end + end - at > this.bytes.length && this.start > 0) {
      this.bytes.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    }
    if (this.end === this.bytes.length) this.#grow();
    const length = Math.min(end - at, this.bytes.length - this.end);
    const bytes = this.bytes;
    // Chunks are mostly one short message: then a loop is cheaper than the call.
    if (length <= 64) for (let i = 0; i < length; i++) bytes[this.end + i] = from[at + i]!;
    else if (length === from.length) bytes.set(from, this.end);
    else bytes.set(from.subarray(at, at + length), this.end);
    this.end += length;
    return at + length;
  }

  #grow(): void {
    const length = Math.min(this.bytes.length * 2, this.#max);
    if (length === this.bytes.length) return;
    const bytes = new Uint8Array(length);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
