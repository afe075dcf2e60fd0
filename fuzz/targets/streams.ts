/**
 * TCP reassembly. Segments that agree with each other, in any order, cut and repeated in any way, give the bytes
 * that were sent, each once; any others give no more bytes than they have.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { ACK, FIN, RST, SYN, tcpFrame } from '../../src/packet/capture-bytes.fixture.ts';
import { Packet } from '../../src/packet/packet.ts';
import { type StreamSink, Streams } from '../../src/packet/streams.ts';
import { Traffic } from '../../src/packet/traffic.ts';
import type { Case } from '../case.ts';
import type { Subject } from '../target.ts';

const LIMITS = { flows: 1024, held: 1 << 20 };
/** How much a stream of the first kind may be out of order, in segments: less than is held for one direction. */
const DISORDER = 40;

export class Reassembly implements Subject {
  readonly #bytes = new Bytes();
  readonly #streams = new Streams(this.#bytes, 7, LIMITS);
  readonly #traffic = new Traffic(this.#streams);
  readonly #packet = new Packet();
  #client = 0;

  /** The messages of a conversation as what both sides send; the packets that they are sent in are drawn. */
  run(parts: Case, random: Random): void {
    this.#client = (this.#client + 1) & 0xffff;
    if (random.chance(60)) this.#agreeing(parts, random);
    else this.#any(parts, random);
  }

  /** What both sides send arrives as it was sent. */
  #agreeing(parts: Case, random: Random): void {
    const sent = [0, 1].map(side =>
      Buffer.concat(parts.filter(({ kind }) => (kind & 1) === side).map(p => p.bytes)),
    );
    const first = [random.next(), random.chance(30) ? 0xffffff00 + random.below(200) : random.next()];
    this.#send(0, first[0]! - 1, 0, SYN);
    this.#bytes.clear();
    this.#send(1, first[1]! - 1, first[0]!, SYN | ACK);
    for (const side of [0, 1]) {
      const stream = sent[side]!;
      const pieces: [from: number, to: number][] = [];
      for (let at = 0; at < stream.length; ) {
        const to = Math.min(stream.length, at + 1 + random.below(random.chance(50) ? 8 : 400));
        pieces.push([at, to]);
        at = to;
      }
      disturb(pieces, random, stream.length);
      for (const [from, to] of pieces) {
        // Acknowledges nothing that the other side has not surely sent.
        this.#send(
          side,
          first[side]! + from,
          side === 0 ? first[1]! : first[0]!,
          ACK,
          stream.subarray(from, to),
        );
      }
      assert.equal(this.#bytes.gaps, 0, 'there is no gap');
      assert.deepEqual(Buffer.concat(this.#bytes.got[side]!), stream, 'the bytes that were sent, each once');
    }
    this.#send(0, first[0]! + sent[0]!.length, 0, RST);
    assert.equal(this.#bytes.ended, 1, 'the connection ends once');
  }

  /** Segments of any numbers and flags. */
  #any(parts: Case, random: Random): void {
    let bytes = 0;
    const base = random.next();
    this.#send(0, base, 0, 0);
    this.#bytes.clear();
    for (const { kind, bytes: payload } of parts) {
      const flags = random.chance(70) ? ACK : random.pick([SYN, SYN | ACK, FIN | ACK, RST, 0, 0x3f]);
      const near =
        (random.chance(80) ? base : random.next()) + random.below(random.chance(90) ? 600 : 1 << 25);
      bytes += payload.length;
      this.#send(
        kind & 1,
        near,
        base + random.below(600),
        flags,
        payload,
        random.below(random.chance(10) ? 60 : 1),
      );
    }
    const now = this.#packet.time;
    this.#packet.time = now + 31;
    this.#send(0, base, 0, RST);
    const got = [...this.#bytes.got[0]!, ...this.#bytes.got[1]!].reduce((sum, part) => sum + part.length, 0);
    assert.ok(got <= bytes, `${got} bytes of ${bytes}`);
    assert.ok(this.#bytes.missing >= 0);
  }

  #send(
    side: number,
    sequence: number,
    acknowledgement: number,
    flags: number,
    payload: Uint8Array = NOTHING,
    cut = 0,
  ): void {
    const client = `10.${this.#client >> 8}.${this.#client & 255}.1`;
    const server = '9.0.0.1';
    const frame = tcpFrame({
      source: side === 0 ? client : server,
      destination: side === 0 ? server : client,
      sourcePort: side === 0 ? 40_000 : 502,
      destinationPort: side === 0 ? 502 : 40_000,
      sequence: sequence >>> 0,
      acknowledgement: acknowledgement >>> 0,
      flags,
      payload,
    });
    const packet = this.#packet;
    packet.view = new DataView(frame.buffer);
    packet.at = 0;
    packet.end = frame.length - Math.min(cut, payload.length);
    packet.wireLength = frame.length;
    packet.time += 0.001;
    this.#traffic.frame(packet);
  }
}

const NOTHING = new Uint8Array(0);

/** Exchanges, repeats and overlaps pieces of a stream; every byte of it stays in one. */
function disturb(pieces: [number, number][], random: Random, length: number): void {
  const count = pieces.length;
  for (let n = random.below(count + 1); n > 0; n--) {
    const at = random.below(pieces.length);
    const to = Math.min(pieces.length - 1, at + random.below(DISORDER));
    switch (random.below(3)) {
      case 0: {
        const [moved] = pieces.splice(at, 1);
        pieces.splice(to, 0, moved!);
        break;
      }
      case 1:
        if (pieces.length < 2 * count) pieces.splice(to, 0, pieces[at]!);
        break;
      default: {
        const [from, end] = pieces[at]!;
        pieces[at] = [Math.max(0, from - random.below(30)), Math.min(length, end + random.below(30))];
      }
    }
  }
}

/** What comes out. The lower address is the server's, whose direction is 0. */
class Bytes implements StreamSink {
  /** By side. */
  got: [Uint8Array[], Uint8Array[]] = [[], []];
  gaps = 0;
  missing = 0;
  ended = 0;

  /** The connection has a cell; what had to make room for it is of no interest. */
  clear(): void {
    this.got = [[], []];
    this.gaps = 0;
    this.missing = 0;
    this.ended = 0;
  }

  data(_flow: number, direction: number, view: DataView, at: number, end: number): void {
    assert.ok(end > at, 'no data of nothing');
    this.got[direction === 0 ? 1 : 0]!.push(
      new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice(),
    );
  }

  held(flow: number, direction: number, view: DataView, at: number, end: number): void {
    this.data(flow, direction, view, at, end);
  }

  gap(_flow: number, _direction: number, bytes: number): void {
    this.gaps++;
    this.missing += bytes;
  }

  closed(): void {
    this.ended++;
  }
}
