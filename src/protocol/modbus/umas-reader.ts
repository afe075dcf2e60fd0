/**
 * What a controller that speaks UMAS says of itself and of its program, as far as anybody may ask: who it is, and the
 * identifiers that it keeps of its program's blocks.
 *
 * The program itself is not read. Stations take the controller's reservation first (recorded sessions do, and the public
 * descriptions say so), which keeps engineers out for as long: an audit that only looks does not do that.
 *
 * Sources: lirasenlared, The Unity (UMAS) protocol (2017); the public description of UMAS in Apache PLC4X (answers to
 * 0x02 and 0x04). Numbers have their least significant byte first. What those do not name is compared as bytes.
 *
 * cold: once an audit, never per message
 *
 * @module
 */

import { Anomaly, anomalyNames, MALFORMED } from '../../operation/anomaly.ts';
import { Operation, Outcome } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { hex } from '../../operation/value.ts';
import {
  type ProgramAnswer,
  type ProgramFact,
  ProgramReadError,
  type ProgramReader,
  type ProgramReading,
  type ProgramRequest,
} from '../program-reader.ts';
import { ModbusConversation } from './conversation.ts';
import { umas } from './encode.ts';
import { errorName } from './errors.ts';
import { PDU } from './frame.ts';

export const umasReader: ProgramReader = {
  read,
  // No bytes are read: there is nothing to take out and nothing to show but them.
  lasting: bytes => bytes,
  view: bytes => ({ fields: [], parts: [{ name: 'bytes', from: 0, lines: [{ at: 0, bytes, text: '' }] }] }),
};

/** Functions of UMAS that only tell. */
export const READ_ID = 0x02;
const READ_PROJECT_INFO = 0x03;
const READ_PLC_INFO = 0x04;
/** Session of those who have no reservation. */
const NO_SESSION = 0;
/** The answer: function 90, session, 0xfe, then what it tells. */
const CONTENT = PDU + 3;
/** READ_ID: range, identification, model, version, patch, internal version, hardware, crash code, two bytes, name. */
const ID_NAME = 22;
/** READ_PLC_INFO: three bytes of state, number of identifiers, four bytes for each. */
const BLOCKS = 3;
const BLOCK = 4;

const UNRELIABLE = MALFORMED | Anomaly.mismatch | Anomaly.unsolicited | Anomaly.duplicate;

const NOT_READ =
  'the bytes of its program are not read: in UMAS that takes the reservation, which keeps engineers out';

function* read(station: number): ProgramReading {
  const ask = asker(station);
  const problems = [NOT_READ];
  const identity = yield* ask('identity', READ_ID, []);
  if (identity === undefined) throw new ProgramReadError('it knows no UMAS, or tells nothing of itself');
  const facts = identityFacts(identity);
  const project = yield* ask('project', READ_PROJECT_INFO, [0]);
  if (project === undefined) problems.push('its project information cannot be read');
  else
    facts.push({ name: 'project information', kind: 'program', value: hex(project, 0, project.byteLength) });
  const state = yield* ask('state', READ_PLC_INFO, []);
  const blocks = state === undefined ? [] : blockFacts(state);
  if (blocks.length === 0) problems.push('the identifiers of its blocks cannot be read');
  return { facts: [...facts, ...blocks], clock: undefined, objects: [], problems, steady: true };
}

/** Asks for a function; what it tells, or undefined where it refuses. */
function asker(station: number) {
  const conversation = new ModbusConversation({ requests: 2, bytes: 1024 }, true);
  const op = new Operation();
  let transaction = 0;
  return function* (
    what: string,
    fn: number,
    content: readonly number[],
  ): Generator<ProgramRequest, DataView | undefined, ProgramAnswer> {
    const request = umas({ transaction: ++transaction, unit: station }, NO_SESSION, fn, content);
    conversation.follow(Side.client, viewOf(request), 0, request.length);
    const { bytes } = yield { bytes: request, what, wait: 0 };
    const view = viewOf(bytes);
    conversation.decode(Side.server, view, 0, bytes.length, op, { operation() {} });
    conversation.follow(Side.server, view, 0, bytes.length);
    const wrong = op.anomalies & UNRELIABLE;
    if (wrong !== 0) {
      throw new ProgramReadError(
        `${what}: its answer cannot be relied on (${anomalyNames(wrong).join(', ')})`,
      );
    }
    if (op.outcome === Outcome.failed && transaction === 1) {
      throw new ProgramReadError(`it does not tell what it is: ${errorName(op.error)}`);
    }
    if (op.outcome === Outcome.failed || bytes.length <= CONTENT) return undefined;
    return new DataView(view.buffer, view.byteOffset + CONTENT, bytes.length - CONTENT);
  };
}

/** What the answer to READ_ID tells. */
export function identityFacts(view: DataView): ProgramFact[] {
  if (view.byteLength <= ID_NAME)
    return [{ name: 'identification', kind: 'identity', value: hex(view, 0, view.byteLength) }];
  const length = Math.min(view.getUint8(ID_NAME), view.byteLength - ID_NAME - 1);
  const name = Buffer.from(view.buffer, view.byteOffset + ID_NAME + 1, length).toString('latin1');
  const number = (at: number) => `0x${view.getUint16(at, true).toString(16).padStart(4, '0')}`;
  return [
    { name: 'device', kind: 'identity', value: name.replace(/[^\x20-\x7e]/g, '.').trim() },
    { name: 'identification', kind: 'identity', value: hex(view, 0, 8) },
    { name: 'hardware', kind: 'identity', value: number(14) },
    { name: 'firmware', kind: 'firmware', value: [8, 10, 12].map(number).join(' ') },
  ];
}

function blockFacts(view: DataView): ProgramFact[] {
  const count = view.byteLength <= BLOCKS ? 0 : view.getUint8(BLOCKS);
  const length = count * BLOCK;
  if (count === 0 || BLOCKS + 1 + length > view.byteLength) return [];
  return [{ name: 'block identifiers', kind: 'program', value: hex(view, BLOCKS + 1, length) }];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
