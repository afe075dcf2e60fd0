/**
 * Capture files: whatever is in them, they give packets and at most one error that says what is wrong, the same
 * however the bytes come in.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { CaptureReader } from '../../src/packet/capture.ts';
import { CaptureError } from '../../src/packet/capture-error.ts';
import { decodeLayers } from '../../src/packet/layers.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { FrameSink } from '../../src/packet/records.ts';
import type { ByteSource } from '../../src/packet/source.ts';
import type { Case } from '../case.ts';
import type { Subject } from '../target.ts';

export class CaptureFile implements Subject {
  readonly #reader = new CaptureReader();

  async run(parts: Case, random: Random): Promise<void> {
    for (const { bytes } of parts) {
      const whole = await this.#read(bytes, bytes.length);
      const pieces = await this.#read(bytes, 1 + random.below(random.chance(50) ? 16 : bytes.length + 1));
      assert.equal(pieces, whole, 'what is read hangs on how the bytes come in');
    }
  }

  async #read(bytes: Uint8Array, chunk: number): Promise<string> {
    const seen = new Seen(bytes.length);
    try {
      await this.#reader.read(inPieces(bytes, chunk), seen);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      assert.match(error.message, /^mutant: [^\n]+$/);
      return `${seen.packets} ${seen.said} ${error.code} ${error.message}`;
    }
    return `${seen.packets} ${seen.said}`;
  }
}

class Seen implements FrameSink {
  packets = 0;
  said = 0;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  frame(packet: Packet): void {
    this.packets++;
    const { view, at, end, time, wireLength, link } = packet;
    assert.ok(at >= 0 && at <= end && end <= view.byteLength, `a packet at ${at}..${end}`);
    assert.ok(end - at <= this.#size, 'no packet is longer than its file');
    assert.ok(this.packets * 12 <= this.#size, 'no more packets than fit');
    assert.ok(!Number.isNaN(time));
    this.#add(end - at);
    this.#add(wireLength);
    this.#add(link);
    this.#add(Number.isFinite(time) ? Math.trunc(time * 1000) : -1);
    for (let i = at; i < end; i++) this.#add(view.getUint8(i));
    this.#add(decodeLayers(packet));
  }

  #add(number: number): void {
    this.said = (Math.imul(this.said, 31) + number) | 0;
  }
}

/** Bytes that come `chunk` at a time. */
function inPieces(bytes: Uint8Array, chunk: number): ByteSource {
  let at = 0;
  return {
    name: 'mutant',
    size: bytes.length,
    read: async target => {
      const length = Math.min(bytes.length - at, target.length, Math.max(1, chunk));
      target.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    close: async () => {},
  };
}
