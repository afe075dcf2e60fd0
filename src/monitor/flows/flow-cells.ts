/**
 * What is counted of each flow while it lives: numbers by the flow's cell, in arrays that grow with the table.
 *
 * @module
 */

/** Columns of whole numbers; those with two directions take two. */
export const Column = {
  packets: 0,
  bytes: 2,
  payload: 4,
  flags: 6,
  operations: 8,
  anomalies: 9,
  opaque: 10,
  retransmissions: 11,
  gaps: 12,
  gapBytes: 13,
  decoded: 14,
  notUnderstood: 15,
  unrecognised: 16,
  /** Number of the flow: that of its first packet. */
  number: 17,
  /** Direction that the first packet came from, which is the client's unless something tells otherwise. */
  client: 18,
  /** Index of the protocol + 1; 0 while none is known. */
  protocol: 19,
  /** Index + 1 of the name of what is recognised and not decoded. */
  named: 27,
  /** Kinds of packets that were seen, and how many letters of the history there are. */
  seen: 20,
  letters: 21,
  /** The history: four bits a letter, eight letters a number. */
  history: 22,
  /** Port that packets of each direction come from. */
  ports: 24,
  /** 1 where it is not TCP. */
  udp: 26,
} as const;
const COLUMNS = 28;

export class FlowCells {
  /** Counters: 64 bits, since the bytes of a flow that lives for months are more than 2^32. */
  counts = new Float64Array(COLUMNS * 1024);
  /** Time of the first and of the latest packet. */
  times = new Float64Array(2 * 1024);
  #capacity = 1024;

  /** Where the columns of a cell begin; makes room for it. */
  at(cell: number): number {
    if (cell >= this.#capacity) this.#grow();
    return cell * COLUMNS;
  }

  clear(cell: number): void {
    const at = this.at(cell);
    this.counts.fill(0, at, at + COLUMNS);
  }

  #grow(): void {
    this.#capacity *= 2;
    const counts = new Float64Array(COLUMNS * this.#capacity);
    counts.set(this.counts);
    this.counts = counts;
    const times = new Float64Array(2 * this.#capacity);
    times.set(this.times);
    this.times = times;
  }
}
