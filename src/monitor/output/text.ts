/**
 * Lines for people.
 *
 *     2016-12-15 18:30:00.123456  10.0.0.1:1234 > 10.0.0.2:502  modbus 1  write single register  holding 40 = 14100
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { formatEndpoint } from '../../packet/address.ts';
import { phraseOf } from '../../protocol/phrase.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import { healthLine } from '../health-report.ts';
import { spanText } from '../span.ts';
import type { Around, Format, Recorder } from './format.ts';
import type { RecordLog } from './record-log.ts';
import { dateText, TimeWriter } from './time.ts';

class TextRecorder implements Recorder {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #log: RecordLog;
  readonly #time = new TimeWriter(dateText);

  constructor({ protocols, current, logs }: Around) {
    this.#protocols = protocols;
    this.#current = current;
    this.#log = logs[0]!;
  }

  operation(op: Operation): void {
    const { session } = this.#current;
    const arrow = op.side === Side.client ? '>' : '<';
    const phrase = phraseOf(op, this.#protocols[op.protocol]!);
    this.#line(op, `${session.clientName} ${arrow} ${session.serverName}  ${phrase}`);
  }

  flow(flow: FlowRecord): void {
    const client = formatEndpoint(flow.clientAddress, flow.clientPort);
    const server = formatEndpoint(flow.serverAddress, flow.serverPort);
    const named = flow.named === '' ? 'no known protocol' : `${flow.named} (not decoded)`;
    const what = flow.protocol === '' ? named : flow.protocol;
    let line = `${client} > ${server}  ${flow.transport} ${flow.state}  ${what}`;
    line += `  ${spanText(flow.end - flow.time)}, ${flow.packets.client} + ${flow.packets.server} packets`;
    line += `, ${flow.payload.client} + ${flow.payload.server} bytes, ${flow.operations} operations`;
    if (flow.retransmissions > 0) line += `, ${flow.retransmissions} retransmissions`;
    if (flow.gaps > 0) line += `, ${flow.gaps} gaps with ${flow.gapBytes} bytes`;
    if (flow.notUnderstoodBytes > 0) line += `, ${flow.notUnderstoodBytes} bytes not understood`;
    if (flow.opaque > 0) line += `, ${flow.opaque} operations opaque`;
    this.#line(flow, line);
  }

  #line(of: Operation | FlowRecord, text: string): void {
    const log = this.#log;
    this.#time.write(of, log);
    log.text(`  ${text}\n`);
    log.end();
  }
}

export const text: Format = {
  name: 'text',
  summary: 'a line for each operation, for people (default)',
  logs: ['operations'],
  place: 'stream',
  recorder: around => new TextRecorder(around),
  health: health => `${healthLine(health)}\n`,
};
