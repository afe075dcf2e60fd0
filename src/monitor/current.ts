/**
 * The session whose operation a sink is being handed, and its place in the reading: an operation itself carries only
 * numbers.
 *
 * @module
 */
import type { Packet } from '../packet/packet.ts';
import type { ProtocolHealth } from './health.ts';
import type { Session } from './session.ts';

/** What a reading has come to so far. */
export interface Reached {
  readonly traffic: { readonly packet: Packet };
  readonly health: readonly ProtocolHealth[];
  readonly unrecognised: number;
  readonly streams: {
    readonly retransmissions: number;
    readonly gaps: number;
    readonly gapBytes: number;
    readonly ignoredBytes: number;
  };
}

/** Places behind that of any packet: of what connections give away at the end, then of what is said of them. */
const BEHIND = 2 ** 44;

export class Current {
  /** All sessions, by their cell of the flow table. */
  sessions: readonly (Session | undefined)[] = [];
  /** That cell. A number: the collector need not be told of each change. */
  flow = 0;
  /** Whoever reads. */
  monitor: Reached | undefined;
  /** Is told the number of each connection that had a session and is ended or forgotten. */
  closed: ((serial: number) => void) | undefined;
  /**
   * Is told of a conversation that is recognised and not decoded: the number of the connection, or 0 for that of the UDP
   * datagram at hand; and its name.
   */
  named: ((serial: number, name: string) => void) | undefined;
  /** Is told that no packet comes any more, before connections are ended. */
  ending: (() => void) | undefined;
  /** 0 while packets come; then 1 while connections are ended, and 2 when all of them are. */
  over = 0;
  /** Number of the packet whose bytes are read, where they waited for others in front of them; else 0. */
  held = 0;
  /** With `over` = 2: number of the flow that is told of. */
  told = 0;

  /**
   * The reading is over, and nobody asks of it any more: who collected something in it does not keep its tables in memory,
   * which may be as large as the rest of the program, while that is put into words.
   */
  leave(): void {
    this.sessions = [];
    this.monitor = undefined;
    this.closed = undefined;
    this.named = undefined;
    this.ending = undefined;
  }

  get session(): Session {
    return this.sessions[this.flow]!;
  }

  /** Number of the packet that completed the operation; at the end of the reading 0, where it cannot be told. */
  get packet(): number {
    if (this.held !== 0) return this.held;
    return this.over === 0 ? (this.monitor?.traffic.packet.number ?? 0) : 0;
  }

  /**
   * Place in the reading of what happens now: the number of the packet. At the end, connections follow in the order
   * in which they began. The same, however many threads share the reading.
   */
  get number(): number {
    if (this.over === 0) return this.monitor?.traffic.packet.number ?? 0;
    return this.over * BEHIND + (this.over === 1 ? this.session.serial : this.told);
  }

  /** The same by time, seconds since 1970-01-01 UTC, for threads that each number the packets of their own. */
  get time(): number {
    return this.over === 0 ? (this.monitor?.traffic.packet.time ?? 0) : this.number;
  }
}
