/**
 * What a conversation looks like so far, until its name is sure: one message beyond doubt, or two that agree.
 *
 * @module
 */

import { Fit, type Signature } from '../../protocol/signatures/signature.ts';

/** Messages of a conversation that are looked at. */
export const MAX_LOOKS = 6;

/**
 * Looks at one message. A message that fits some signatures, though others could look so too, leaves their bits; who calls keeps
 * them for the next message of the conversation. There are two words of bits: signatures by their index, 32 a word.
 */
export class Look {
  /** Bits of the signatures that the message fits, though others could too. */
  weak = 0;
  weakToo = 0;

  readonly #signatures: readonly Signature[];
  /** Indices of the signatures that are asked, by the first byte of a segment, or of a UDP payload. */
  readonly #streams: readonly (readonly number[])[];
  readonly #datagrams: readonly (readonly number[])[];

  constructor(signatures: readonly Signature[]) {
    this.#signatures = signatures;
    this.#streams = byFirstByte(signatures, ({ stream }) => stream !== undefined);
    this.#datagrams = byFirstByte(signatures, ({ datagram }) => datagram !== undefined);
  }

  /** Index of the signature that a segment of a stream, of a byte or more, shows with what earlier ones left; or -1. */
  stream(earlier: number, earlierToo: number, view: DataView, at: number, end: number): number {
    this.weak = 0;
    this.weakToo = 0;
    const candidates = this.#streams[view.getUint8(at)]!;
    for (let i = 0; i < candidates.length; i++) {
      const index = candidates[i]!;
      if (this.#take(this.#signatures[index]!.stream!(view, at, end), index)) return index;
    }
    return this.agreed(earlier, earlierToo);
  }

  /** Index of the signature that a UDP payload shows beyond doubt; where it is -1, bits may be left all the same. */
  datagram(view: DataView, at: number, end: number): number {
    this.weak = 0;
    this.weakToo = 0;
    const candidates = this.#datagrams[view.getUint8(at)]!;
    for (let i = 0; i < candidates.length; i++) {
      const index = candidates[i]!;
      if (this.#take(this.#signatures[index]!.datagram!(view, at, end), index)) return index;
    }
    return -1;
  }

  #take(fit: Fit, index: number): boolean {
    if (fit === Fit.weak) {
      if (index < 32) this.weak |= 1 << index;
      else this.weakToo |= 1 << (index - 32);
    }
    return fit === Fit.sure;
  }

  /** Index of the signature on which two messages agree, and on that alone; or -1. */
  agreed(earlier: number, earlierToo: number): number {
    const both = this.weak & earlier;
    const bothToo = this.weakToo & earlierToo;
    if (both !== 0) return bothToo === 0 && isOne(both) ? 31 - Math.clz32(both) : -1;
    return bothToo !== 0 && isOne(bothToo) ? 63 - Math.clz32(bothToo) : -1;
  }
}

function byFirstByte(
  signatures: readonly Signature[],
  has: (signature: Signature) => boolean,
): readonly (readonly number[])[] {
  return Array.from({ length: 256 }, (_, byte) =>
    signatures.flatMap((one, index) => (has(one) && (one.firstBytes?.includes(byte) ?? true) ? [index] : [])),
  );
}

function isOne(bits: number): boolean {
  return (bits & (bits - 1)) === 0;
}

/** Direction of the likelier server where no handshake tells: that of the usual port, or of the lower one. */
export function serverOf(port0: number, port1: number, usual: number | undefined): number {
  if (port0 === usual) return 0;
  if (port1 === usual) return 1;
  return port0 <= port1 ? 0 : 1;
}
