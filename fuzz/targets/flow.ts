/**
 * One malformed message costs exactly itself: a connection with good messages and one mutated among them says of the
 * good ones what it says without it. Where the mutated one lies about its own length, the ones behind it are found
 * again, at the latest after as many bytes as a message may have.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { Current } from '../../src/monitor/current.ts';
import { MONITOR_LIMITS, Monitor } from '../../src/monitor/monitor.ts';
import { Anomaly, MALFORMED } from '../../src/operation/anomaly.ts';
import { Operation, type Sink } from '../../src/operation/operation.ts';
import type { Side } from '../../src/operation/side.ts';
import { ACK, RST, SYN, tcpFrame } from '../../src/packet/capture-bytes.fixture.ts';
import { Packet } from '../../src/packet/packet.ts';
import type { Protocol } from '../../src/protocol/protocol.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import type { Case, Part } from '../case.ts';
import { Said } from '../said.ts';
import type { Subject } from '../target.ts';

/** What the pipeline adds to the first operation behind something that could not be read. */
const MARKS = Anomaly.resync | Anomaly.gap;

export interface Dialogue {
  readonly protocol: Protocol;
  /** What a session begins with. */
  readonly opening: Case;
  /** A good exchange under a reference: request and answer. */
  exchange(reference: number): readonly [Uint8Array, Uint8Array];
  /** Gives a message the reference, which no good one has. */
  refer(bytes: Uint8Array, reference: number): void;
}

/** Misframed: it has no length, or another than its own. */
type Kind = 'good' | 'malformed' | 'misframed';

const BAD = 0xbad0;
const FIRST = 1000;

export class Flow implements Subject {
  readonly #dialogue: Dialogue;
  readonly #heard = new Heard();
  readonly #monitor: Monitor;
  readonly #packet = new Packet();
  readonly #op = new Operation();
  #client = 0;

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
    const current = new Current();
    this.#monitor = new Monitor({
      protocols: PROTOCOLS,
      sink: this.#heard,
      current,
      seed: 3,
      limits: { ...MONITOR_LIMITS, flows: 1024, sessions: 256, held: 1 << 20, waiting: 1 << 20 },
    });
  }

  run(parts: Case, random: Random): void {
    const dialogue = this.#dialogue;
    let bad: Part | undefined;
    let kind: Kind = 'good';
    for (const part of parts) {
      if (kind !== 'good' || part.bytes.length < 2) continue;
      bad = { kind: part.kind & 1, bytes: part.bytes.slice() };
      dialogue.refer(bad.bytes, BAD);
      kind = this.#kindOf(bad, dialogue);
    }
    if (bad === undefined || kind === 'good') return;
    // These take many messages: not all of them.
    if (kind === 'misframed' && !random.chance(10)) return;
    const before = random.below(4);
    const after = kind === 'malformed' ? 1 + random.below(3) : this.#enough();
    const good: Part[] = [...dialogue.opening];
    const exchange = (n: number) => {
      for (const [kind, bytes] of dialogue.exchange(FIRST + n).entries()) good.push({ kind, bytes });
    };
    for (let n = 0; n < before; n++) exchange(n);
    // Between two exchanges, or between a request and its answer.
    const at = good.length + (kind === 'malformed' ? random.below(2) : 0);
    for (let n = before; n < before + after; n++) exchange(n);
    // A protocol is recognised by its first segments: with the malformed message in several of them it takes longer.
    const cut = at > 0;
    const without = this.#hear(good, random, cut && random.chance(50));
    const all = this.#hear(good.toSpliced(at, 0, bad), random, cut && random.chance(50));
    // Before anything is known of the connection, what looks like a message within the malformed one may be read too.
    const said = new Set(without.map(({ reference }) => reference));
    const among = all.filter(({ reference }) => (at > 0 ? reference !== BAD : said.has(reference)));
    if (kind === 'malformed') {
      assert.deepEqual(among, without, 'the good messages say what they say without the malformed one');
      // As the first of all, before anything is known of the connection, it may be bytes that are counted and no more.
      if (at > 0) assert.ok(all.length > among.length, 'the malformed message is told of');
    } else {
      assert.deepEqual(among.at(-1), without.at(-1), 'after some messages they are understood again');
    }
  }

  /** How a message by itself is read. */
  #kindOf({ kind, bytes }: Part, { protocol }: Dialogue): Kind {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const side = kind as Side;
    if (protocol.frame(side, view, 0, bytes.length) !== bytes.length) return 'misframed';
    const said = new Said(protocol);
    protocol.open(MONITOR_LIMITS.conversation).decode(side, view, 0, bytes.length, this.#op, said);
    // A part of a message reads as several, or refers to what is not the bad one's own.
    if (this.#op.reference !== BAD) return 'good';
    return (said.anomalies & MALFORMED) === 0 ? 'good' : 'malformed';
  }

  /** Exchanges after which a message with a wrong length must have ended. */
  #enough(): number {
    const { protocol, exchange } = this.#dialogue;
    const [request, answer] = exchange(1);
    return 2 + Math.ceil((protocol.maxMessage + 1) / Math.min(request.length, answer.length));
  }

  /** What is heard of the messages, each in a segment, or cut and glued. */
  #hear(parts: Case, random: Random, cut: boolean): Line[] {
    this.#client++;
    this.#heard.lines = [];
    const next = [random.next(), random.next()];
    this.#send(0, next, SYN, NOTHING);
    this.#send(1, next, SYN | ACK, NOTHING);
    let kept: Part | undefined;
    for (const part of parts) {
      if (kept !== undefined && kept.kind !== part.kind) {
        this.#send(kept.kind, next, ACK, kept.bytes);
        kept = undefined;
      }
      const bytes: Uint8Array = kept === undefined ? part.bytes : Buffer.concat([kept.bytes, part.bytes]);
      kept = undefined;
      const at = cut && bytes.length > 1 ? 1 + random.below(bytes.length - 1) : bytes.length;
      this.#send(part.kind, next, ACK, bytes.subarray(0, at));
      if (at < bytes.length) kept = { kind: part.kind, bytes: bytes.subarray(at) };
    }
    if (kept !== undefined) this.#send(kept.kind, next, ACK, kept.bytes);
    this.#send(0, next, RST | ACK, NOTHING);
    return this.#heard.lines;
  }

  #send(side: number, next: number[], flags: number, payload: Uint8Array): void {
    const client = `10.${(this.#client >> 14) & 255}.${(this.#client >> 6) & 255}.${1 + (this.#client & 63)}`;
    const [from, to] = side === 0 ? [client, '10.255.0.1'] : ['10.255.0.1', client];
    const [port] = this.#dialogue.protocol.ports;
    const frame = tcpFrame({
      source: from!,
      destination: to!,
      sourcePort: side === 0 ? 40_000 : port!,
      destinationPort: side === 0 ? port! : 40_000,
      sequence: next[side]! >>> 0,
      acknowledgement: next[1 - side]! >>> 0,
      flags,
      payload,
    });
    next[side]! += payload.length + (flags & SYN ? 1 : 0);
    const packet = this.#packet;
    packet.view = new DataView(frame.buffer);
    packet.at = 0;
    packet.end = packet.wireLength = frame.length;
    packet.time += 0.001;
    this.#monitor.traffic.frame(packet);
  }
}

const NOTHING = new Uint8Array(0);

interface Line {
  readonly reference: number;
  readonly said: number;
}

/** What is said of each item, but for what hangs on what went before. */
class Heard implements Sink {
  lines: Line[] = [];

  operation(op: Operation): void {
    const numbers = [
      op.side,
      op.phase,
      op.kind,
      op.station,
      op.fn,
      op.code,
      op.subcode,
      op.verb,
      op.item,
      op.items,
    ];
    numbers.push(op.outcome, op.error, op.anomalies & ~MARKS, op.space, op.area, op.address, op.extent);
    numbers.push(op.valueType, op.valueCount, op.valueLength);
    for (let i = 0; i < op.valueLength; i++) numbers.push(op.valueView.getUint8(op.valueAt + i));
    for (let i = 0; i < op.nameLength; i++) numbers.push(op.nameView.getUint8(op.nameAt + i));
    let said = 0;
    for (const number of numbers) said = (Math.imul(said, 31) + number) | 0;
    this.lines.push({ reference: op.reference, said });
  }
}
