/**
 * A TCP connection from its handshake to its end, one packet at a time, so that many can be interleaved.
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
  // The message under way: where it is cut (0 before that is known), and what became of its first segment.
  #cut = 0;
  #swapped = false;
  #sent = false;

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

  /** Writes the connection's next packet; false when that was its last. */
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
        if (this.#piece(writer, micros, client, server, this.#dialogue.request)) this.#step = Step.response;
        return true;
      case Step.response:
        if (!this.#piece(writer, micros, server, client, this.#dialogue.response)) return true;
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

  /** Writes the next segment of a message; true when that was the last. */
  #piece(writer: PcapWriter, micros: number, from: End, to: End, message: Uint8Array): boolean {
    const { length } = message;
    if (this.#cut === 0) {
      const whole = !this.#disturbed || length < 2 || !this.#random.chance(CUT);
      this.#cut = whole ? length : this.#random.between(1, length - 1);
      this.#swapped = !whole && this.#random.chance(SWAPPED);
    }
    const cut = this.#cut;
    const front = this.#sent === this.#swapped;
    const at = front ? 0 : cut;
    const end = front ? cut : length;
    send(writer, micros, from, to, Flag.push | Flag.ack, message, at, end);
    if (cut < length && !this.#sent) {
      this.#sent = true;
      return false;
    }
    from.next = (from.next + length) >>> 0;
    this.#cut = 0;
    this.#sent = false;
    return true;
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
