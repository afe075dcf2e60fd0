/**
 * A TCP connection from its handshake to its end, one message at a time, so that many can be interleaved.
 *
 * @module
 */

import type { Dialogue } from './dialogue.ts';
import type { PcapWriter } from './pcap-writer.ts';
import type { Random } from './random.ts';
import { type Endpoint, Flag, writeSegment } from './segment.ts';

/** Exchanges in 100 after which the client acknowledges in a packet of its own, because its next request is late. */
const BARE_ACKS = 60;
/** In a disturbed capture: messages in 100 that are cut in two segments, and cut ones whose second comes first. */
const CUT = 50;
const SWAPPED = 20;

const Step = {
  syn: 0,
  synAck: 1,
  ack: 2,
  request: 3,
  response: 4,
  bareAck: 5,
  clientFin: 6,
  serverFin: 7,
  lastAck: 8,
} as const;
type Step = (typeof Step)[keyof typeof Step];

const NOTHING = new Uint8Array(0);

/** One end, and the next sequence number that it will use. */
interface End {
  readonly endpoint: Endpoint;
  next: number;
}

export class Connection {
  readonly #dialogue: Dialogue;
  readonly #client: End;
  readonly #server: End;
  readonly #random: Random;
  readonly #disturbed: boolean;
  readonly #exchanges: number;
  #step: Step = Step.syn;
  #exchange = 0;

  constructor(
    dialogue: Dialogue,
    client: Endpoint,
    server: Endpoint,
    exchanges: number,
    disturbed: boolean,
    random: Random,
  ) {
    this.#dialogue = dialogue;
    this.#client = { endpoint: client, next: random.next() };
    this.#server = { endpoint: server, next: random.next() };
    this.#exchanges = exchanges;
    this.#disturbed = disturbed;
    this.#random = random;
  }

  /** Writes the connection's next message or bare segment, within 2 µs; false when that was its last. */
  next(writer: PcapWriter, micros: number): boolean {
    const client = this.#client;
    const server = this.#server;
    switch (this.#step) {
      case Step.syn:
        this.#bare(writer, micros, client, server, Flag.syn);
        this.#step = Step.synAck;
        return true;
      case Step.synAck:
        this.#bare(writer, micros, server, client, Flag.syn | Flag.ack);
        this.#step = Step.ack;
        return true;
      case Step.ack:
        this.#bare(writer, micros, client, server, Flag.ack);
        this.#dialogue.exchange(0);
        this.#step = Step.request;
        return true;
      case Step.request:
        this.#message(writer, micros, client, server, this.#dialogue.request);
        this.#step = Step.response;
        return true;
      case Step.response:
        this.#message(writer, micros, server, client, this.#dialogue.response);
        if (this.#random.chance(BARE_ACKS)) this.#step = Step.bareAck;
        else this.#nextExchange();
        return true;
      case Step.bareAck:
        this.#bare(writer, micros, client, server, Flag.ack);
        this.#nextExchange();
        return true;
      case Step.clientFin:
        this.#bare(writer, micros, client, server, Flag.fin | Flag.ack);
        this.#step = Step.serverFin;
        return true;
      case Step.serverFin:
        this.#bare(writer, micros, server, client, Flag.fin | Flag.ack);
        this.#step = Step.lastAck;
        return true;
      case Step.lastAck:
        this.#bare(writer, micros, client, server, Flag.ack);
        return false;
    }
  }

  #nextExchange(): void {
    this.#exchange++;
    if (this.#exchange === this.#exchanges) {
      this.#step = Step.clientFin;
    } else {
      this.#dialogue.exchange(this.#exchange);
      this.#step = Step.request;
    }
  }

  /** Writes a message; where it is cut, its segments follow each other at once. */
  #message(writer: PcapWriter, micros: number, from: End, to: End, message: Uint8Array): void {
    const { length } = message;
    const flags = Flag.push | Flag.ack;
    if (this.#disturbed && length > 1 && this.#random.chance(CUT)) {
      const cut = this.#random.between(1, length - 1);
      const swapped = this.#random.chance(SWAPPED);
      send(writer, micros, from, to, flags, message, swapped ? cut : 0, swapped ? length : cut);
      send(writer, micros + 1, from, to, flags, message, swapped ? 0 : cut, swapped ? cut : length);
    } else {
      send(writer, micros, from, to, flags, message, 0, length);
    }
    from.next = (from.next + length) >>> 0;
  }

  /** Writes a segment without data. */
  #bare(writer: PcapWriter, micros: number, from: End, to: End, flags: number): void {
    send(writer, micros, from, to, flags, NOTHING, 0, 0);
    if (flags & (Flag.syn | Flag.fin)) from.next = (from.next + 1) >>> 0;
  }
}

function send(
  writer: PcapWriter,
  micros: number,
  from: End,
  to: End,
  flags: number,
  message: Uint8Array,
  at: number,
  end: number,
): void {
  const sequence = (from.next + at) >>> 0;
  const acknowledged = flags & Flag.ack ? to.next : 0;
  writeSegment(writer, micros, from.endpoint, to.endpoint, sequence, acknowledged, flags, message, at, end);
}
