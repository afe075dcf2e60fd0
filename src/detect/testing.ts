/**
 * Stages traffic for tests of the detectors: messages of the protocols' own encoders, decoded by their conversations.
 *
 * @module
 */

import type { Finding } from '../operation/finding.ts';
import { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import type { Verb } from '../operation/verb.ts';
import { decodeLayers } from '../packet/layers.ts';
import { Packet } from '../packet/packet.ts';
import type { Conversation, Protocol } from '../protocol/protocol.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Detector } from './detector.ts';
import { Known } from './known.ts';
import type { Talk } from './parties.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';

export class Scene {
  readonly detector: Detector;
  readonly known: Known;
  /** Seconds since 1970-01-01 UTC. */
  time = 1_000_000;
  readonly #current: { session: Talk } = {
    session: { clientAddress: '', serverAddress: '', clientName: '', serverName: '' },
  };
  readonly #op = new Operation();
  readonly #packet = new Packet();
  #lines = 0;

  constructor(options: { tuning?: Partial<Tuning>; known?: Known } = {}) {
    const tuning = { ...DEFAULT_TUNING, ...options.tuning };
    this.known = options.known ?? new Known(tuning.learning);
    this.detector = new Detector({
      protocols: PROTOCOLS,
      current: this.#current,
      tuning,
      known: this.known,
    });
  }

  /** A connection from `client` to `server`. */
  line(client: string, server: string, protocol: Protocol): Line {
    return new Line(this, client, server, protocol, ++this.#lines);
  }

  /** Decodes what `side` of a line sent. */
  send(line: Line, side: Side, bytes: Uint8Array): void {
    this.#current.session = line.talk;
    const op = this.#op;
    op.time = this.time;
    op.flow = line.serial;
    op.protocol = PROTOCOLS.indexOf(line.protocol);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    line.conversation.decode(side, view, 0, bytes.length, op, this.detector);
    line.conversation.follow(side, view, 0, bytes.length);
  }

  /** An operation that no protocol has yet: the function that is in no table, with another verb. */
  operation(line: Line, verb: Verb): void {
    this.#current.session = line.talk;
    const op = new Operation();
    op.time = this.time;
    op.flow = line.serial;
    op.protocol = PROTOCOLS.indexOf(line.protocol);
    op.verb = verb;
    this.detector.operation(op);
  }

  /** An Ethernet frame with a TCP segment. */
  frame(bytes: Uint8Array): void {
    const packet = this.#packet;
    packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    packet.at = 0;
    packet.end = bytes.length;
    packet.wireLength = bytes.length;
    packet.time = this.time;
    decodeLayers(packet);
    this.detector.segments.segment(packet);
  }

  /** All that was found. */
  findings(): Finding[] {
    this.detector.finish();
    return this.detector.grouping.findings();
  }

  /** Names of what was found, without the room's, sorted. */
  kinds(): string[] {
    return this.findings()
      .map(({ kind }) => kind.replace('detect.', ''))
      .sort();
  }
}

export class Line {
  readonly protocol: Protocol;
  readonly serial: number;
  readonly conversation: Conversation;
  readonly talk: Talk;
  readonly #scene: Scene;

  constructor(scene: Scene, client: string, server: string, protocol: Protocol, serial: number) {
    this.#scene = scene;
    this.protocol = protocol;
    this.serial = serial;
    this.conversation = protocol.open({ requests: 64, bytes: 8192 });
    this.talk = {
      clientAddress: client,
      serverAddress: server,
      clientName: `${client}:${40_000 + serial}`,
      serverName: `${server}:${protocol.ports[0]}`,
    };
  }

  /** The client asks, and the server answers, if it does; then `seconds` pass. */
  ask(request: Uint8Array, answer?: Uint8Array, seconds = 0.1): void {
    this.#scene.send(this, Side.client, request);
    if (answer !== undefined) this.#scene.send(this, Side.server, answer);
    this.#scene.time += seconds;
  }
}
