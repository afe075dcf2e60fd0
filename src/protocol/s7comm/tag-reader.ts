/**
 * Reads tags of an S7 controller: connection, set-up, and read variable, few variables a request, each variable as many
 * bytes as the tag has, or its bit.
 *
 * cold: for audits, never per message
 *
 * @module
 */

import { type Operation, Outcome, type Sink } from '../../operation/operation.ts';
import { Verb } from '../../operation/verb.ts';
import type { TagPlace, TagReader, TagReading } from '../tag-reader.ts';
import { Area, Size, Space } from './areas.ts';
import { Dialogue } from './dialogue.ts';
import { type AnyVariable, readRequest } from './encode.ts';
import { errorName } from './errors.ts';
import { objects as grammar } from './objects.ts';

/** Variables a request: their answers fit the smallest PDU that controllers offer (240 bytes). */
const VARIABLES = 8;
/** What is refused as busy is not asked again: the next reading comes anyway. */
const PATIENCE = { retries: 0, retryAfter: 0 };

export const tagReader: TagReader = { read };

/** Memory areas by space; a data block of an instance, or the variable memory of the 200 family, is a data block. */
const AREAS: ReadonlyMap<number, Area> = new Map([
  [Space.I, Area.I],
  [Space.Q, Area.Q],
  [Space.M, Area.M],
  [Space.DB, Area.DB],
  [Space.L, Area.L],
  [Space.P, Area.P],
  [Space.T, Area.T],
  [Space.C, Area.C],
  [Space.systemFlags, Area.systemFlags],
  [Space.analogInputs, Area.analogInputs],
  [Space.analogOutputs, Area.analogOutputs],
]);

function* read(station: number, places: readonly TagPlace[], sink: Sink): TagReading {
  const problems: string[] = [];
  const heard: Sink = {
    operation: (op: Operation) => {
      if (op.verb !== Verb.read) return;
      if (op.outcome === Outcome.failed) problems.push(`${grammar.format(op)}: ${errorName(op.error)}`);
      else sink.operation(op);
    },
  };
  const dialogue = new Dialogue(station, PATIENCE, heard);
  yield* dialogue.connect();
  const variables: AnyVariable[] = [];
  for (const place of places) {
    const variable = variableOf(place);
    if (variable !== undefined) variables.push(variable);
    else problems.push(`${grammar.formatRange({ ...place, sized: true })}: there is no way to read it here`);
  }
  for (let at = 0; at < variables.length; at += VARIABLES) {
    const some = variables.slice(at, at + VARIABLES);
    const what = `tags ${at + 1} to ${at + some.length}`;
    yield* dialogue.ask(what, reference => readRequest(reference, some));
  }
  return problems;
}

function variableOf({ space, area: db, from, to }: TagPlace): AnyVariable | undefined {
  const area = AREAS.get(space);
  if (area === undefined) return undefined;
  if (area === Area.T) return { area, address: from >> 4, size: Size.timer };
  if (area === Area.C) return { area, address: from >> 4, size: Size.counter };
  if (to - from === 1) return { area, db, address: from, size: Size.bit };
  return { area, db, address: from, size: Size.byte, count: (to - from) >> 3 };
}
