/**
 * How far a connection came, and what happened in it, in the words that Zeek writes into its conn.log.
 *
 * @module
 */

import { TcpFlag } from '../../packet/packet.ts';
import { Column } from './flow-cells.ts';
import type { Directions, State } from './flow-record.ts';

/** Letters of the history, each once in each direction: SYN, SYN with ACK, ACK alone, data, FIN, RST. */
const LETTERS = 'shadfr';
const PER_NUMBER = 8;

/** Notes what a packet is; `flags` is -1 where it is not TCP. */
export function addLetter(
  counts: Float64Array,
  at: number,
  direction: number,
  flags: number,
  payload: number,
): void {
  if (flags >= 0) {
    if ((flags & TcpFlag.syn) !== 0) add(counts, at, direction, (flags & TcpFlag.ack) === 0 ? 0 : 1);
    else if (flags === TcpFlag.ack && payload === 0) add(counts, at, direction, 2);
  }
  if (payload > 0) add(counts, at, direction, 3);
  if (flags < 0) return;
  if ((flags & TcpFlag.fin) !== 0) add(counts, at, direction, 4);
  if ((flags & TcpFlag.rst) !== 0) add(counts, at, direction, 5);
}

function add(counts: Float64Array, at: number, direction: number, letter: number): void {
  const code = letter * 2 + direction;
  const seen = counts[at + Column.seen]!;
  if ((seen & (1 << code)) !== 0) return;
  counts[at + Column.seen] = seen | (1 << code);
  const place = counts[at + Column.letters]!;
  counts[at + Column.letters] = place + 1;
  const word = at + Column.history + Math.floor(place / PER_NUMBER);
  counts[word] = counts[word]! + code * 16 ** (place % PER_NUMBER);
}

/** `ShADadFf`: in the order in which they came first, capital where the client sent it. */
export function historyOf(counts: Float64Array, at: number, client: number): string {
  let history = '';
  for (let place = 0; place < counts[at + Column.letters]!; place++) {
    const word = counts[at + Column.history + Math.floor(place / PER_NUMBER)]!;
    const code = Math.floor(word / 16 ** (place % PER_NUMBER)) & 15;
    const letter = LETTERS.charAt(code >> 1);
    history += (code & 1) === client ? letter.toUpperCase() : letter;
  }
  return history;
}

/** By the TCP flags that each side sent, and by who sent anything. */
export function stateOf(transport: 'tcp' | 'udp', flags: Directions, packets: Directions): State {
  if (transport === 'udp') return packets.server === 0 ? 'S0' : packets.client === 0 ? 'SHR' : 'SF';
  const client = of(flags.client);
  const server = of(flags.server);
  if (client.syn) {
    if (packets.server === 0) return client.rst ? 'RSTOS0' : client.fin ? 'SH' : 'S0';
    if (!server.syn) return server.rst ? 'REJ' : 'OTH';
    if (client.rst) return 'RSTO';
    if (server.rst) return 'RSTR';
    if (client.fin) return server.fin ? 'SF' : 'S2';
    return server.fin ? 'S3' : 'S1';
  }
  if (!server.syn) return 'OTH';
  return server.rst ? 'RSTRH' : server.fin ? 'SHR' : 'OTH';
}

function of(flags: number): { syn: boolean; fin: boolean; rst: boolean } {
  return {
    syn: (flags & TcpFlag.syn) !== 0,
    fin: (flags & TcpFlag.fin) !== 0,
    rst: (flags & TcpFlag.rst) !== 0,
  };
}
