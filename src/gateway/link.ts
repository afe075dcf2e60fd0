/**
 * One client's connection and the one to the controller behind it, with a session between them. Moves bytes,
 * stops reading a side while what it causes is not taken, and decides nothing.
 *
 * Controllers have few connections to give. A client who may do nothing at all gets none of them: it is answered
 * by the gateway alone.
 *
 * @module
 */

import net from 'node:net';
import type { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { type Cause, type Fate, Note } from './cause.ts';
import { now } from './clock.ts';
import type { Limits } from './limits.ts';
import { Session, type SessionOptions, type Wire } from './session.ts';

/** What a link needs of whoever opened it. */
export interface LinkOwner {
  readonly limits: Limits;
  verdict(link: Link, op: Operation, decision: number, cause: Cause, fate: Fate): void;
  /** An operation goes on. */
  passed(link: Link, op: Operation): void;
  note(link: Link, what: Note, side: Side, count: number): void;
  /** Both connections are gone. */
  gone(link: Link, why: Note): void;
}

/** Milliseconds of silence until the system asks whether a peer is still there; one that lost its power says no FIN. */
export const KEEP_ALIVE = 30_000;
/** Bytes read from the controller at once. */
const READ_BYTES = 16 * 1024;

export class Link implements Wire {
  readonly number: number;
  /** Address of the client, an IPv4 address never in its IPv6 form. */
  readonly address: string;
  readonly session: Session;
  readonly #owner: LinkOwner;
  readonly #limits: Limits;
  readonly #client: net.Socket;
  /** Undefined where the client may do nothing. */
  readonly #server: net.Socket | undefined;
  readonly #opened = now();
  /** Which side has not taken what was sent to it. */
  readonly #full: [boolean, boolean] = [false, false];
  /** Whose next message waits for a record. */
  readonly #held: [boolean, boolean] = [false, false];
  #connected = false;
  #failedAt = 0;
  #sent = false;
  #draining = false;
  #closedAt = 0;
  #why: Note = Note.reset;
  #open: number;

  constructor(
    client: net.Socket,
    upstream: { readonly address: string; readonly port: number },
    owner: LinkOwner,
    options: Omit<SessionOptions, 'wire' | 'limits'>,
  ) {
    this.number = options.number;
    this.address = plainAddress(client.remoteAddress ?? '');
    this.#owner = owner;
    this.#limits = owner.limits;
    this.#client = client;
    this.session = new Session({ ...options, limits: owner.limits, wire: this }, this.#opened);
    this.#server = options.enforce && options.judge.closed ? undefined : this.#connect(upstream);
    this.#open = this.#server === undefined ? 1 : 2;
    this.#listen();
  }

  /** Whether it leads to the controller. */
  get reaches(): boolean {
    return this.#server !== undefined;
  }

  #connect(upstream: { readonly address: string; readonly port: number }): net.Socket {
    const target = {
      host: upstream.address,
      port: upstream.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE,
      allowHalfOpen: true,
      highWaterMark: this.#limits.output,
      // One buffer for the life of the connection: what is read is copied by the session before the next read.
      onread: {
        buffer: new Uint8Array(READ_BYTES),
        callback: (length: number, bytes: Uint8Array) => this.#fromServer(length, bytes),
      },
    };
    return net.connect(target);
  }

  // --- what the session wants ---

  send(to: Side, bytes: Uint8Array, at: number, end: number): void {
    const socket = to === Side.client ? this.#client : this.#server;
    if (socket === undefined || !socket.writable || this.#closedAt !== 0) return;
    const length = end - at;
    // The session's buffer is used again before the kernel may have taken the bytes.
    const copy = Buffer.allocUnsafe(length);
    if (length <= 64) for (let i = 0; i < length; i++) copy[i] = bytes[at + i]!;
    else copy.set(bytes.subarray(at, end));
    this.#sent = true;
    if (socket.write(copy)) return;
    this.#full[to] = true;
    this.#throttle();
    if (socket.writableLength > this.#limits.outputMax) {
      this.note(Note.overflow, to, socket.writableLength);
      this.session.close(true, Note.overflow);
    }
  }

  hold(side: Side): void {
    this.#held[side] = true;
    this.#throttle();
    void this.session.judge.record().then(() => {
      this.#held[side] = false;
      this.session.resume(side, now());
      this.#throttle();
      this.#drained();
    });
  }

  end(to: Side): void {
    const socket = to === Side.client ? this.#client : this.#server;
    if (socket?.destroyed === false) socket.end();
  }

  close(reset: boolean, why: Note): void {
    this.#why = why;
    this.#closedAt = now();
    for (const socket of [this.#client, this.#server]) {
      if (socket === undefined || socket.destroyed) continue;
      if (reset || socket.connecting) {
        reset ? socket.resetAndDestroy() : socket.destroy();
        continue;
      }
      // What comes in from here on is read and ignored: closing with unread bytes would reset the connection and
      // might take the last answer with it.
      if (!socket.writableEnded) socket.end();
      socket.resume();
    }
  }

  verdict(op: Operation, decision: number, cause: Cause, fate: Fate): void {
    this.#owner.verdict(this, op, decision, cause, fate);
  }

  passed(op: Operation): void {
    this.#owner.passed(this, op);
  }

  note(note: Note, side: Side, count: number): void {
    this.#owner.note(this, note, side, count);
  }

  // --- what the gateway wants ---

  /** To be called about four times a second. */
  tick(time: number): void {
    if (this.#closedAt !== 0) {
      if (time - this.#closedAt > this.#limits.drain) this.destroy();
      return;
    }
    if (this.#failedAt !== 0) {
      if (time - this.#failedAt > this.#limits.connect) this.session.close(false, Note.unreachable);
    } else if (!this.#connected && this.reaches) {
      if (time - this.#opened > this.#limits.connect) this.#unreachable();
    }
    this.session.tick(time);
    this.#drained();
  }

  /** Takes no more requests; ends when the answers under way have come. */
  drain(): void {
    this.#draining = true;
    this.#throttle();
    this.#drained();
  }

  /** Ends at once. */
  destroy(): void {
    this.session.close(true, Note.shutdown);
    this.#client.destroy();
    this.#server?.destroy();
  }

  // --- what the sockets say ---

  #listen(): void {
    const client = this.#client;
    const server = this.#server;
    client.on('data', chunk => this.#fromClient(chunk as Buffer));
    client.pause();
    this.#listenSide(Side.client, client);
    if (server === undefined) {
      this.#throttle();
      return;
    }
    this.#listenSide(Side.server, server);
    server.on('connect', () => {
      this.#connected = true;
      this.#throttle();
    });
  }

  #listenSide(side: Side, socket: net.Socket): void {
    socket.on('drain', () => {
      this.#full[side] = false;
      this.#throttle();
    });
    socket.on('end', () => {
      this.session.finish(side);
      // Where there is no controller, nobody else will end.
      if (!this.reaches) this.session.finish(Side.server);
      this.#drained();
    });
    socket.on('error', () => {
      if (this.session.closed) return;
      if (side === Side.server && !this.#connected) this.#unreachable();
      else this.session.close(true, Note.reset);
    });
    socket.on('close', () => {
      this.#open--;
      if (this.#open === 0) this.#owner.gone(this, this.#why);
      else if (this.#failedAt === 0) this.session.close(true, Note.reset);
      else if (side === Side.client) this.session.close(false, Note.unreachable);
    });
  }

  #fromClient(chunk: Buffer): void {
    this.session.receive(Side.client, chunk, 0, chunk.length, now());
    // The client has been told; a new connection is a new attempt.
    if (this.#failedAt !== 0 && this.#sent) this.session.close(false, Note.unreachable);
  }

  #fromServer(length: number, bytes: Uint8Array): boolean {
    this.session.receive(Side.server, bytes, 0, length, now());
    if (this.#draining) this.#drained();
    return true;
  }

  /** The controller cannot be reached: the client gets that for an answer to what it asks. */
  #unreachable(): void {
    this.#failedAt = now();
    this.note(Note.unreachable, Side.server, 0);
    this.session.unreachable();
    this.#server?.destroy();
    this.#throttle();
  }

  #drained(): void {
    if (this.#draining && this.session.quiet) this.session.close(false, Note.shutdown);
  }

  /** Reads a side only while what it causes is taken, by the other side and (refusals) by itself. */
  #throttle(): void {
    if (this.#closedAt !== 0) return;
    const ready = this.#connected || this.#failedAt !== 0 || !this.reaches;
    const taken = !this.#full[Side.client] && !this.#full[Side.server];
    const clientReads = ready && !this.#draining && !this.#held[Side.client] && taken;
    // A controller that does not read because its answers are not read must have its answers read.
    const serverReads = !this.#full[Side.client] && !this.#held[Side.server];
    flow(this.#client, clientReads);
    if (this.#server !== undefined) flow(this.#server, serverReads);
  }
}

function flow(socket: net.Socket, on: boolean): void {
  if (socket.destroyed || socket.isPaused() !== on) return;
  on ? socket.resume() : socket.pause();
}

/** An address as policies write it: IPv4 never in its IPv6 form. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
