/**
 * Writes programs of the classic Berkeley packet filter, as Linux takes them for a socket
 * (Documentation/networking/filter.rst). cold: once a socket.
 *
 * @module
 */

/** Operations, `<linux/bpf_common.h>`: class, size and mode, or operator and source. */
export const Bpf = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  /** At the index register and `k`. */
  loadHalfIndexed: 0x48,
  add: 0x0c,
  and: 0x54,
  multiply: 0x24,
  shiftLeft: 0x64,
  shiftRight: 0x74,
  xor: 0xac,
  toIndex: 0x07,
  /** To a cell of the scratch memory, and from there to the index register. */
  store: 0x02,
  recallIndex: 0x61,
  jump: 0x05,
  ifEqual: 0x15,
  ifAnyBit: 0x45,
  return: 0x06,
  returnAccumulator: 0x16,
} as const;

/** What can be loaded beside the packet's bytes, `<linux/filter.h>`. */
export const Ancillary = {
  protocol: -0x1000,
  packetType: -0x1000 + 4,
  interface: -0x1000 + 8,
} as const;

/** Added to an offset, it counts from the network header, wherever the packet's bytes begin. */
export const NETWORK = -0x100000;

const INSTRUCTION = 8;

export class Program {
  readonly #steps: { code: number; k: number; then?: string; else?: string }[] = [];
  readonly #labels = new Map<string, number>();

  step(code: number, k = 0): this {
    this.#steps.push({ code, k });
    return this;
  }

  /** Goes on at the label `then` where the test holds, with the next step where not. */
  test(code: number, k: number, then: string): this {
    this.#steps.push({ code, k, then });
    return this;
  }

  jump(to: string): this {
    this.#steps.push({ code: Bpf.jump, k: 0, else: to });
    return this;
  }

  label(name: string): this {
    this.#labels.set(name, this.#steps.length);
    return this;
  }

  /** The program as an array of `struct sock_filter`. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#steps.length * INSTRUCTION);
    const view = new DataView(bytes.buffer);
    this.#steps.forEach((step, index) => {
      const at = index * INSTRUCTION;
      view.setUint16(at, step.code, true);
      if (step.then !== undefined) view.setUint8(at + 2, this.#distance(index, step.then, 0xff));
      const k = step.else === undefined ? step.k : this.#distance(index, step.else, 0xffff);
      view.setInt32(at + 4, k | 0, true);
    });
    return bytes;
  }

  #distance(from: number, label: string, most: number): number {
    const distance = (this.#labels.get(label) ?? -1) - from - 1;
    if (distance < 0 || distance > most) throw new RangeError(`no jump from ${from} to ${label}`);
    return distance;
  }
}
