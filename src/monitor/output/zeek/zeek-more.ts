/**
 * What users of Zeek's logs ask for and their parsers leave out: columns behind those of the log's own.
 *
 * @module
 */

import { anomalyNames } from '../../../operation/anomaly.ts';
import { type Operation, OUTCOMES } from '../../../operation/operation.ts';
import { VALUE_TYPES, ValueType } from '../../../operation/value.ts';
import { VERBS } from '../../../operation/verb.ts';
import type { Protocol } from '../../../protocol/protocol.ts';
import type { Cell, Column } from './zeek-log.ts';

export const MORE: readonly Column[] = [
  ['verb', 'string'],
  ['outcome', 'string'],
  ['item', 'count'],
  ['items', 'count'],
  ['object', 'string'],
  ['value_type', 'string'],
  ['values', 'vector[string]'],
  ['error_name', 'string'],
  ['anomalies', 'set[string]'],
];

export function moreOf(op: Operation, protocol: Protocol): Cell[] {
  const object = protocol.objects.format(op);
  const values: string[] = [];
  for (let i = 0; i < op.valueCount; i++) values.push(String(op.value(i)));
  const none = op.valueType === ValueType.none;
  return [
    VERBS[op.verb]!.name,
    OUTCOMES[op.outcome],
    op.item,
    op.items,
    object === '' ? undefined : object,
    none ? undefined : VALUE_TYPES[op.valueType],
    none ? undefined : values,
    op.error === 0 ? undefined : protocol.errorName(op.error),
    op.anomalies === 0 ? undefined : anomalyNames(op.anomalies),
  ];
}
