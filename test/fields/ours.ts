/**
 * The messages of a capture as Cofferdam reads them, in the terms of the comparison.
 *
 * @module
 */

import type { Current } from '../../src/monitor/current.ts';
import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import { type Operation, Outcome, Phase, type Sink } from '../../src/operation/operation.ts';
import { Side } from '../../src/operation/side.ts';
import { ValueType } from '../../src/operation/value.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { type FieldMessage, timeOf } from './message.ts';

/** All messages of a capture, in the order in which they were read; `problems` is told what could not be. */
export async function ourMessages(path: string): Promise<{ messages: FieldMessage[]; problems: string[] }> {
  const messages: FieldMessage[] = [];
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => {
      const reader = new Reader(current, messages);
      return { operations: reader };
    },
  });
  const problems = await readAll(inspection, [path]);
  inspection.finish();
  return { messages, problems };
}

class Reader implements Sink {
  readonly #current: Current;
  readonly #messages: FieldMessage[];
  #items: Item[] = [];
  #anomalies = 0;

  constructor(current: Current, messages: FieldMessage[]) {
    this.#current = current;
    this.#messages = messages;
  }

  operation(op: Operation): void {
    const protocol = PROTOCOLS[op.protocol]!.name;
    // What sets a transport connection up is COTP's.
    if (protocol === 's7comm' && op.kind === 0) return;
    this.#items.push(itemOf(op));
    this.#anomalies |= op.anomalies;
    if (op.item + 1 < op.items) return;
    const items = this.#items;
    const anomalies = this.#anomalies;
    this.#items = [];
    this.#anomalies = 0;
    const { clientAddress, clientPort, serverAddress, serverPort } = this.#current.session;
    const ends = [`${clientAddress} ${clientPort}`, `${serverAddress} ${serverPort}`];
    const fields = new Map([
      ['time', timeOf(op.time)],
      ['from', ends[op.side === Side.client ? 0 : 1]!],
      ['to', ends[op.side === Side.client ? 1 : 0]!],
    ]);
    if (protocol === 'modbus') modbus(op, items, fields);
    else s7comm(op, items, fields);
    this.#messages.push({ protocol, frame: this.#current.packet, fields, anomalies });
  }
}

/** What is kept of an item. */
interface Item {
  readonly space: string;
  readonly area: number;
  readonly address: number;
  readonly extent: number;
  readonly type: number;
  readonly bytes: string;
  readonly bits: string;
  readonly name: string;
  readonly code: number;
}

function itemOf(op: Operation): Item {
  const { valueView: view, valueAt: at, valueLength: length } = op;
  return {
    space: PROTOCOLS[op.protocol]!.spaces[op.space]!.name,
    area: op.area,
    address: op.address,
    extent: op.extent,
    type: op.valueType,
    bytes: Buffer.from(view.buffer, view.byteOffset + at, length).toString('hex'),
    bits:
      op.valueType === ValueType.bits
        ? op
            .values()
            .map(bit => (bit === true ? '1' : '0'))
            .join('')
        : '',
    name: op.name(),
    code: op.outcome === Outcome.ok ? 0xff : op.error,
  };
}

function modbus(op: Operation, items: readonly Item[], to: Map<string, string>): void {
  const { code } = op;
  const failed = op.outcome === Outcome.failed;
  const [first, second] = items;
  to.set('transaction', String(op.reference)).set('unit', String(op.station)).set('function', String(code));
  // Errors of UMAS are no exceptions of Modbus; their numbers lie beyond.
  const exception = failed && (code !== 90 || op.error < 0x100);
  if (exception) to.set('exception', String(op.error));
  if (!failed && (code === 8 || code === 43)) to.set('subfunction', String(op.subcode));
  if (exception) return;
  if (code === 43) {
    const said = op.phase === Phase.response;
    const objects = items.filter(({ space }) => space !== '');
    const text = ({ address, bytes }: Item) =>
      said ? `${address}=${Buffer.from(bytes, 'hex').toString('latin1')}` : String(address);
    if (objects.length > 0) to.set('objects', objects.map(text).join(' '));
    return;
  }
  if (code === 20 || code === 21) {
    if (first!.space !== '') {
      to.set('records', items.map(({ area, address }) => area * 65_536 + address).join(' '));
      to.set('record counts', items.map(({ extent }) => extent).join(' '));
    }
    const bytes = items.map(item => item.bytes).join('');
    if (bytes !== '') to.set('values', bytes);
    return;
  }
  if (first!.space !== '') to.set('reference', String(first!.address)).set('quantity', String(first!.extent));
  if (code === 23 && second !== undefined) {
    to.set('write reference', String(second.address)).set('write quantity', String(second.extent));
  }
  const valued = code === 23 && op.phase === Phase.request ? (second ?? first!) : first!;
  if (valued.bits !== '') to.set('bits', valued.bits);
  if (valued.bytes !== '')
    to.set('values', items.length > 1 && code === 12 ? items.map(i => i.bytes).join('') : valued.bytes);
}

function s7comm(op: Operation, items: readonly Item[], to: Map<string, string>): void {
  const { kind, code } = op;
  const [first] = items;
  to.set('kind', String(kind)).set('reference', String(op.reference));
  const job = kind !== 7;
  const type = { [Phase.notice]: 0, [Phase.request]: 4, [Phase.response]: 8 }[op.phase];
  if (job) to.set('function', String(code));
  else to.set('type', String(type)).set('group', String(code)).set('subfunction', String(op.subcode));
  const variables = code === 4 || code === 5;
  // Codes of the header have a class; those of items are a byte.
  if (job && op.phase === Phase.response) to.set('error', String(op.error > 0xff ? op.error : 0));
  if (!job && op.phase === Phase.response) to.set('error', String(op.error > 0xff ? op.error : 0));
  if (job && code === 0xf0 && first!.bytes !== '') to.set('values', first!.bytes);
  if (job && (code === 0x1a || code === 0x1b || code === 0x1c || code === 0x1d) && kind === 1)
    to.set('file', first!.name);
  if (kind === 1 && code === 0x28) to.set('service', PROTOCOLS[op.protocol]!.functions[op.fn]!.name);
  if (kind === 1 && code === 0x29) to.set('service', first!.name);
  if (kind === 1 && code === 0x28 && first!.space !== '') {
    to.set('blocks', items.map(({ space, area }) => `${space}${area}`).join(' '));
  }
  if (first!.space === 'SZL') to.set('SZL', String(first!.address));
  const listed =
    (job && variables) || (!job && (code === 2 || (code === 1 && [2, 8, 9].includes(op.subcode))));
  if (!listed) return;
  // Symbols have no address that could be compared.
  const objects = items.filter(({ space }) => space !== '' && space !== 'SYMBOLIC').map(objectOf);
  if (objects.length > 0) to.set('objects', objects.join(' '));
  if (op.phase === Phase.request) to.set('items', String(items.length));
  if (op.phase !== Phase.request && to.get('error') === '0')
    to.set('codes', items.map(item => item.code).join(' '));
  if (op.phase === Phase.notice) to.set('codes', items.map(item => item.code).join(' '));
  if (items.some(({ bytes }) => bytes !== '')) {
    to.set('values', items.map(({ bytes }) => (bytes === '' ? '-' : bytes)).join(' '));
  }
}

function objectOf({ space, area, address, extent }: Item): string {
  if (space === 'NCK') return `NCK:${address}+${extent}`;
  return `${space}${space === 'DB' || space === 'DRIVE' ? area : ''}:${address}+${extent}`;
}
