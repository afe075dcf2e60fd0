/**
 * Operations as NDJSON: one JSON object a line. The fields are documented in docs/inspect.md.
 *
 * @module
 */

import { anomalyNames } from '../operation/anomaly.ts';
import { type Operation, OUTCOMES, Outcome, PHASES, type Sink } from '../operation/operation.ts';
import { SIDES } from '../operation/side.ts';
import { VALUE_TYPES, ValueType } from '../operation/value.ts';
import { VERBS } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Current } from './current.ts';
import { jsonValues } from './json-values.ts';
import type { Lines } from './lines.ts';
import type { Session } from './session.ts';

export class Ndjson implements Sink {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #lines: Lines;
  /** By protocol: the part of a line that a row of the function table decides. */
  readonly #functions: readonly string[][];
  /** The part that the session decides. */
  #session: Session | undefined;
  #who = '';

  constructor(protocols: readonly Protocol[], current: Current, lines: Lines) {
    this.#protocols = protocols;
    this.#current = current;
    this.#lines = lines;
    this.#functions = protocols.map(p =>
      p.functions.map(({ name }) => `,"function":${JSON.stringify(name)}`),
    );
  }

  operation(op: Operation): void {
    const protocol = this.#protocols[op.protocol]!;
    let line = `{"time":${op.time}${this.#parties(protocol)},"from":"${SIDES[op.side]}"`;
    line += `,"phase":"${PHASES[op.phase]}","station":${JSON.stringify(protocol.stations.format(op.station))}`;
    line += `,"reference":${op.reference}`;
    if (op.kind !== 0) line += `,"kind":${op.kind}`;
    line += `,"code":${op.code}`;
    if (op.subcode >= 0) line += `,"sub":${op.subcode}`;
    line += `${this.#functions[op.protocol]![op.fn]},"verb":"${VERBS[op.verb]!.name}"`;
    if (op.items !== 1) line += `,"item":${op.item},"items":${op.items}`;
    line += `,"outcome":"${OUTCOMES[op.outcome]}"`;
    const object = protocol.objects.format(op);
    if (object !== '') line += `,"object":${JSON.stringify(object)}`;
    if (op.space !== 0) {
      line += `,"space":"${protocol.spaces[op.space]!.name}","area":${op.area}`;
      line += `,"address":${op.address},"extent":${op.extent}`;
    }
    if (op.nameLength > 0) line += `,"name":${JSON.stringify(op.name())}`;
    if (op.valueType !== ValueType.none) {
      line += `,"type":"${VALUE_TYPES[op.valueType]}","values":${jsonValues(op)}`;
    }
    if (op.outcome === Outcome.failed) {
      line += `,"error":${op.error},"errorName":${JSON.stringify(protocol.errorName(op.error))}`;
    }
    if (op.anomalies !== 0) line += `,"anomalies":${JSON.stringify(anomalyNames(op.anomalies))}`;
    this.#lines.write(`${line}}\n`);
  }

  /** Who talks to whom; the same for all operations of a session. */
  #parties(protocol: Protocol): string {
    const { session } = this.#current;
    if (session !== this.#session) {
      this.#session = session;
      this.#who =
        `,"flow":${session.serial},"protocol":"${protocol.name}"` +
        `,"client":"${session.clientName}","server":"${session.serverName}"`;
    }
    return this.#who;
  }
}
