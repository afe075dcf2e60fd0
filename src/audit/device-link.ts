/**
 * A TCP connection to a device, on which one message is sent and one awaited at a time.
 *
 * @module
 */

import { connect, type Socket } from 'node:net';
import { Side } from '../operation/side.ts';
import { Frame, type Protocol } from '../protocol/protocol.ts';

/** Where a device is, and as whom to connect. */
export interface Device {
  /** Name for people: that in the policy, or the address. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly station: number;
  /** Address of this machine to connect from; undefined for the system's choice. */
  readonly from?: string;
}

/** The device cannot be reached, does not answer, or answers what is no message. */
export class DeviceError extends Error {
  readonly code = 'COFFERDAM_DEVICE';
  override readonly name = 'DeviceError';
}

interface Waiting {
  resolve(message: Uint8Array): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

export class DeviceLink {
  readonly #protocol: Protocol;
  readonly #where: string;
  readonly #socket: Socket;
  #bytes: Uint8Array = new Uint8Array();
  #waiting: Waiting | undefined;
  #ended: Error | undefined;

  /** Connects within `patience` ms. */
  static async open(device: Device, patience: number, signal?: AbortSignal): Promise<DeviceLink> {
    const { address, port, from } = device;
    const where = `${address}:${port}`;
    signal?.throwIfAborted();
    const socket = connect({ host: address, port, noDelay: true, ...(from && { localAddress: from }) });
    const abort = () => socket.destroy(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(
      () =>
        socket.destroy(
          new DeviceError(`${where}: no connection within ${patience} ms; check address and route`),
        ),
      patience,
    );
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
        socket.once('close', () => reject(new DeviceError(`${where}: the connection was closed`)));
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : readable(error, where);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
    return new DeviceLink(device.protocol, where, socket);
  }

  private constructor(protocol: Protocol, where: string, socket: Socket) {
    this.#protocol = protocol;
    this.#where = where;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', error => this.#end(readable(error, where)));
    socket.on('close', () => this.#end(new DeviceError(`${where}: it closed the connection`)));
  }

  send(message: Uint8Array): void {
    if (this.#ended === undefined) this.#socket.write(message);
  }

  /** The next message, within `patience` ms. */
  message(patience: number, signal?: AbortSignal): Promise<Uint8Array> {
    const next = this.#next();
    if (next instanceof Uint8Array) return Promise.resolve(next);
    if (next !== undefined) this.#end(next);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const abort = () => this.#end(signal?.reason as Error);
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const timer = setTimeout(
        () => this.#end(new DeviceError(`${this.#where}: no answer within ${patience} ms`)),
        patience,
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting = {
        timer,
        resolve: message => {
          done();
          resolve(message);
        },
        reject: error => {
          done();
          reject(error);
        },
      };
      if (signal?.aborted) abort();
    });
  }

  close(): void {
    this.#end(new DeviceError(`${this.#where}: the connection was closed`));
  }

  #receive(chunk: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#bytes = this.#bytes.length === 0 ? Uint8Array.from(chunk) : Buffer.concat([this.#bytes, chunk]);
    // A request has one answer: whoever sends much more than that has nothing good in mind.
    if (this.#bytes.length > this.#protocol.maxMessage * 8) {
      this.#end(new DeviceError(`${this.#where}: it sends more than it was asked for`));
    } else if (this.#waiting !== undefined) {
      const next = this.#next();
      if (next instanceof Error) this.#end(next);
      else if (next !== undefined) this.#settle(waiting => waiting.resolve(next));
    }
  }

  /** Takes the next whole message from what came in; undefined where it is not all there. */
  #next(): Uint8Array | DeviceError | undefined {
    const { buffer, byteOffset, length: end } = this.#bytes;
    const length = this.#protocol.frame(Side.server, new DataView(buffer, byteOffset, end), 0, end);
    if (length === Frame.lost || length > this.#protocol.maxMessage) {
      return new DeviceError(`${this.#where}: what it sends is not ${this.#protocol.title}`);
    }
    if (length === Frame.more || length > end) return undefined;
    const message = this.#bytes.slice(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return message;
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) how(waiting);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#socket.destroy();
    this.#settle(waiting => waiting.reject(error));
  }
}

/** What the system says, in words. */
function readable(error: unknown, where: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DeviceError) return error;
  switch (code) {
    case 'ECONNREFUSED':
      return new DeviceError(`${where}: nobody listens there; check address and port`);
    case 'ECONNRESET':
    case 'EPIPE':
      return new DeviceError(`${where}: it broke the connection`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new DeviceError(`${where}: no such host`);
    default:
      return new DeviceError(`${where}: ${message}`);
  }
}
