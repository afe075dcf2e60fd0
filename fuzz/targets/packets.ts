/**
 * Packets one after the other through a whole reading, fragments that are put together among them: nothing throws, and
 * every packet is counted once, as one kind.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { Inspection } from '../../src/monitor/inspection.ts';
import type { Operation } from '../../src/operation/operation.ts';
import { Packet } from '../../src/packet/packet.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import type { Case } from '../case.ts';
import type { Subject } from '../target.ts';

/** Packets of a reading: what it kept is looked at in the end, and then it begins anew. */
const READING = 20_000;

export class Packets implements Subject {
  readonly #packet = new Packet();
  #given = 0;
  #operations = 0;
  #inspection = this.#begin();

  run(parts: Case): void {
    const packet = this.#packet;
    for (const { kind: link, bytes } of parts) {
      packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      Object.assign(packet, { at: 0, end: bytes.length, wireLength: bytes.length, link });
      packet.time += 0.01;
      this.#given++;
      this.#inspection.frames.frame(packet);
    }
    if (this.#given < READING) return;
    const { packets, kinds, protocols } = this.#inspection.finish();
    assert.equal(packets, this.#given, 'every packet is counted');
    assert.ok(Object.values(kinds).every(count => count >= 0 && count <= 2 * packets));
    assert.equal(
      protocols.reduce((sum, protocol) => sum + protocol.operations, 0),
      this.#operations,
      'every operation is counted',
    );
    this.#inspection = this.#begin();
  }

  #begin(): Inspection {
    this.#given = 0;
    this.#operations = 0;
    const operations = {
      operation: (op: Operation) => {
        this.#operations++;
        assert.equal(op.values().length, op.valueCount);
        PROTOCOLS[op.protocol]!.objects.format(op);
      },
    };
    return new Inspection({ protocols: PROTOCOLS, digest: true, tap: () => ({ operations }) });
  }
}
