/**
 * A controller's listening socket: hands whole messages to a session of the protocol's server, and its answers
 * back. Only loopback addresses: plants are simulated and concern nobody else.
 *
 * @module
 */

import { createServer, type Server, type Socket } from 'node:net';
import { Side } from '../operation/side.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { assertLoopback } from './loopback.ts';
import { MessageReader } from './message-reader.ts';

/** What a server does with the messages of one connection. */
export interface ServerSession {
  /** A whole message of the client's. */
  message(view: DataView, at: number, end: number): void;
}

/** Sends to the client. */
export interface ServerWire {
  send(bytes: Uint8Array): void;
}

export class ProtocolServer {
  readonly #protocol: Protocol;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** `open` begins a session for a connection. */
  constructor(protocol: Protocol, open: (wire: ServerWire) => ServerSession) {
    this.#protocol = protocol;
    this.#server = createServer({ noDelay: true }, socket => this.#accept(socket, open));
  }

  /** Listens; port 0 takes a free one. Resolves to the port. */
  listen(address: string, port = 0): Promise<number> {
    assertLoopback(address);
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as { port: number }).port);
      });
    });
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket, open: (wire: ServerWire) => ServerSession): void {
    this.#sockets.add(socket);
    const reader = new MessageReader(this.#protocol, Side.client);
    const session = open({ send: bytes => void socket.write(bytes) });
    socket.on('data', (chunk: Buffer) => {
      if (!reader.receive(chunk, (view, at, end) => session.message(view, at, end))) socket.destroy();
    });
    // A connection that breaks is the client's affair; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
