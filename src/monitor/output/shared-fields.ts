/**
 * The fields of an operation that NDJSON and EVE write alike.
 *
 * @module
 */

import { anomalyNames } from '../../operation/anomaly.ts';
import type { Operation } from '../../operation/operation.ts';
import { type ByteWriter, copyText, Fragment } from './byte-writer.ts';
import { putWhole } from './decimal.ts';

const ITEM = new Fragment(',"item":');
const ITEMS = new Fragment(',"items":');

/** Which of several items of its message it is, at `at`, where there is room; returns where the next byte goes. */
export function putItem(op: Operation, to: DataView, at: number): number {
  if (op.items === 1) return at;
  const item = putWhole(op.item, to, copyText(ITEM.view, 0, ITEM.length, to, at));
  return putWhole(op.items, to, copyText(ITEMS.view, 0, ITEMS.length, to, item));
}

/** What is wrong with its message. */
export function writeAnomalies(op: Operation, to: ByteWriter): void {
  to.text(`,"anomalies":${JSON.stringify(anomalyNames(op.anomalies))}`);
}
