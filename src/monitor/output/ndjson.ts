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
import { type ByteWriter, copyText, Fragment } from './byte-writer.ts';
import { FunctionCache, ObjectCache, PART, SessionCache } from './cache.ts';
import { putWhole } from './decimal.ts';
import type { Around, Format, Recorder } from './format.ts';
import type { RecordLog } from './record-log.ts';
import { putItem, writeAnomalies } from './shared-fields.ts';
import { TimeWriter } from './time.ts';
import { putValues } from './values.ts';

const FLOW = new Fragment(',"flow":');
const PROTOCOL = new Fragment(',"protocol":"');
const CLIENT = new Fragment('","client":"');
const SERVER = new Fragment('","server":"');
const FROM = SIDES.map(side =>
  PHASES.map(phase => new Fragment(`","from":"${side}","phase":"${phase}","station":`)),
);
const REFERENCE = new Fragment(',"reference":');
const OBJECT = new Fragment(',"object":');
const ADDRESS = new Fragment(',"address":');
const EXTENT = new Fragment(',"extent":');
const NAME = new Fragment(',"name":');
const ERROR = new Fragment(',"error":');
const ERROR_NAME = new Fragment(',"errorName":');
const BRACKET = 93;
const BRACE = 125;
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
  readonly #time = new TimeWriter(String, '{"time":');

  constructor({ protocols, current, logs }: Around) {
    this.#protocols = protocols;
    this.#current = current;
    this.#log = logs[0]!;
    this.#heads = new SessionCache(2, 224, writeHead);
    this.#functions = new FunctionCache(protocols, op => functionText(op, protocols[op.protocol]!));
    const spaces = protocols.map(one =>
      one.spaces.map(({ name }) => new Fragment(`,"space":"${name}","area":`)),
    );
    this.#objects = new ObjectCache(104, (op, to) =>
      writeObject(op, protocols[op.protocol]!, spaces[op.protocol]![op.space]!, to),
    );
  }

  write(op: Operation): void {
    const log = this.#log;
    log.reserve(PART);
    // Where the next byte goes: a variable, not a property, until something is written that is seldom.
    let at = this.#time.put(op, log.view, log.at);
    at = this.#heads.put(this.#current.session, op.side, op.phase, op.station, log, at);
    at = putWhole(op.reference, log.view, at);
    at = this.#functions.put(op, log, at);
    at = putItem(op, log.view, at);
    if (op.space !== 0) at = this.#objects.put(op, log, at);
    if (op.nameLength > 0) {
      log.at = at;
      log.fragment(NAME);
      log.json(op.name());
      log.reserve(PART);
      at = log.at;
    }
    if (op.valueType !== ValueType.none) {
      const { view, length } = VALUES[op.valueType]!;
      at = putValues(op, log, copyText(view, 0, length, log.view, at));
      log.view.setUint8(at++, BRACKET);
    }
    log.at = at;
    if (op.outcome === Outcome.failed) {
      log.fragment(ERROR);
      log.integer(op.error);
      log.fragment(ERROR_NAME);
      log.json(this.#protocols[op.protocol]!.errorName(op.error));
    }
    if (op.anomalies !== 0) writeAnomalies(op, log);
    log.byte(BRACE);
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

/**
 * Who talks to whom, whether it asks or answers, and which station. (A gateway to many stations has another one in nearly every
 * message: it is made of bytes, not of text.)
 */
function writeHead(session: Session, side: number, phase: number, station: number, to: ByteWriter): void {
  to.fragment(FLOW);
  to.integer(session.serial);
  to.fragment(PROTOCOL);
  to.text(session.protocol!.name);
  to.fragment(CLIENT);
  to.text(session.clientName);
  to.fragment(SERVER);
  to.text(session.serverName);
  to.fragment(FROM[side]![phase]!);
  to.json(session.protocol!.stations.format(station));
  to.fragment(REFERENCE);
}

function functionText(op: Operation, protocol: Protocol): string {
  const { name } = protocol.functions[op.fn]!;
  const sub = op.subcode >= 0 ? `,"sub":${op.subcode}` : '';
  const what = `"function":${JSON.stringify(name)},"verb":"${VERBS[op.verb]!.name}"`;
  const kind = op.kind === 0 ? '' : `,"kind":${op.kind}`;
  return `${kind},"code":${op.code}${sub},${what},"outcome":"${OUTCOMES[op.outcome]}"`;
}

function writeObject(op: Operation, { objects }: Protocol, space: Fragment, to: ByteWriter): void {
  const object = objects.format(op);
  if (object !== '') {
    to.fragment(OBJECT);
    to.json(object);
  }
  to.fragment(space);
  to.integer(op.area);
  to.fragment(ADDRESS);
  to.integer(op.address);
  to.fragment(EXTENT);
  to.integer(op.extent);
}

export const ndjson: Format = {
  name: 'ndjson',
  summary: 'a JSON object a line (fields: --schema)',
  logs: ['operations'],
  place: 'stream',
  recorder: around => new NdjsonRecorder(around),
  health: (health: Health) => `${JSON.stringify({ record: 'health', ...health })}\n`,
};
