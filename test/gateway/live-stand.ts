/**
 * A live gateway on loopback between a client and a controller of the test's own.
 *
 * @module
 */

import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import type { GatewayEvent } from '../../src/gateway/event.ts';
import { Gateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import { HMI, PLC, type PolicyOptions, policyOf, policyText } from './stand.ts';

/** A controller: records what reaches it, and answers as it is told. */
export class Controller {
  readonly server: net.Server;
  readonly sockets: net.Socket[] = [];
  port = 0;
  #received: Buffer[] = [];
  #bytes = 0;
  #waiting: { bytes: number; resolve: () => void } | undefined;

  constructor(answer: (chunk: Buffer, socket: net.Socket) => void = () => {}) {
    this.server = net.createServer({ allowHalfOpen: true, noDelay: true }, socket => {
      this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', chunk => {
        this.#received.push(chunk as Buffer);
        this.#bytes += chunk.length;
        if (this.#waiting !== undefined && this.#bytes >= this.#waiting.bytes) this.#waiting.resolve();
        answer(chunk as Buffer, socket);
      });
    });
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, PLC);
    await once(this.server, 'listening');
    this.port = (this.server.address() as net.AddressInfo).port;
  }

  /** All that was received. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Resolves when so many bytes were received. */
  async bytes(count: number): Promise<Buffer> {
    if (this.#bytes < count) {
      await new Promise<void>(resolve => {
        this.#waiting = { bytes: count, resolve };
      });
    }
    return this.received;
  }

  /** The connection that the gateway made, or makes next. */
  async connected(): Promise<net.Socket> {
    if (this.sockets.length === 0) await once(this.server, 'connection');
    return this.sockets.at(-1)!;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A client: what it received can be awaited. */
export class Client {
  readonly socket: net.Socket;
  readonly closed: Promise<boolean>;
  #received = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(port: number, localAddress = HMI) {
    this.socket = net.connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true, noDelay: true });
    this.closed = new Promise(resolve => {
      let reset = false;
      this.socket.on('error', () => {
        reset = true;
      });
      this.socket.on('close', () => resolve(reset));
    });
    this.socket.on('data', chunk => {
      this.#received = Buffer.concat([this.#received, chunk as Buffer]);
      this.#wake?.();
    });
    this.socket.on('end', () => {
      this.#ended = true;
      this.#wake?.();
    });
    this.socket.on('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** The next `count` bytes; fewer where the gateway ends before. */
  async read(count: number): Promise<Buffer> {
    while (this.#received.length < count && !this.#ended) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }

  /** All that comes until the gateway ends. */
  async rest(): Promise<Buffer> {
    return await this.read(Number.POSITIVE_INFINITY);
  }
}

export interface Live {
  readonly gateway: Gateway;
  readonly events: GatewayEvent[];
  /** Resolves with the first event that fits, of those that were or come. */
  told(fits: (event: GatewayEvent) => boolean): Promise<GatewayEvent>;
  port(protocol: string): number;
}

/** Opens a gateway before the controller; both are closed when the test ends. */
export async function live(
  t: TestContext,
  ports: PolicyOptions,
  options: Partial<GatewayOptions> = {},
): Promise<Live> {
  const events: GatewayEvent[] = [];
  const waiting = new Set<() => void>();
  const gateway = new Gateway({
    policy: policyOf(policyText(ports)),
    mode: 'enforce',
    tell: event => {
      events.push(event);
      for (const look of waiting) look();
    },
    ...options,
  });
  await gateway.open();
  t.after(async () => {
    for (const listener of gateway.listeners) {
      for (const link of listener.links) link.destroy();
    }
    await gateway.close();
  });
  return {
    gateway,
    events,
    told: fits =>
      new Promise(resolve => {
        const look = (): void => {
          const found = events.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    port: protocol => gateway.listeners.find(l => l.endpoint.protocol.name === protocol)!.port,
  };
}
