/**
 * A station's connection to a controller: sends requests, and gives the answers as decoded operations. It uses an
 * address of its own on the loopback network, so that who it is can be told from where it comes.
 *
 * @module
 */

import { connect as connectSocket, type Socket } from 'node:net';
import { Operation, Outcome, type Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import type { Value } from '../operation/value.ts';
import type { Conversation, Protocol } from '../protocol/protocol.ts';
import { assertLoopback } from './loopback.ts';
import { MessageReader } from './message-reader.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Why a request got no answer. */
export type ClientFailure = 'timeout' | 'closed' | 'garbled';

export class ClientError extends Error {
  readonly failure: ClientFailure;

  constructor(failure: ClientFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** One item of a message that came in. */
export interface ReplyItem {
  readonly phase: Phase;
  readonly kind: number;
  readonly code: number;
  readonly reference: number;
  readonly ok: boolean;
  readonly error: number;
  readonly values: readonly Value[];
}

/** A message that came in. */
export interface Reply {
  readonly bytes: Uint8Array;
  readonly items: readonly ReplyItem[];
  /** The first error code among its items, or 0. */
  readonly error: number;
}

/** Milliseconds that a station waits for an answer. */
const PATIENCE = 2000;

export class ProtocolClient {
  readonly protocol: Protocol;
  readonly #socket: Socket;
  readonly #conversation: Conversation;
  readonly #op = new Operation();
  readonly #received: Reply[] = [];
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void; timer: NodeJS.Timeout } | undefined;
  #reference = 0;
  #ended: ClientError | undefined;

  /** Connects from `from` to `to`; both must be loopback addresses. */
  static connect(protocol: Protocol, from: string, to: Endpoint): Promise<ProtocolClient> {
    assertLoopback(from);
    assertLoopback(to.address);
    return new Promise((resolve, reject) => {
      const socket = connectSocket({
        host: to.address,
        port: to.port,
        localAddress: from,
        noDelay: true,
        timeout: PATIENCE,
      });
      socket.once('timeout', () => {
        socket.destroy();
        reject(new ClientError('timeout', `${to.address}:${to.port}: no connection within ${PATIENCE} ms`));
      });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.setTimeout(0);
        socket.off('error', reject);
        resolve(new ProtocolClient(protocol, socket));
      });
    });
  }

  private constructor(protocol: Protocol, socket: Socket) {
    this.protocol = protocol;
    this.#socket = socket;
    this.#conversation = protocol.open({ requests: 8, bytes: 8192 });
    const reader = new MessageReader(protocol, Side.server);
    socket.on('data', (chunk: Buffer) => {
      if (reader.receive(chunk, (view, at, end) => this.#message(view, at, end))) return;
      this.#end(new ClientError('garbled', 'bytes came in that are no message'));
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#end(new ClientError('closed', 'the connection was closed')));
  }

  /** True until the connection ends. */
  get connected(): boolean {
    return this.#ended === undefined;
  }

  /** A reference for the next request: 1 to 65535, over and over. */
  nextReference(): number {
    this.#reference = (this.#reference % 0xffff) + 1;
    return this.#reference;
  }

  /** Sends a message. */
  send(message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset, message.length);
    this.#conversation.follow(Side.client, view, 0, message.length);
    this.#socket.write(message);
  }

  /** The next message that comes in, or came in and was not asked for yet. */
  receive(patience = PATIENCE): Promise<Reply> {
    const reply = this.#received.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        reject(new ClientError('timeout', `no answer within ${patience} ms`));
      }, patience);
      this.#waiting = { resolve, reject, timer };
    });
  }

  /** Sends a request and waits for the message that answers it. One at a time. */
  request(message: Uint8Array): Promise<Reply> {
    this.send(message);
    return this.receive();
  }

  close(): void {
    this.#socket.destroy();
    this.#end(new ClientError('closed', 'the connection was closed'));
  }

  #message(view: DataView, at: number, end: number): void {
    const items: ReplyItem[] = [];
    this.#conversation.decode(Side.server, view, at, end, this.#op, {
      operation: op => {
        const { phase, kind, code, reference, error } = op;
        const ok = op.outcome !== Outcome.failed;
        items.push({ phase, kind, code, reference, ok, error, values: ok ? op.values() : [] });
      },
    });
    this.#conversation.follow(Side.server, view, at, end);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice();
    const reply = { bytes, items, error: items.find(item => !item.ok)?.error ?? 0 };
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#received.push(reply);
      return;
    }
    this.#waiting = undefined;
    clearTimeout(waiting.timer);
    waiting.resolve(reply);
  }

  #end(error: ClientError): void {
    this.#ended ??= error;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    clearTimeout(waiting.timer);
    waiting.reject(error);
  }
}
