import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { capturePath, withoutCapture } from '../../test/captures.ts';
import type { Operation } from '../operation/operation.ts';
import { memorySource } from '../packet/capture-bytes.fixture.ts';
import { CaptureError } from '../packet/capture-error.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Inspection } from './inspection.ts';
import { plantCapture } from './plant-capture.fixture.ts';

/** Numbers that look random and are the same in each run (Marsaglia's xorshift). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Reads every operation whole, as a person who looks at all of it would. */
function look(op: Operation): void {
  const protocol = PROTOCOLS[op.protocol]!;
  protocol.objects.format(op);
  protocol.stations.format(op.station);
  protocol.errorName(op.error);
  op.name();
  op.values();
  assert.ok(protocol.functions[op.fn] !== undefined);
}

/** Where the bytes of a pcap file are that TCP carries, were all headers 54 bytes long. */
function payloadPositions(capture: Uint8Array): number[] {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.length);
  const little = view.getUint32(0, true) === 0xa1b2c3d4;
  const positions: number[] = [];
  for (let at = 24; at + 16 <= capture.length; ) {
    const end = at + 16 + view.getUint32(at + 8, little);
    for (let i = at + 16 + 54; i < end; i++) positions.push(i);
    at = end;
  }
  return positions;
}

/** Reads a capture with some of its bytes changed; nothing but a CaptureError may come of it. */
async function readMutant(capture: Uint8Array, seed: number, changes: number): Promise<number> {
  const next = random(seed);
  const mutant = capture.slice();
  const payload = payloadPositions(capture);
  for (let i = 0; i < changes; i++) {
    // Anything behind the file header now and then, or there would be little left to decode.
    const at = next(16) === 0 ? 24 + next(mutant.length - 24) : payload[next(payload.length)]!;
    mutant[at] = next(4) === 0 ? next(256) : mutant[at]! ^ (1 << next(8));
  }
  let operations = 0;
  const sink = {
    operation(op: Operation) {
      operations++;
      look(op);
    },
  };
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    digest: true,
    tap: () => ({ operations: sink }),
  });
  await inspection.read(memorySource('mutant', mutant), {}).catch(error => {
    assert.ok(error instanceof CaptureError, error);
  });
  const { protocols } = inspection.finish();
  assert.equal(
    protocols.reduce((sum, p) => sum + p.operations, 0),
    operations,
  );
  return operations;
}

describe('captures with changed bytes', () => {
  it('of Modbus, never throw', async () => {
    const capture = plantCapture(4, 60);
    let operations = 0;
    for (let seed = 1; seed <= 150; seed++) operations += await readMutant(capture, seed, 1 + (seed % 40));
    assert.ok(operations > 10_000, String(operations));
  });

  const name = 's7comm/s7comm-profile.pcap';
  it('of S7comm, never throw', { skip: withoutCapture(name) }, async () => {
    const capture = new Uint8Array(await readFile(capturePath(name)));
    let operations = 0;
    for (let seed = 1; seed <= 300; seed++) operations += await readMutant(capture, seed, 1 + (seed % 40));
    assert.ok(operations > 10_000, String(operations));
  });
});
