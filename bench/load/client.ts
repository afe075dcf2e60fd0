/**
 * The load: connections that each ask, wait for the answer, and ask again. Runs as a process of its own, warm
 * from one job to the next; jobs and results are messages of the process that started it.
 *
 * @module
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { quantile } from '../statistics.ts';
import { BEGUN, REQUEST, RESPONSE_LENGTH, stationOf } from './message.ts';

export interface Job {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Seconds that are not counted, and seconds that are. */
  readonly warmUp: number;
  readonly seconds: number;
}

export interface Result {
  readonly requests: number;
  readonly seconds: number;
  /** Round trips, µs. */
  readonly p50: number;
  readonly p99: number;
}

/** Round trips kept at most; more than a core can make in the time. */
const SAMPLES = 1 << 22;
const samples = new Float64Array(SAMPLES);

process.on('message', async (job: Job) => process.send?.(await run(job)));
process.on('disconnect', () => process.exit());

/** A connection with one request under way. */
class Asker {
  readonly #request = Buffer.from(REQUEST);
  readonly #socket: Socket;
  readonly #answered: (micros: number) => void;
  readonly #failed: (error: Error) => void;
  #transaction = 0;
  #come = 0;
  #asked = 0;
  #matches = true;

  constructor(
    host: string,
    port: number,
    localAddress: string,
    answered: (micros: number) => void,
    failed: (error: Error) => void,
  ) {
    this.#answered = answered;
    this.#failed = failed;
    const onread = {
      buffer: Buffer.allocUnsafe(4096),
      callback: (length: number, buffer: Uint8Array) => this.#receive(length, buffer),
    };
    this.#socket = connect({ host, port, localAddress, noDelay: true, onread });
    this.#socket.on('error', failed);
    this.#socket.on('end', () => failed(new Error('the connection was closed by the other side')));
  }

  async connected(): Promise<void> {
    await once(this.#socket, 'connect');
  }

  ask(): void {
    this.#transaction = (this.#transaction + 1) & 0xffff;
    this.#request.writeUInt16BE(this.#transaction, 0);
    this.#come = 0;
    this.#asked = performance.now();
    this.#socket.write(this.#request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(length: number, buffer: Uint8Array): boolean {
    if (this.#come === 0) this.#matches = buffer[0] === this.#transaction >> 8;
    if (this.#come === 0 && length > 1) this.#matches &&= buffer[1] === (this.#transaction & 0xff);
    this.#come += length;
    if (this.#come < RESPONSE_LENGTH) return true;
    if (this.#come > RESPONSE_LENGTH || !this.#matches) {
      this.#failed(new Error('an answer that does not fit its request'));
      return true;
    }
    this.#answered((performance.now() - this.#asked) * 1000);
    this.ask();
    return true;
  }
}

async function run(job: Job): Promise<Result | { problem: string }> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  let count = 0;
  let counting = false;
  const answered = (micros: number) => {
    if (counting && count < SAMPLES) samples[count++] = micros;
  };
  const askers: Asker[] = [];
  try {
    for (let i = 0; i < job.connections; i++) {
      const asker = new Asker(job.host, job.port, stationOf(i), answered, reject);
      askers.push(asker);
      await Promise.race([asker.connected(), failed]);
    }
    for (const asker of askers) asker.ask();
    await Promise.race([pause(job.warmUp), failed]);
    process.send?.(BEGUN);
    counting = true;
    const began = performance.now();
    await Promise.race([pause(job.seconds), failed]);
    counting = false;
    const seconds = (performance.now() - began) / 1000;
    const sorted = samples.subarray(0, count).sort();
    return { requests: count, seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const asker of askers) asker.close();
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, seconds * 1000));
}
