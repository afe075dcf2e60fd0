/**
 * The blocks that were loaded into controllers in recorded traffic, put together from their parts.
 *
 * @module
 */

import { Anomaly, MALFORMED } from '../operation/anomaly.ts';
import { type Operation, Outcome, Phase, type Sink } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { type Protocol, Step } from '../protocol/protocol.ts';

/** Transfers that are followed at a time; with more, the oldest is given up. */
const MAX_OPEN = 1024;
/** Bytes of all that is put together at a time; what goes beyond is given up. */
const MAX_BYTES = 256 << 20;
/** Bytes before or in the message are missing from the record, or could not be read. */
const DAMAGED = MALFORMED | Anomaly.resync | Anomaly.evicted;

/** Who talks to whom. */
export interface Parties {
  readonly client: string;
  readonly server: string;
}

export interface ExtractedBlock extends Parties {
  readonly protocol: string;
  readonly station: string;
  /** As policies and permits write it: `OB1`. */
  readonly object: string;
  /** Seconds since 1970-01-01 UTC at which its transfer began. */
  readonly time: number;
  readonly content: Uint8Array;
  /** Why it is not, or may not be, the whole block; '' where it is. */
  readonly problem: string;
}

interface Open extends Parties {
  readonly key: string;
  readonly protocol: string;
  readonly station: string;
  readonly object: string;
  readonly time: number;
  readonly announced: number;
  readonly parts: Uint8Array[];
  length: number;
  /** What is wrong already. */
  problem: string;
}

/** Collects blocks from operations as a monitor hands them over. */
export class Extractor implements Sink {
  readonly #protocols: readonly Protocol[];
  readonly #parties: () => Parties;
  readonly #done: (block: ExtractedBlock) => void;
  /** Oldest first. */
  readonly #open = new Map<string, Open>();
  #bytes = 0;

  /** `parties` says who has the session of the operation in hand; `done` is given each block once. */
  constructor(protocols: readonly Protocol[], parties: () => Parties, done: (block: ExtractedBlock) => void) {
    this.#protocols = protocols;
    this.#parties = parties;
    this.#done = done;
  }

  operation(op: Operation): void {
    if (op.verb !== Verb.download) return;
    const protocol = this.#protocols[op.protocol]!;
    switch (protocol.program?.step(op)) {
      case Step.begin:
        if (op.phase === Phase.request) this.#begin(protocol, op);
        else if (op.outcome === Outcome.failed) this.#forget(keyOf(op));
        break;
      case Step.content:
        if (op.outcome !== Outcome.failed && op.valueLength > 0) this.#add(op);
        break;
      case Step.end:
        if (op.phase === Phase.request) {
          this.#end(keyOf(op), op.outcome === Outcome.failed ? 'the controller gave it up' : '');
        }
        break;
      default:
        break;
    }
  }

  /** The record is over: what has not ended is handed over as it is. */
  finish(): void {
    for (const key of [...this.#open.keys()]) this.#end(key, 'the record ends before its transfer does');
  }

  #begin(protocol: Protocol, op: Operation): void {
    const object = protocol.objects.format(op) || (protocol.program?.whole ?? '');
    if (object === '') return;
    const key = keyOf(op);
    this.#end(key, 'its transfer was begun again before it ended');
    const [oldest] = this.#open.keys();
    if (this.#open.size === MAX_OPEN) this.#end(oldest!, 'too many transfers are under way in the record');
    this.#open.set(key, {
      ...this.#parties(),
      key,
      protocol: protocol.name,
      station: protocol.stations.format(op.station),
      object,
      time: op.time,
      announced: protocol.program!.announced(op),
      parts: [],
      length: 0,
      problem: '',
    });
  }

  #add(op: Operation): void {
    const open = this.#open.get(keyOf(op));
    if (open === undefined) return;
    // Where the beginning said how many bytes there are, the count shows whether some are missing.
    const damaged = open.announced < 0 ? DAMAGED | Anomaly.gap : DAMAGED;
    if ((op.anomalies & damaged) !== 0) open.problem ||= 'a part of it could not be read';
    if (op.space === 0 && op.address !== open.parts.length + 1) open.problem ||= 'its parts are not in order';
    if (this.#bytes + op.valueLength > MAX_BYTES) {
      this.#end(open.key, 'it is too long');
      return;
    }
    const { valueView, valueAt, valueLength } = op;
    open.parts.push(new Uint8Array(valueView.buffer, valueView.byteOffset + valueAt, valueLength).slice());
    open.length += valueLength;
    this.#bytes += valueLength;
  }

  #end(key: string, why: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#forget(key);
    const { parts, announced, problem, length, key: _, ...about } = open;
    if (length === 0) return;
    const short = announced >= 0 && announced !== length ? `${length} of ${announced} bytes` : '';
    this.#done({ ...about, content: Buffer.concat(parts), problem: problem || why || short });
  }

  #forget(key: string): void {
    this.#bytes -= this.#open.get(key)?.length ?? 0;
    this.#open.delete(key);
  }
}

function keyOf({ flow, protocol, station, space, area }: Operation): string {
  return `${flow} ${protocol} ${station} ${space} ${area}`;
}
