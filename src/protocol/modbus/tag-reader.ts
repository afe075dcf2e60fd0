/**
 * Reads tags of a Modbus device: functions 1 to 4, a tag a request, or tags that lie next to each other.
 *
 * cold: for audits, never per message
 *
 * @module
 */

import { Anomaly, anomalyNames, MALFORMED } from '../../operation/anomaly.ts';
import { Operation, Outcome, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { type ProgramAnswer, ProgramReadError, type ProgramRequest } from '../program-reader.ts';
import type { TagPlace, TagReader, TagReading } from '../tag-reader.ts';
import { ModbusConversation } from './conversation.ts';
import { readRequest } from './encode.ts';
import { errorName } from './errors.ts';
import { Fc } from './functions.ts';
import { objects as grammar } from './objects.ts';
import { SPACES, Spaces } from './spaces.ts';

/** Units a request, of coils and of registers: half of what the standard allows. */
const MOST_BITS = 1000;
const MOST_WORDS = 62;

export const tagReader: TagReader = { read };

const CODES: ReadonlyMap<number, number> = new Map([
  [Spaces.coil, Fc.readCoils],
  [Spaces.discrete, Fc.readDiscreteInputs],
  [Spaces.holding, Fc.readHoldingRegisters],
  [Spaces.input, Fc.readInputRegisters],
]);

const UNRELIABLE = MALFORMED | Anomaly.mismatch | Anomaly.unsolicited | Anomaly.duplicate;

/** Units of a space, from the first to one past the last. */
interface Span {
  readonly space: number;
  readonly from: number;
  readonly to: number;
}

function* read(station: number, places: readonly TagPlace[], sink: Sink): TagReading {
  const known = places.filter(({ space }) => CODES.has(space));
  const problems = places
    .filter(({ space }) => !CODES.has(space))
    .map(place => `${grammar.formatRange({ ...place, sized: true })}: there is no way to read it here`);
  const ask = asker(station, sink);
  for (const { space, from, to } of spans(known)) {
    const row = SPACES[space]!;
    const what = `${row.name} ${from}${to - from > 1 ? `-${to - 1}` : ''}`;
    const error = yield* ask(what, CODES.get(space)!, from, to - from);
    if (error !== 0) problems.push(`${what}: ${errorName(error)}`);
  }
  return problems;
}

/** Places in whole units, in order of address, those together that touch and are not too many. */
function spans(places: readonly TagPlace[]): Span[] {
  const whole = places.map(({ space, from, to }): Span => {
    const { bits } = SPACES[space]!;
    return { space, from: Math.floor(from / bits), to: Math.ceil(to / bits) };
  });
  whole.sort((a, b) => a.space - b.space || a.from - b.from);
  const joined: Span[] = [];
  for (const next of whole) {
    const last = joined.at(-1);
    const most = SPACES[next.space]!.bits === 1 ? MOST_BITS : MOST_WORDS;
    const to = Math.max(last?.to ?? 0, next.to);
    // Nothing that is no tag is read: devices refuse a range with a gap in it.
    if (last?.space === next.space && next.from <= last.to && to - last.from <= most) {
      joined[joined.length - 1] = { ...last, to };
    } else joined.push(next);
  }
  return joined;
}

/** Reads a range; the exception that came, or 0. */
function asker(unit: number, sink: Sink) {
  const conversation = new ModbusConversation({ requests: 2, bytes: 1024 }, true);
  const op = new Operation();
  let transaction = 0;
  return function* (
    what: string,
    code: number,
    address: number,
    quantity: number,
  ): Generator<ProgramRequest, number, ProgramAnswer> {
    transaction = (transaction % 0xffff) + 1;
    const request = readRequest({ transaction, unit }, code, address, quantity);
    conversation.follow(Side.client, viewOf(request), 0, request.length);
    const { bytes, time } = yield { bytes: request, what, wait: 0 };
    const view = viewOf(bytes);
    conversation.decode(Side.server, view, 0, bytes.length, op, { operation() {} });
    const wrong = op.anomalies & UNRELIABLE;
    if (wrong !== 0) {
      throw new ProgramReadError(
        `${what}: its answer cannot be relied on (${anomalyNames(wrong).join(', ')})`,
      );
    }
    const error = op.outcome === Outcome.failed ? op.error : 0;
    op.time = time / 1000;
    if (error === 0) conversation.decode(Side.server, view, 0, bytes.length, op, sink);
    conversation.follow(Side.server, view, 0, bytes.length);
    return error;
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
