/**
 * Attacks on the monitor's memory: each fills one of its tables as fast as packets can. What must hold is the same for all:
 * memory stays under the stated bound (docs/inspect.md), and the summary says what was given up.
 *
 * @module
 */

import type { Summary } from '../../src/monitor/summary.ts';
import { exceptionResponse, readRequest, writeRegistersRequest } from '../../src/protocol/modbus/encode.ts';
import { Area, Size } from '../../src/protocol/s7comm/areas.ts';
import { ackData, readRequest as readVariables, setupRequest } from '../../src/protocol/s7comm/encode.ts';
import { Flag, type Sender } from './sender.ts';

export interface Attack {
  readonly name: string;
  /** What it does, in a line. */
  readonly about: string;
  /** Packets of the short version, enough to fill the table that it aims at; the long one has ten times as many. */
  readonly packets: number;
  send(sender: Sender, packets: number): void;
  /** What the summary says was given up; nothing but numbers above 0 is enough. */
  givenUp(summary: Summary): number;
}

const SERVER = 0x0a02_0001;
const MODBUS = 502;
const S7 = 102;

/** An address of a client, another one for each number. */
const client = (n: number) => (0x0b00_0000 + n) >>> 0;
const READ = readRequest({ transaction: 1, unit: 1 }, 3, 0, 1);
const LONG = writeRegistersRequest({ transaction: 1, unit: 1 }, 0, new Array(100).fill(7));
const SETUP = setupRequest(1);

export const ATTACKS: readonly Attack[] = [
  {
    name: 'SYNs',
    about: 'a connection request from another host in each packet',
    packets: 600_000,
    send(sender, packets) {
      for (let n = 0; n < packets; n++) sender.tcp(client(n), SERVER, 40_000, MODBUS, n, 0, Flag.syn);
    },
    givenUp: ({ streams }) => streams.evictedConnections,
  },
  {
    name: 'fragments',
    about: 'first and middle fragments of datagrams that never end, a datagram each',
    packets: 400_000,
    send(sender, packets) {
      for (let n = 0; n < packets; n++) {
        sender.fragment(client(n >> 1), SERVER, n, n & 1 ? 185 : 0, true, 1480);
      }
    },
    givenUp: ({ kinds }) => kinds.fragments,
  },
  {
    name: 'messages from everywhere',
    about: 'a whole request from another host in each packet: flows, sessions, pairs of hosts',
    packets: 400_000,
    send(sender, packets) {
      for (let n = 0; n < packets; n++) sender.tcp(client(n), SERVER, 40_000, MODBUS, 1, 1, Flag.ack, READ);
    },
    givenUp: ({ streams }) => streams.forgottenSessions,
  },
  {
    name: 'half messages',
    about: 'the beginning of a message on each of many connections that goes no further',
    packets: 400_000,
    send(sender, packets) {
      for (let n = 0; n < packets; n++) {
        sender.tcp(client(n), SERVER, 40_000, MODBUS, 1, 1, Flag.ack, LONG.subarray(0, 150));
      }
    },
    givenUp: ({ streams }) => streams.forgottenSessions,
  },
  {
    name: 'slow beginnings',
    about: 'connections that go on beginning: a message of 8 KB that never is whole, a piece at a time',
    packets: 400_000,
    send(sender, packets) {
      const begin = Uint8Array.from([3, 0, 0x1f, 0xff, 2, 0xf0, 0x80, ...new Array(600).fill(0x32)]);
      const more = new Uint8Array(600).fill(0x32);
      const flows = Math.min(8000, packets / 8);
      for (let n = 0; n < packets; n++) {
        const round = Math.floor(n / flows);
        const payload = round === 0 ? begin : more;
        const sequence = 1 + (round === 0 ? 0 : begin.length + (round - 1) * more.length);
        sender.tcp(client(n % flows), SERVER, 40_000, S7, sequence, 1, Flag.ack, payload);
      }
    },
    givenUp: ({ streams, protocols }) =>
      protocols.reduce((sum, { strangeBytes }) => sum + strangeBytes, streams.unrecognisedBytes),
  },
  {
    name: 'endless messages',
    about: 'sessions of a known protocol, each with a long message that never ends',
    packets: 400_000,
    send(sender, packets) {
      const begin = Uint8Array.from([3, 0, 0x1f, 0xff, 2, 0xf0, 0x80, 0x32, 1, ...new Array(1400).fill(0)]);
      const flows = Math.min(8000, packets / 8);
      const more = new Uint8Array(1400);
      for (let n = 0; n < packets; n++) {
        const round = Math.floor(n / flows);
        const payload = round === 0 ? SETUP : round === 1 ? begin : more;
        const before = round === 0 ? 0 : round === 1 ? SETUP.length : SETUP.length + begin.length;
        sender.tcp(
          client(n % flows),
          SERVER,
          40_000,
          S7,
          1 + before + Math.max(0, round - 2) * 1400,
          1,
          Flag.ack,
          payload,
        );
      }
    },
    givenUp: ({ streams }) => streams.droppedMessages,
  },
  {
    name: 'unanswered requests',
    about: 'requests that nobody answers, on as many connections as are remembered',
    packets: 600_000,
    send(sender, packets) {
      const flows = Math.min(8000, packets / 8);
      for (let n = 0; n < packets; n++) {
        const round = Math.floor(n / flows);
        LONG[0] = round >> 8;
        LONG[1] = round & 255;
        sender.tcp(client(n % flows), SERVER, 40_000, MODBUS, 1 + round * LONG.length, 1, Flag.ack, LONG);
      }
    },
    givenUp: ({ protocols }) => protocols[0]?.anomalies.evicted ?? 0,
  },
  {
    name: 'holes',
    about: 'a segment behind a hole on each of many connections, and then another one',
    packets: 400_000,
    send(sender, packets) {
      const payload = new Uint8Array(1400);
      const flows = Math.min(100_000, packets / 4);
      for (let n = 0; n < packets; n++) {
        const round = Math.floor(n / flows);
        const flags = round === 0 ? Flag.syn : Flag.ack;
        const sequence = round === 0 ? 0 : 1000 + round * 3000;
        sender.tcp(
          client(n % flows),
          SERVER,
          40_000,
          9999,
          sequence,
          1,
          flags,
          round === 0 ? new Uint8Array(0) : payload,
        );
      }
    },
    givenUp: ({ streams }) => streams.gaps,
  },
  {
    name: 'errors of all codes',
    about: 'answers with another error in each, for each of many functions',
    packets: 600_000,
    send(sender, packets) {
      sender.tcp(client(1), SERVER, 40_000, S7, 1, 1, Flag.ack, SETUP);
      let sequence = 1;
      for (let n = 0; n < packets; n++) {
        const answer = ackData(n & 0xffff, [n >> 16], undefined, 0x100 + (n & 0xffff));
        sender.tcp(SERVER, client(1), S7, 40_000, sequence, 1, Flag.ack, answer);
        sequence += answer.length;
      }
    },
    givenUp: ({ uncounted }) => uncounted,
  },
  {
    name: 'refusals by everybody',
    about: 'an exception of each function and code from another server each time',
    packets: 400_000,
    send(sender, packets) {
      for (let n = 0; n < packets; n++) {
        const answer = exceptionResponse({ transaction: 1, unit: 1 }, n & 0x7f, (n >> 7) & 0xff);
        sender.tcp(client(n), SERVER, MODBUS, 40_000, 1, 1, Flag.ack, answer);
      }
    },
    givenUp: ({ streams }) => streams.forgottenSessions,
  },
  {
    name: 'objects of all names',
    about: 'reads of another data block in each request, none of them answered',
    packets: 400_000,
    send(sender, packets) {
      let sequence = 1;
      for (let n = 0; n < packets; n++) {
        const variable = { area: Area.DB, db: n & 0xffff, address: (n >> 4) & 0xffff8, size: Size.byte };
        const request = readVariables(n & 0xffff, [variable, variable, variable]);
        sender.tcp(client(1), SERVER, 40_000, S7, sequence, 1, Flag.ack, request);
        sequence += request.length;
      }
    },
    givenUp: ({ protocols }) => protocols[0]?.anomalies.evicted ?? 0,
  },
];
