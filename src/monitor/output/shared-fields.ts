/**
 * The fields of an operation that NDJSON and EVE write alike.
 *
 * @module
 */

import { anomalyNames } from '../../operation/anomaly.ts';
import type { Operation } from '../../operation/operation.ts';
import { type ByteWriter, Fragment } from './byte-writer.ts';

const ITEM = new Fragment(',"item":');
const ITEMS = new Fragment(',"items":');

/** Which of several items of its message it is. */
export function writeItem(op: Operation, to: ByteWriter): void {
  if (op.items === 1) return;
  to.fragment(ITEM);
  to.integer(op.item);
  to.fragment(ITEMS);
  to.integer(op.items);
}

/** What is wrong with its message, if anything is. */
export function writeAnomalies(op: Operation, to: ByteWriter): void {
  if (op.anomalies !== 0) to.text(`,"anomalies":${JSON.stringify(anomalyNames(op.anomalies))}`);
}
