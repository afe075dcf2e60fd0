/**
 * IP datagrams put together from their fragments (RFC 791, 3.2; RFC 8200, 4.5), in memory that is bounded whatever comes.
 *
 * - A datagram is known by its hosts and its identification, in IPv4 by its protocol too; not by the VLAN or the tunnel
 *   that it came in, since a mirror may show it in several.
 * - Fragments that repeat what is there are copies of the mirror's own. Where they differ, IPv4 keeps the bytes that
 *   came first, as streams.ts does; IPv6 gives the datagram up, as RFC 5722 demands of a receiver.
 *   Either is counted as overlapping.
 * - A datagram whose fragments disagree on its length is given up. What is left of one that was given up is not taken for
 *   another one.
 * - One that is not whole after {@link FRAGMENT_SECONDS} of capture time is given up. So is the oldest one where there
 *   is no room: that of the same two hosts if they have their share already, else the oldest of all.
 *
 * @module
 */

import { LinkType } from './link-type.ts';
import { Packet } from './packet.ts';

export interface FragmentLimits {
  /** Datagrams that are waited for at once; each takes up to 64 KB. */
  readonly datagrams: number;
  /** Those of them that may come from one host to another. */
  readonly pair: number;
}

export const FRAGMENT_LIMITS: FragmentLimits = { datagrams: 256, pair: 32 };

/** Seconds of capture time that the rest of a datagram is waited for. */
export const FRAGMENT_SECONDS = 30;

/** Seconds after which the same bytes under the same identification are another datagram, and not the mirror's copy. */
const COPY_SECONDS = 0.2;

const HEADER_4 = 20;
const HEADER_6 = 40;
const MAX_TOTAL = 65_535;

/** Bytes of a place: room for a header, then the payload. */
const PLACE = HEADER_6 + MAX_TOTAL + 1;
/** Fragments begin at multiples of 8 bytes. */
const UNITS = 8192;
/** Words of a bit for each unit. */
const UNIT_WORDS = UNITS / 32;

/** What is in a place. */
const State = {
  free: 0,
  waiting: 1,
  /** It was whole, and handed on. */
  done: 2,
  /** It was given up; the rest of it is not wanted. */
  refused: 3,
} as const;

// Words of a place's key: source and destination (four words each, the last three 0 in IPv4), identification, protocol
// (IPv4) or -1 (IPv6).
const KEY_WORDS = 10;

export class Fragments {
  /** Datagrams that were put together. */
  assembled = 0;
  /** Datagrams that never became whole. */
  incomplete = 0;
  /** Datagrams with fragments that overlap and differ. */
  overlapping = 0;
  /** Fragments that no datagram can have: behind 65,535 bytes, without any, or (IPv6) not of whole units. */
  malformed = 0;

  readonly #limits: FragmentLimits;
  readonly #whole = new Packet();
  readonly #key = new Int32Array(KEY_WORDS);
  readonly #keys: Int32Array;
  readonly #state: Uint8Array;
  readonly #overlapped: Uint8Array;
  /** When the first fragment of a place came, or when it became whole; and a number that grows with each new place. */
  readonly #since: Float64Array;
  readonly #born: Float64Array;
  /** Bytes of the payload, -1 where the last fragment was not there yet; units that are there. */
  readonly #total: Int32Array;
  readonly #units: Int32Array;
  readonly #furthest: Int32Array;
  #births = 0;
  /** The place that {@link #whole} lies in. */
  #lent = -1;
  // Made at the first fragment: most captures have none.
  #bytes = new DataView(new ArrayBuffer(0));
  #there = new Int32Array(0);

  constructor(limits: FragmentLimits = FRAGMENT_LIMITS) {
    // One is lent while the next one begins.
    const datagrams = Math.max(2, limits.datagrams);
    this.#limits = { ...limits, datagrams };
    this.#keys = new Int32Array(datagrams * KEY_WORDS);
    this.#state = new Uint8Array(datagrams);
    this.#overlapped = new Uint8Array(datagrams);
    this.#since = new Float64Array(datagrams);
    this.#born = new Float64Array(datagrams);
    this.#total = new Int32Array(datagrams);
    this.#units = new Int32Array(datagrams);
    this.#furthest = new Int32Array(datagrams);
  }

  /**
   * Takes a packet whose kind is fragment. Where its datagram is whole now, returns that as a packet of raw IP, its layers
   * not decoded yet; it is good until the next call. Else undefined.
   */
  add(packet: Packet): Packet | undefined {
    const { view, networkAt, transportAt: from, ipVersion } = packet;
    const word = ipVersion === 4 ? view.getUint16(networkAt + 6) << 3 : view.getUint16(from - 6);
    const offset = word & 0xfff8;
    const more = (ipVersion === 4 ? word & 0x10000 : word & 1) !== 0;
    let length = packet.transportEnd - from;
    const cut = packet.missing > 0;
    const last = !more && !cut;
    // All but the last have whole units. RFC 8200 drops those that do not; IPv4 hosts (Linux) drop what is over.
    const uneven = ipVersion === 6 && more && !cut && (length & 7) !== 0;
    if (!last) length &= ~7;
    const limit = ipVersion === 4 ? MAX_TOTAL - HEADER_4 : MAX_TOTAL;
    if (length === 0 && cut) return undefined;
    if (length === 0 || uneven || offset + length > limit) {
      this.malformed++;
      return undefined;
    }
    if (this.#bytes.byteLength === 0) this.#reserve();
    this.#readKey(packet);
    const place = this.#place(packet, offset, length);
    if (place < 0) return undefined;
    if (this.#state[place] === State.refused) return undefined;
    if (!this.#fits(place, offset, length, last)) {
      this.#refuse(place);
      return undefined;
    }
    if (last) this.#total[place] = offset + length;
    if (offset + length > this.#furthest[place]!) this.#furthest[place] = offset + length;
    if (offset === 0 && (this.#there[place * UNIT_WORDS]! & 1) === 0) this.#writeHeader(place, packet);
    if (!this.#copy(place, packet, offset, length)) {
      this.#refuse(place);
      return undefined;
    }
    const total = this.#total[place]!;
    if (total < 0 || this.#units[place]! < (total + 7) >> 3) return undefined;
    return this.#finished(place, packet, total);
  }

  /** The capture is over: what is not whole will not be. */
  finish(): void {
    for (let place = 0; place < this.#limits.datagrams; place++) this.#free(place);
  }

  // cold: at the first fragment
  #reserve(): void {
    this.#bytes = new DataView(new ArrayBuffer(this.#limits.datagrams * PLACE));
    this.#there = new Int32Array(this.#limits.datagrams * UNIT_WORDS);
  }

  #readKey(packet: Packet): void {
    const { view, addressAt, networkAt, transportAt } = packet;
    const key = this.#key;
    if (packet.ipVersion === 4) {
      key.fill(0);
      key[0] = view.getInt32(addressAt);
      key[4] = view.getInt32(addressAt + 4);
      key[8] = view.getUint16(networkAt + 4);
      key[9] = packet.ipProtocol;
      return;
    }
    for (let i = 0; i < 8; i++) key[i] = view.getInt32(addressAt + 4 * i);
    key[8] = view.getInt32(transportAt - 4);
    key[9] = -1;
  }

  /** The place of the datagram that the fragment belongs to, a new one where there is none; -1 where it is a copy. */
  #place(packet: Packet, offset: number, length: number): number {
    for (let place = 0; place < this.#limits.datagrams; place++) {
      if (this.#state[place] === State.free || !this.#same(place, KEY_WORDS)) continue;
      const age = Math.abs(packet.time - this.#since[place]!);
      if (this.#state[place] === State.done) {
        if (age <= COPY_SECONDS && this.#repeats(place, packet, offset, length)) return -1;
      } else if (age <= FRAGMENT_SECONDS) return place;
      this.#free(place);
      break;
    }
    const place = this.#room(packet.time);
    this.#keys.set(this.#key, place * KEY_WORDS);
    this.#state[place] = State.waiting;
    this.#overlapped[place] = 0;
    this.#since[place] = packet.time;
    this.#born[place] = ++this.#births;
    this.#total[place] = -1;
    this.#units[place] = 0;
    this.#furthest[place] = 0;
    this.#there.fill(0, place * UNIT_WORDS, (place + 1) * UNIT_WORDS);
    return place;
  }

  /** Are the first `words` of the place's key those of the fragment's? */
  #same(place: number, words: number): boolean {
    const at = place * KEY_WORDS;
    // The identification differs most often.
    if (words === KEY_WORDS && this.#keys[at + 8] !== this.#key[8]) return false;
    for (let i = 0; i < words; i++) if (this.#keys[at + i] !== this.#key[i]) return false;
    return true;
  }

  /** A place for a new datagram, and if another one has to make room for it. */
  #room(time: number): number {
    let free = -1;
    let done = -1;
    let oldest = -1;
    let oldestOfPair = -1;
    let ofPair = 0;
    for (let place = 0; place < this.#limits.datagrams; place++) {
      if (place === this.#lent) continue;
      const state = this.#state[place]!;
      if (state !== State.free && Math.abs(time - this.#since[place]!) > FRAGMENT_SECONDS) this.#free(place);
      if (this.#state[place] === State.free) {
        if (free < 0) free = place;
      } else if (state === State.done) done = this.#older(place, done);
      else {
        oldest = this.#older(place, oldest);
        if (!this.#same(place, 8)) continue;
        ofPair++;
        oldestOfPair = this.#older(place, oldestOfPair);
      }
    }
    let place = oldest;
    if (ofPair >= this.#limits.pair) place = oldestOfPair;
    else if (free >= 0) place = free;
    else if (done >= 0) place = done;
    this.#free(place);
    return place;
  }

  #older(place: number, than: number): number {
    return than < 0 || this.#born[place]! < this.#born[than]! ? place : than;
  }

  #free(place: number): void {
    if (this.#state[place] === State.waiting) this.incomplete++;
    this.#state[place] = State.free;
  }

  /** The place stays taken, so that the rest of the datagram is not taken for another one. */
  #refuse(place: number): void {
    this.incomplete++;
    this.#state[place] = State.refused;
  }

  /** Does the fragment agree with what is known of the datagram's length? */
  #fits(place: number, offset: number, length: number, last: boolean): boolean {
    const total = this.#total[place]!;
    const end = offset + length;
    if (total >= 0) return last ? end === total : end <= total;
    return !last || end >= this.#furthest[place]!;
  }

  /** Is the fragment what the datagram has at that place already, byte for byte? */
  #repeats(place: number, packet: Packet, offset: number, length: number): boolean {
    if (offset + length > this.#total[place]!) return false;
    const at = place * PLACE + HEADER_6 + offset;
    for (let i = 0; i < length; i++) {
      if (this.#bytes.getUint8(at + i) !== packet.view.getUint8(packet.transportAt + i)) return false;
    }
    return true;
  }

  /** Keeps what is new of the fragment; false where it makes the datagram one that no host takes. */
  #copy(place: number, packet: Packet, offset: number, length: number): boolean {
    const { view, transportAt } = packet;
    const bytes = this.#bytes;
    const first = offset >> 3;
    const units = (length + 7) >> 3;
    let old = 0;
    let differs = false;
    for (let unit = 0; unit < units; unit++) {
      const from = transportAt + unit * 8;
      const to = place * PLACE + HEADER_6 + offset + unit * 8;
      const size = Math.min(8, length - unit * 8);
      const word = place * UNIT_WORDS + ((first + unit) >> 5);
      const bit = 1 << ((first + unit) & 31);
      if ((this.#there[word]! & bit) !== 0) {
        old++;
        for (let i = 0; i < size; i++) differs ||= bytes.getUint8(to + i) !== view.getUint8(from + i);
        continue;
      }
      this.#there[word]! |= bit;
      this.#units[place]!++;
      if (size === 8) {
        bytes.setInt32(to, view.getInt32(from));
        bytes.setInt32(to + 4, view.getInt32(from + 4));
      } else for (let i = 0; i < size; i++) bytes.setUint8(to + i, view.getUint8(from + i));
    }
    // RFC 8200, 4.5: exact copies may be told from overlaps, which a receiver must not accept.
    const overlaps = differs || (packet.ipVersion === 6 && old > 0 && old < units);
    if (overlaps && this.#overlapped[place] === 0) {
      this.#overlapped[place] = 1;
      this.overlapping++;
    }
    return !overlaps || packet.ipVersion === 4;
  }

  /** The header of the whole, in front of its payload: the first fragment's, without options and extensions. */
  #writeHeader(place: number, packet: Packet): void {
    const { view, networkAt: from } = packet;
    const bytes = this.#bytes;
    const size = packet.ipVersion === 4 ? HEADER_4 : HEADER_6;
    const at = place * PLACE + HEADER_6 - size;
    for (let i = 0; i < size; i += 4) bytes.setInt32(at + i, view.getInt32(from + i));
    if (packet.ipVersion === 4) {
      bytes.setUint8(at, 0x45);
      bytes.setUint16(at + 6, 0);
    } else bytes.setUint8(at + 6, packet.ipProtocol);
  }

  #finished(place: number, packet: Packet, total: number): Packet {
    const size = packet.ipVersion === 4 ? HEADER_4 : HEADER_6;
    const payload = place * PLACE + HEADER_6;
    const whole = this.#whole;
    whole.view = this.#bytes;
    whole.at = payload - size;
    whole.end = payload + total;
    whole.wireLength = size + total;
    whole.link = LinkType.raw;
    whole.number = packet.number;
    whole.time = packet.time;
    this.#bytes.setUint16(
      packet.ipVersion === 4 ? whole.at + 2 : whole.at + 4,
      packet.ipVersion === 4 ? size + total : total,
    );
    this.#state[place] = State.done;
    this.#since[place] = packet.time;
    this.#lent = place;
    this.assembled++;
    return whole;
  }
}
