/**
 * COTP: a message says the same in whatever segments it comes, and however the bytes of these arrive.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { Operation } from '../../src/operation/operation.ts';
import type { Side } from '../../src/operation/side.ts';
import { DATA } from '../../src/protocol/osi/cotp.ts';
import { dataMessage } from '../../src/protocol/osi/encode.ts';
import { Frame, type Protocol } from '../../src/protocol/protocol.ts';
import type { Case } from '../case.ts';
import { Said } from '../said.ts';
import type { Subject } from '../target.ts';
import type { Decoding } from './protocol.ts';

const LIMITS = { requests: 8, bytes: 1024 };

export class Segments implements Subject {
  readonly #protocol: Protocol;
  readonly #decoding: Decoding;
  readonly #op = new Operation();

  constructor(protocol: Protocol, decoding: Decoding) {
    this.#protocol = protocol;
    this.#decoding = decoding;
  }

  run(parts: Case, random: Random): void {
    this.#decoding.run(parts, random);
    for (const { kind, bytes } of parts) {
      const side = (kind & 1) as Side;
      this.#framesAlike(side, bytes);
      if (!isData(bytes)) continue;
      const data = bytes.subarray(DATA);
      const whole = dataMessage(data);
      if (this.#frame(side, whole, whole.length) !== whole.length) continue;
      const cut = dataMessage(data, 1 + random.below(data.length));
      if (cut.length > this.#protocol.maxMessage) continue;
      assert.equal(this.#say(side, cut), this.#say(side, whole), 'a message says the same in segments');
    }
  }

  /** The length of a message never changes once it is known, and is not known to be lost before it is. */
  #framesAlike(side: Side, bytes: Uint8Array): void {
    const whole = this.#frame(side, bytes, bytes.length);
    for (let end = 1; end < bytes.length; end++) {
      const length = this.#frame(side, bytes, end);
      if (length === Frame.more) continue;
      assert.equal(length, whole, `the length of a message by its first ${end} bytes`);
      return;
    }
  }

  #frame(side: Side, bytes: Uint8Array, end: number): number {
    return this.#protocol.frame(side, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, end);
  }

  #say(side: Side, bytes: Uint8Array): number {
    // How it was cut may itself be an anomaly.
    const said = new Said(this.#protocol, false);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#protocol.open(LIMITS).decode(side, view, 0, bytes.length, this.#op, said);
    return said.value;
  }
}

/** One data TPDU with data. */
function isData(bytes: Uint8Array): boolean {
  return bytes.length > DATA && bytes[0] === 3 && bytes[4] === 2 && bytes[5] === 0xf0;
}
