import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Anomaly } from '../../operation/anomaly.ts';
import { Frame } from '../protocol.ts';
import {
  connectionAnomalies,
  destinationReference,
  Parameter,
  parameterAt,
  sourceReference,
} from './connection.ts';
import { reassemble, Tpdu, tpduCode, tsduAnomalies, tsduLength, unsegmented } from './cotp.ts';
import { connectionConfirm, connectionRequest, dataMessage } from './encode.ts';

const LIMIT = 4096;
const SETUP = { source: 0x0007, calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, 2) };

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function anomaliesOf(bytes: Uint8Array): number {
  return connectionAnomalies(viewOf(bytes), 0, bytes.length);
}

/** The bytes, with some of them changed. */
function changed(
  bytes: Uint8Array,
  ...changes: readonly (readonly [at: number, value: number])[]
): Uint8Array {
  const copy = bytes.slice();
  for (const [at, value] of changes) copy[at] = value;
  return copy;
}

test('data are cut into segments and put together again', () => {
  const data = fc.uint8Array({ minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(data, fc.integer({ min: 1, max: 700 }), (payload, segment) => {
      const bytes = dataMessage(payload, segment);
      const view = viewOf(bytes);
      const whole = tsduLength(view, 0, bytes.length, 65_536);
      assert.equal(whole, bytes.length);
      assert.equal(unsegmented(view, 0, whole), payload.length <= segment);
      const into = new DataView(new ArrayBuffer(600));
      assert.equal(reassemble(view, 0, whole, into), payload.length);
      assert.deepEqual(new Uint8Array(into.buffer, 0, payload.length), payload);
      assert.equal(tsduAnomalies(view, 0, whole), 0);
    }),
  );
});

test('the length of a message is known before all of it is there, and never changes', () => {
  const bytes = dataMessage(new Uint8Array(50), 20);
  const lengths = Array.from({ length: bytes.length + 1 }, (_, end) =>
    tsduLength(viewOf(bytes), 0, end, LIMIT),
  );
  // 27 + 27 + 17 bytes: the header of the third packet ends at 61.
  assert.deepEqual(lengths, [...Array(61).fill(Frame.more), ...Array(bytes.length - 60).fill(bytes.length)]);
});

test('reserved bytes are not free', () => {
  const bytes = dataMessage(Uint8Array.of(1));
  assert.equal(tsduAnomalies(viewOf(changed(bytes, [1, 1])), 0, 8), Anomaly.header);
  assert.equal(tsduAnomalies(viewOf(changed(bytes, [6, 0x81])), 0, 8), Anomaly.header);
});

test('a connection request says who calls whom', () => {
  const bytes = connectionRequest(SETUP);
  const view = viewOf(bytes);
  // As an engineering station sent it, but for the order of its parameters.
  assert.equal(Buffer.from(bytes).toString('hex'), '0300001611e00000000700c1020100c2020102c0010a');
  assert.equal(tpduCode(view, 0), Tpdu.CR);
  assert.equal(sourceReference(view, 0), 7);
  assert.equal(view.getUint16(parameterAt(view, 0, Parameter.calledTsap)), 0x0102);
  assert.equal(view.getUint16(parameterAt(view, 0, Parameter.callingTsap)), 0x0100);
  assert.equal(view.getUint8(parameterAt(view, 0, Parameter.tpduSize)), 10);
  const confirm = viewOf(connectionConfirm({ ...SETUP, destination: 9 }));
  assert.equal(destinationReference(confirm, 0), 9);
  assert.equal(anomaliesOf(bytes), 0);
});

test('a connection TPDU that is not as it should be says so', () => {
  const bytes = connectionRequest(SETUP);
  assert.equal(anomaliesOf(connectionRequest({ ...SETUP, class: 4 })), Anomaly.value);
  assert.equal(anomaliesOf(changed(bytes, [4, 16])), Anomaly.trailing | Anomaly.length);
  assert.equal(anomaliesOf(changed(bytes, [4, 5])), Anomaly.trailing | Anomaly.truncated);
  assert.equal(anomaliesOf(changed(bytes, [12, 30])), Anomaly.length);
  assert.equal(anomaliesOf(changed(bytes, [5, 0x20])), Anomaly.header);
  assert.equal(parameterAt(viewOf(changed(bytes, [12, 200])), 0, Parameter.calledTsap), -1);
});
