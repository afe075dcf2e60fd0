/**
 * What simulated plants use of `node:net`, in memory: a plant-day of traffic is then a matter of seconds. Delivery is
 * at once, in the call that writes.
 *
 * @module
 */

import { EventEmitter } from 'node:events';

export { isIP, isIPv4 } from 'node:net';

/** One connection, as whoever listens to the network sees it. */
export interface Wire {
  readonly serial: number;
  readonly client: string;
  readonly server: string;
  readonly clientPort: number;
  readonly serverPort: number;
}

/** Is told what goes over the wires; `side` is 0 for the client. */
export const tap: { take: (wire: Wire, side: 0 | 1, bytes: Uint8Array) => void } = { take: () => {} };

class MemorySocket extends EventEmitter {
  readonly #wire: Wire;
  readonly #side: 0 | 1;
  peer: MemorySocket | undefined;

  constructor(wire: Wire, side: 0 | 1) {
    super();
    this.#wire = wire;
    this.#side = side;
  }

  write(bytes: Uint8Array): boolean {
    tap.take(this.#wire, this.#side, bytes);
    this.peer?.emit('data', Buffer.from(bytes));
    return true;
  }

  setTimeout(): this {
    return this;
  }

  destroy(): this {
    const { peer } = this;
    this.peer = undefined;
    if (peer !== undefined) {
      peer.destroy();
      this.emit('close');
    }
    return this;
  }
}

const listening = new Map<string, MemoryServer>();
let connections = 0;
let ports = 40_000;

class MemoryServer extends EventEmitter {
  readonly accept: (socket: MemorySocket) => void;
  #where = '';
  #port = 0;

  constructor(accept: (socket: MemorySocket) => void) {
    super();
    this.accept = accept;
  }

  listen(port: number, address: string, done: () => void): this {
    this.#port = port === 0 ? ++ports : port;
    this.#where = `${address} ${this.#port}`;
    listening.set(this.#where, this);
    queueMicrotask(done);
    return this;
  }

  address(): { port: number } {
    return { port: this.#port };
  }

  close(done: () => void): void {
    listening.delete(this.#where);
    queueMicrotask(done);
  }
}

export function createServer(_options: object, accept: (socket: MemorySocket) => void): MemoryServer {
  return new MemoryServer(accept);
}

export function connect(options: { host: string; port: number; localAddress: string }): MemorySocket {
  const wire: Wire = {
    serial: ++connections,
    client: options.localAddress,
    server: options.host,
    clientPort: ++ports,
    serverPort: options.port,
  };
  const [client, server] = [new MemorySocket(wire, 0), new MemorySocket(wire, 1)];
  client.peer = server;
  server.peer = client;
  queueMicrotask(() => {
    const listener = listening.get(`${options.host} ${options.port}`);
    if (listener === undefined) {
      client.emit('error', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
      return;
    }
    listener.accept(server);
    client.emit('connect');
  });
  return client;
}
