/**
 * One protected endpoint: an address to which clients connect in place of the controller, and the links of those
 * that did.
 *
 * @module
 */

import net from 'node:net';
import type { Listener as Endpoint } from '../policy/model.ts';
import type { Note } from './cause.ts';
import { Counts } from './counts.ts';
import type { Limits } from './limits.ts';
import { KEEP_ALIVE, type Link, plainAddress } from './link.ts';

/** What a listener needs of the gateway. */
export interface ListenerOwner {
  readonly limits: Limits;
  /** Whether the client may do nothing at all here, and is not to be led to the controller. */
  stranger(listener: Listener, address: string): boolean;
  /** Makes the link of a client that was let in. */
  link(listener: Listener, socket: net.Socket): Link;
  rejected(listener: Listener, count: number): void;
  failed(listener: Listener, error: Error): void;
}

export class Listener {
  endpoint: Endpoint;
  readonly links = new Set<Link>();
  readonly counts = new Counts();
  /** Where it really listens: the port may have been chosen by the system. */
  address = '';
  port = 0;
  readonly #owner: ListenerOwner;
  readonly #server: net.Server;
  readonly #perClient = new Map<string, number>();
  #strangers = 0;
  #rejected = 0;
  #rejectedTold = 0;

  constructor(endpoint: Endpoint, owner: ListenerOwner) {
    this.endpoint = endpoint;
    this.#owner = owner;
    this.#server = net.createServer(
      {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE,
        allowHalfOpen: true,
        pauseOnConnect: true,
        highWaterMark: owner.limits.output,
      },
      socket => this.#accept(socket),
    );
  }

  /** Resolves when it listens; rejects with the system's error, which names address and port. */
  listen(host: string, port: number): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        server.on('error', error => this.#owner.failed(this, error));
        const bound = server.address() as net.AddressInfo;
        this.address = bound.address;
        this.port = bound.port;
        resolve();
      });
    });
  }

  /** Takes no more clients. Those that are here stay. */
  close(): void {
    this.#server.close();
  }

  /** To be called about four times a second. */
  tick(time: number): void {
    for (const link of this.links) link.tick(time);
    if (this.#rejected > 0 && time - this.#rejectedTold >= 1) {
      this.#owner.rejected(this, this.#rejected);
      this.#rejected = 0;
      this.#rejectedTold = time;
    }
  }

  /** Both connections of a link are gone. */
  gone(link: Link): void {
    this.links.delete(link);
    if (!link.reaches) this.#strangers--;
    const left = this.#perClient.get(link.address)! - 1;
    if (left === 0) this.#perClient.delete(link.address);
    else this.#perClient.set(link.address, left);
  }

  /** Ends all links at once. */
  destroy(why: Note): void {
    for (const link of this.links) link.session.close(true, why);
  }

  #accept(socket: net.Socket): void {
    const { limits } = this.#owner;
    const address = plainAddress(socket.remoteAddress ?? '');
    const ofClient = this.#perClient.get(address) ?? 0;
    // Without an address the client has already gone again.
    if (address === '' || ofClient >= limits.sessionsPerClient || this.#full(address)) {
      this.counts.rejected++;
      this.#rejected++;
      socket.on('error', () => {});
      socket.resetAndDestroy();
      return;
    }
    this.counts.sessions++;
    this.#perClient.set(address, ofClient + 1);
    const link = this.#owner.link(this, socket);
    this.links.add(link);
    if (!link.reaches) this.#strangers++;
  }

  /** Whoever has business here finds a place, however many come that have none. */
  #full(address: string): boolean {
    const { limits } = this.#owner;
    return this.#owner.stranger(this, address)
      ? this.#strangers >= limits.strangers
      : this.links.size - this.#strangers >= limits.sessions;
  }
}
