/**
 * Who looks at which packets where several workers read the same ones: each keeps what is its own by a hash of the
 * unordered pair of hosts, so that both directions, fragments and further connections of two hosts stay together.
 *
 * @module
 */

import { finish, mix } from './hash.ts';
import { isPlainTcp } from './layers.ts';
import { type Packet, PacketKind } from './packet.ts';

/** Which share of the hosts is this worker's own: `index` of `count`. All workers have the same `seed`. */
export interface Share {
  readonly index: number;
  readonly count: number;
  readonly seed: number;
  /** The packets were dealt out already: all that come are this worker's own, and numbered apart from the others'. */
  readonly dealt?: boolean;
}

export const WHOLE: Share = { index: 0, count: 1, seed: 0 };

/** Deals packets out: the same to the same worker, whichever of them asks. */
export class Deal {
  readonly #index: number;
  readonly #count: number;
  readonly #seed: number;

  constructor({ index, count, seed }: Share) {
    this.#index = index;
    this.#count = count;
    this.#seed = seed;
  }

  /** True where a packet, whose layers are decoded, is this worker's own. */
  isOwn(packet: Packet, kind: PacketKind): boolean {
    if (kind === PacketKind.nonIp || kind === PacketKind.malformed) return this.#index === 0;
    return this.#distance(hostPair(packet, this.#seed)) === 0;
  }

  /**
   * 0 where the Ethernet frame `at..end` is certainly another's, as can be seen without decoding its layers; else 1. As a
   * number, to be added up: whose a packet is falls as dice do, and a branch on it would be mispredicted again and again.
   */
  concerns(view: DataView, at: number, end: number): number {
    if (!isPlainTcp(view, at, end)) return 1;
    const pair = product(view.getInt32(at + 26), view.getInt32(at + 30), this.#seed);
    return (this.#distance(pair) - 1) >>> 31;
  }

  /** 0 where the pair of hosts is this worker's own; else more. */
  #distance(pair: number): number {
    // The upper bits, times the count: a division costs as much as the rest.
    return (((pair >>> 16) * this.#count) >>> 16) ^ this.#index;
  }
}

/** The same number for both directions between two hosts. */
function hostPair(packet: Packet, seed: number): number {
  const { view, addressAt } = packet;
  if (packet.ipVersion === 4) return product(view.getInt32(addressAt), view.getInt32(addressAt + 4), seed);
  let source = 0;
  let destination = 0;
  for (let i = 0; i < 16; i += 4) {
    source = mix(source, view.getInt32(addressAt + i));
    destination = mix(destination, view.getInt32(addressAt + 16 + i));
  }
  return product(source, destination, seed);
}

/** Mixes two words, whichever comes first. Odd factors, so that none takes bits from the other. */
function product(a: number, b: number, seed: number): number {
  return finish(Math.imul(((a ^ seed) << 1) | 1, ((b ^ seed) << 1) | 1));
}
