/**
 * Operations kept for later, copied with their bytes into memory of a fixed size: for whoever looks at them when there is
 * time, and must not hold up who hands them over. What finds no room is counted and lost.
 *
 * Two halves: one is filled while the other is looked at, so nothing moves and nothing wraps.
 *
 * @module
 */

import { NO_BYTES, Operation } from './operation.ts';

/** One half. */
class Batch<T> {
  readonly operations: Operation[] = [];
  readonly about: T[] = [];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #used = 0;
  /** How many are in it. */
  count = 0;
  /** How many of them were taken. */
  taken = 0;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** False where there is no room. */
  add(op: Operation, about: T, most: number): boolean {
    if (this.count === most || this.#used + op.nameLength + op.valueLength > this.#bytes.length) return false;
    const kept = this.operations[this.count] ?? new Operation();
    this.operations[this.count] = kept;
    copyNumbers(op, kept);
    this.about[this.count] = about;
    this.count++;
    kept.nameAt = this.#keep(op.nameView, op.nameAt, op.nameLength);
    kept.nameView = op.nameLength === 0 ? NO_BYTES : this.#view;
    kept.valueAt = this.#keep(op.valueView, op.valueAt, op.valueLength);
    kept.valueView = op.valueLength === 0 ? NO_BYTES : this.#view;
    return true;
  }

  clear(): void {
    this.count = 0;
    this.taken = 0;
    this.#used = 0;
    // Whom they were about may be gone.
    this.about.length = 0;
  }

  #keep(view: DataView, at: number, length: number): number {
    if (length === 0) return 0;
    const to = this.#used;
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, length), to);
    this.#used += length;
    return to;
  }
}

export interface QueueSize {
  /** Operations that wait at most, in each half. */
  readonly operations: number;
  /** Bytes of their names and values, in each half. */
  readonly bytes: number;
}

/** Operations in the order in which they came, each with what it is `about`. */
export class OperationQueue<T> {
  readonly #most: number;
  #filling: Batch<T>;
  #draining: Batch<T>;
  /** Operations that found no room, since it was asked last. */
  #lost = 0;

  constructor({ operations, bytes }: QueueSize) {
    this.#most = operations;
    this.#filling = new Batch(bytes);
    this.#draining = new Batch(bytes);
  }

  /** Nothing waits. */
  get empty(): boolean {
    return this.#filling.count === 0 && this.#draining.taken === this.#draining.count;
  }

  /** Copies the operation; false where there is no room. */
  add(op: Operation, about: T): boolean {
    if (this.#filling.add(op, about, this.#most)) return true;
    this.#lost++;
    return false;
  }

  /** Hands over the next `most` operations, or as many as there are; what it hands over is used again afterwards. */
  take(most: number, to: (op: Operation, about: T) => void): void {
    for (let left = most; left > 0; left--) {
      let batch = this.#draining;
      if (batch.taken === batch.count) {
        batch.clear();
        [this.#filling, this.#draining] = [batch, this.#filling];
        batch = this.#draining;
        if (batch.count === 0) return;
      }
      const at = batch.taken++;
      to(batch.operations[at]!, batch.about[at]!);
    }
  }

  /** How many found no room since this was called last. */
  lost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }
}

/** All fields but those of the bytes. */
function copyNumbers(from: Operation, to: Operation): void {
  to.time = from.time;
  to.flow = from.flow;
  to.protocol = from.protocol;
  to.side = from.side;
  to.phase = from.phase;
  to.kind = from.kind;
  to.reference = from.reference;
  to.station = from.station;
  to.fn = from.fn;
  to.code = from.code;
  to.subcode = from.subcode;
  to.verb = from.verb;
  to.item = from.item;
  to.items = from.items;
  to.outcome = from.outcome;
  to.error = from.error;
  to.anomalies = from.anomalies;
  to.space = from.space;
  to.area = from.area;
  to.address = from.address;
  to.extent = from.extent;
  to.nameLength = from.nameLength;
  to.valueLength = from.valueLength;
  to.valueType = from.valueType;
  to.valueCount = from.valueCount;
}
