/**
 * An operation in one line for people, without time and parties:
 *
 *     modbus 1  Write Single Register  holding 40 = 14100
 *
 * @module
 */

import { anomalyNames } from '../operation/anomaly.ts';
import { type Operation, Outcome, Phase } from '../operation/operation.ts';
import type { Protocol } from './protocol.ts';

/** Values and characters of a value that a line shows. */
const MAX_VALUES = 16;
const MAX_CHARACTERS = 64;

/** `secret`: its values are not for everybody to read. */
export function phraseOf(op: Operation, protocol: Protocol, secret = false): string {
  const { name } = protocol.functions[op.fn]!;
  const code = op.fn === 0 ? ` ${op.code}${op.subcode < 0 ? '' : `/${op.subcode}`}` : '';
  let line = `${protocol.name} ${protocol.stations.format(op.station)}  ${name}${code}${place(op)}`;
  const object = protocol.objects.format(op);
  if (object !== '') line += `  ${plain(object)}`;
  if (op.valueCount > 0) line += secret ? ' = (not shown)' : ` = ${values(op)}`;
  if (op.outcome === Outcome.failed) line += `  failed: ${protocol.errorName(op.error)}`;
  if (op.anomalies !== 0) line += `  [${anomalyNames(op.anomalies).join(' ')}]`;
  return line;
}

/** Which of several items, and whether it was asked, answered or told. */
function place(op: Operation): string {
  const item = op.items > 1 ? ` ${op.item + 1}/${op.items}` : '';
  if (op.phase === Phase.request) return item;
  if (op.phase === Phase.notice) return `${item} (notice)`;
  return `${item} (answer)`;
}

function values(op: Operation): string {
  const shown = Math.min(op.valueCount, MAX_VALUES);
  const texts: string[] = [];
  for (let i = 0; i < shown; i++) {
    const text = plain(String(op.value(i)));
    texts.push(text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
  }
  if (op.valueCount > shown) texts.push(`… (${op.valueCount} values)`);
  return texts.join(' ');
}

/** Without characters that a terminal would act on. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');
}
