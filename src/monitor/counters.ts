/**
 * Counters that are cheap to add to and never overflow: 32-bit integers for what is recent, doubles for the rest. (To
 * add to a double that V8 has only seen whole numbers in costs it a conversion to an integer and back each time.)
 *
 * @module
 */

export class Counters {
  /** To be added to: by less than 2^31 to each between two calls of {@link Counters.settle}. */
  recent: Int32Array;
  #settled: Float64Array;

  constructor(length: number) {
    this.recent = new Int32Array(length);
    this.#settled = new Float64Array(length);
  }

  get length(): number {
    return this.recent.length;
  }

  /** Takes what is recent to the rest. */
  settle(): void {
    const { recent } = this;
    for (let i = 0; i < recent.length; i++) this.#settled[i]! += recent[i]!;
    recent.fill(0);
  }

  /** What counter `index` has come to. */
  of(index: number): number {
    return this.#settled[index]! + this.recent[index]!;
  }

  /** What the counters from `from` to before `to` have come to. */
  range(from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, i) => this.of(from + i));
  }

  /** Doubles how many there are. */
  grow(): void {
    this.settle();
    const settled = new Float64Array(this.length * 2);
    settled.set(this.#settled);
    this.#settled = settled;
    this.recent = new Int32Array(settled.length);
  }
}
