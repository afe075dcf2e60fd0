/**
 * What the monitor remembers of one connection while it lives.
 *
 * @module
 */

import type { Side } from '../operation/side.ts';
import { formatEndpoint } from '../packet/address.ts';
import type { Streams } from '../packet/streams.ts';
import type { Conversation, ConversationLimits, Protocol } from '../protocol/protocol.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { ProtocolHealth } from './health.ts';
import type { Opening } from './opening.ts';

/** What is kept for one of the two sides. */
export class SideState {
  /** A message whose end has not come yet. */
  rest: ByteQueue | undefined;
  /** Time and number of the latest packet that brought some of it. */
  // A fraction, as in Packet.time.
  time = 0.1;
  number = 0;
  /** Anomalies that the next operation carries. */
  marks = 0;
  /** Bytes are missing: the next ones need not begin a message. */
  adrift = false;

  reset(): void {
    this.rest = undefined;
    this.time = 0.1;
    this.number = 0;
    this.marks = 0;
    this.adrift = false;
  }

  /** Nothing is left over: the next bytes begin a message, and nothing is to be said of what was before it. */
  get settled(): boolean {
    return !this.adrift && this.marks === 0 && (this.rest === undefined || this.rest.length === 0);
  }
}

export class Session {
  // Nearly all is set by `begin`: a session that is over is used for another connection.
  /** Cell of the flow table, and number of the connection. */
  flow = 0;
  serial = 0;
  /** Number among the sessions of the reading, which no other has. */
  id = 0;
  /** Index of the protocol in the registry; -1 while it is not known. */
  index = -1;
  protocol: Protocol | undefined;
  /** The protocol's. */
  maxMessage = 0;
  conversation: Conversation | undefined;
  /** What the conversation was opened with. */
  limits: ConversationLimits | undefined;
  health: ProtocolHealth | undefined;
  /** Direction that the client sends in. */
  client = 0;
  /** A bit for each side whose state is not settled, so that the others' need not be fetched. */
  unsettled = 0;
  readonly fromClient = new SideState();
  readonly fromServer = new SideState();
  /** What came before the protocol was known. */
  opening: Opening | undefined;
  /** Segments that began no protocol. */
  misses = 0;
  /** It began as no protocol that is decoded: only its name is looked for. */
  foreign = false;
  /** Label of what it is, though it is not decoded; 0 where it has none. */
  label = 0;
  /** Segments in which a name was looked for, bits of the names that one of them fitted, and bytes before it had one. */
  looks = 0;
  weak = 0;
  weakToo = 0;
  unnamed = 0;
  /** Number of the pair of hosts, for whoever counts by it; -1 until it has one. */
  pair = -1;
  /** Payload came since the hand of the limit on sessions last passed. */
  touched = true;
  /** Where it is among all sessions. */
  place = 0;

  readonly #streams: Streams;
  #clientName = '';
  #serverName = '';

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** From now on it is that of the connection in cell `flow`, and nothing is left of another. */
  begin(flow: number, id: number): void {
    this.flow = flow;
    this.serial = this.#streams.serial(flow);
    this.id = id;
    this.index = -1;
    this.protocol = undefined;
    this.maxMessage = 0;
    this.conversation = undefined;
    this.limits = undefined;
    this.health = undefined;
    this.client = 0;
    this.unsettled = 0;
    this.fromClient.reset();
    this.fromServer.reset();
    this.opening = undefined;
    this.misses = 0;
    this.foreign = false;
    this.label = 0;
    this.looks = 0;
    this.weak = 0;
    this.weakToo = 0;
    this.unnamed = 0;
    this.pair = -1;
    this.touched = true;
    this.#clientName = '';
    this.#serverName = '';
  }

  state(side: Side): SideState {
    return side === 0 ? this.fromClient : this.fromServer;
  }

  get clientAddress(): string {
    return this.#streams.address(this.flow, this.client);
  }

  get serverAddress(): string {
    return this.#streams.address(this.flow, 1 - this.client);
  }

  /** Writes the client's address to 0 in `to`, and the server's to `serverAt`, in network order. Returns the version of IP. */
  addresses(to: DataView, serverAt: number): number {
    this.#streams.writeAddress(this.flow, 1 - this.client, to, serverAt);
    return this.#streams.writeAddress(this.flow, this.client, to, 0);
  }

  get clientPort(): number {
    return this.#streams.port(this.flow, this.client);
  }

  get serverPort(): number {
    return this.#streams.port(this.flow, 1 - this.client);
  }

  /** Address and port of the client. */
  get clientName(): string {
    if (this.#clientName === '') this.#clientName = formatEndpoint(this.clientAddress, this.clientPort);
    return this.#clientName;
  }

  /** Address and port of the server. */
  get serverName(): string {
    if (this.#serverName === '') this.#serverName = formatEndpoint(this.serverAddress, this.serverPort);
    return this.#serverName;
  }
}
