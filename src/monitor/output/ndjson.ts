/**
 * NDJSON: one JSON object a line. The fields are documented in docs/formats.md and schema/operation.schema.json.
 *
 * @module
 */

import { type Operation, OUTCOMES, Outcome, PHASES } from '../../operation/operation.ts';
import { SIDES } from '../../operation/side.ts';
import { VALUE_TYPES, ValueType } from '../../operation/value.ts';
import { VERBS } from '../../operation/verb.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { Health } from '../health-report.ts';
import type { Session } from '../session.ts';
import { Fragment } from './byte-writer.ts';
import { FunctionCache, ObjectCache, SessionCache } from './cache.ts';
import type { Around, Format, Recorder } from './format.ts';
import type { RecordLog } from './record-log.ts';
import { writeAnomalies, writeItem } from './shared-fields.ts';
import { TimeWriter } from './time.ts';
import { writeValues } from './values.ts';

/** Parts of what a session decides; then one for each side. */
const WHO = 0;

const TIME = new Fragment('{"time":');
const KIND = new Fragment(',"kind":');
const NAME = new Fragment(',"name":');
const END = new Fragment(']');
const ERROR = new Fragment(',"error":');
const ERROR_NAME = new Fragment(',"errorName":');
const CLOSE = new Fragment('}');
const VALUES = VALUE_TYPES.map(name => new Fragment(`,"type":"${name}","values":[`));

/** Writes operations as JSON objects. */
export class OperationJson {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #log: RecordLog;
  /** Who talks to whom, and for each side whether it asks or answers, and which station. */
  readonly #heads: SessionCache;
  readonly #functions: FunctionCache;
  readonly #objects: ObjectCache;
  readonly #time = new TimeWriter();

  constructor({ protocols, current, logs }: Around) {
    this.#protocols = protocols;
    this.#current = current;
    this.#log = logs[0]!;
    this.#heads = new SessionCache(3, 176, (session, part, phase, station) =>
      part === WHO ? whoText(session) : messageText(session, part - 1, phase, station),
    );
    this.#functions = new FunctionCache(protocols, op => functionText(op, protocols[op.protocol]!));
    this.#objects = new ObjectCache(112, op => objectText(op, protocols[op.protocol]!));
  }

  write(op: Operation): void {
    const log = this.#log;
    log.fragment(TIME);
    this.#time.write(op.time, log);
    const { session } = this.#current;
    this.#heads.write(session, WHO, 0, 0, log);
    this.#heads.write(session, 1 + op.side, op.phase, op.station, log);
    log.integer(op.reference);
    if (op.kind !== 0) {
      log.fragment(KIND);
      log.integer(op.kind);
    }
    this.#functions.write(op, log);
    writeItem(op, log);
    if (op.space !== 0) this.#objects.write(op, log);
    if (op.nameLength > 0) {
      log.fragment(NAME);
      log.json(op.name());
    }
    if (op.valueType !== ValueType.none) {
      log.fragment(VALUES[op.valueType]!);
      writeValues(op, log);
      log.fragment(END);
    }
    if (op.outcome === Outcome.failed) {
      log.fragment(ERROR);
      log.integer(op.error);
      log.fragment(ERROR_NAME);
      log.json(this.#protocols[op.protocol]!.errorName(op.error));
    }
    writeAnomalies(op, log);
    log.fragment(CLOSE);
  }
}

const NEWLINE = 10;

class NdjsonRecorder implements Recorder {
  readonly #log: RecordLog;
  readonly #json: OperationJson;

  constructor(around: Around) {
    this.#log = around.logs[0]!;
    this.#json = new OperationJson(around);
  }

  operation(op: Operation): void {
    this.#json.write(op);
    this.#log.byte(NEWLINE);
    this.#log.end();
  }

  flow(flow: FlowRecord): void {
    this.#log.text(`${JSON.stringify({ record: 'flow', ...flow })}\n`);
    this.#log.end();
  }
}

function whoText({ serial, protocol, clientName, serverName }: Session): string {
  return `,"flow":${serial},"protocol":"${protocol!.name}","client":"${clientName}","server":"${serverName}"`;
}

function messageText({ protocol }: Session, side: number, phase: number, station: number): string {
  const text = JSON.stringify(protocol!.stations.format(station));
  return `,"from":"${SIDES[side]}","phase":"${PHASES[phase]}","station":${text},"reference":`;
}

function functionText(op: Operation, protocol: Protocol): string {
  const { name } = protocol.functions[op.fn]!;
  const sub = op.subcode >= 0 ? `,"sub":${op.subcode}` : '';
  const what = `"function":${JSON.stringify(name)},"verb":"${VERBS[op.verb]!.name}"`;
  return `,"code":${op.code}${sub},${what},"outcome":"${OUTCOMES[op.outcome]}"`;
}

function objectText(op: Operation, protocol: Protocol): string {
  const object = protocol.objects.format(op);
  const text = object === '' ? '' : `,"object":${JSON.stringify(object)}`;
  const space = `,"space":"${protocol.spaces[op.space]!.name}","area":${op.area}`;
  return `${text}${space},"address":${op.address},"extent":${op.extent}`;
}

export const ndjson: Format = {
  name: 'ndjson',
  summary: 'a JSON object a line (fields: --schema)',
  logs: ['operations'],
  place: 'stream',
  recorder: around => new NdjsonRecorder(around),
  health: (health: Health) => `${JSON.stringify({ record: 'health', ...health })}\n`,
};
