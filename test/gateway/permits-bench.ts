/**
 * A desk with permits, and stations and a controller that say what a test likes.
 *
 * @module
 */

import type { BreakGlass } from '../../src/gateway/break-glass.ts';
import { Side } from '../../src/operation/side.ts';
import { Desk } from '../../src/program/desk.ts';
import { NOON, PermitsInMemory, permitFor } from '../../src/program/desk-testing.ts';
import type { Permit } from '../../src/program/permit.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { S7COMM } from './conversations.ts';
import { policyOf, policyText, stand } from './stand.ts';

export const { client, server } = Side;
export const PART = 200;
const s7policy = policyOf(
  policyText().replace('      - write: DB1 0-9', '      - write: DB1 0-9\n    download: permit'),
);
const modbusPolicy = policyOf(
  policyText().replace(
    '      - write: holding 40-49\n',
    '      - write: holding 40-49\n    download: permit\n',
  ),
);

export const bytesOf = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * seed + seed) & 0xff));
export const READ = S7COMM.good;

export class Bench {
  readonly permits = new PermitsInMemory();
  readonly time = { now: NOON };
  readonly desk = new Desk('plc', this.permits, () => this.time.now);
  #sessions = 0;

  /** Installs a permit; returns the entry, which can be revoked. */
  install(blocks: Readonly<Record<string, Buffer>>, terms: Partial<Permit> = {}) {
    this.permits.install(permitFor(blocks, terms), Object.values(blocks));
    return this.permits.installed.at(-1)! as { permit: Permit; unusable: unknown; used: Map<string, number> };
  }

  s7(glass?: BreakGlass): Party {
    const limits = { reports: Number.POSITIVE_INFINITY };
    const it = stand({
      protocol: 's7comm',
      policy: s7policy,
      desk: this.desk,
      limits,
      ...(glass === undefined ? {} : { glass }),
      number: ++this.#sessions,
    });
    S7COMM.opening.forEach((message, i) => {
      it.say(i % 2 === 0 ? client : server, message);
    });
    it.recorder.take(client);
    it.recorder.take(server);
    return new Party(it);
  }

  umas() {
    const it = stand({ policy: modbusPolicy, desk: this.desk, number: ++this.#sessions });
    let transaction = 0;
    const ask = async (fn: number, data: ArrayLike<number>, answer = 0xfe): Promise<boolean> => {
      const to = { transaction: ++transaction, unit: 1 };
      const message = Buffer.from(modbus.umas(to, 0, fn, data));
      it.say(client, message);
      await it.recorded();
      const passed = it.recorder.take(server).equals(message);
      if (passed) it.say(server, modbus.umas(to, 0, answer, []));
      it.recorder.take(client);
      return passed;
    };
    const part = (number: number, bytes: Uint8Array, head = [0, 1]) =>
      ask(0x31, [...head, number & 0xff, number >> 8, bytes.length & 0xff, bytes.length >> 8, ...bytes]);
    return { it, ask, part, reason: () => it.recorder.permissions.at(-1) };
  }
}

export class Party {
  readonly it: ReturnType<typeof stand>;
  #reference = 100;

  constructor(it: ReturnType<typeof stand>) {
    this.it = it;
  }

  get reason(): string {
    return this.it.recorder.permissions.at(-1) ?? '';
  }

  next(): number {
    return this.#reference++;
  }

  /** True where it came through unchanged, and nothing else did. */
  say(side: Side, message: Uint8Array): boolean {
    this.it.say(side, message);
    const on = this.it.recorder.take(side === client ? server : client);
    const back = this.it.recorder.take(side);
    return on.equals(Buffer.from(message)) && back.length === 0;
  }

  load(file: string, bytes: Uint8Array): string {
    const reference = this.next();
    if (!this.say(client, s7.requestDownload(reference, file, bytes.length, bytes.length))) return 'begin';
    this.say(server, s7.ackData(reference, [0x1a]));
    for (let at = 0; at < bytes.length; at += PART) {
      const fetch = this.next();
      if (!this.say(server, s7.downloadBlock(fetch, file))) return `fetch ${at}`;
      const part = bytes.subarray(at, at + PART);
      if (!this.say(client, s7.downloadBlockAck(fetch, part, at + PART < bytes.length)))
        return `content ${at}`;
    }
    const end = this.next();
    if (!this.say(server, s7.downloadEnded(end, file))) return 'end';
    this.say(client, s7.ackData(end, [0x1c]));
    return 'whole';
  }

  /** A request that may be held; the controller answers it with `error`. */
  async held(make: (reference: number) => Uint8Array, error = 0): Promise<boolean> {
    const reference = this.next();
    const message = make(reference);
    this.it.say(client, message);
    await this.it.recorded();
    const passed = this.it.recorder.take(server).equals(Buffer.from(message));
    if (passed) this.it.say(server, s7.ackData(reference, [message[17]!], undefined, error));
    this.it.recorder.take(client);
    return passed;
  }

  insert(...names: string[]): Promise<boolean> {
    return this.held(reference => s7.blockService(reference, '_INSE', names));
  }

  delete(...names: string[]): Promise<boolean> {
    return this.held(reference => s7.blockService(reference, '_DELE', names));
  }
}
