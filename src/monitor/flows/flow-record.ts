/**
 * A flow as it is reported: one TCP connection, or what two UDP ports said to each other.
 *
 * @module
 */

/** Numbers of both directions: what the client sent, and what the server sent. */
export interface Directions {
  readonly client: number;
  readonly server: number;
}

/** The fields are those of NDJSON, documented in docs/formats.md. */
export interface FlowRecord {
  /** Seconds since 1970-01-01 UTC of the first and the last packet. */
  readonly time: number;
  readonly end: number;
  /** Number of its first packet in the reading; operations carry the same number. */
  readonly flow: number;
  readonly transport: 'tcp' | 'udp';
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  /** Control protocol that it carries, or '' where none was recognised. */
  readonly protocol: string;
  /** What it was recognised as, though it is not decoded; '' otherwise. */
  readonly named: string;
  /** See {@link STATES}. */
  readonly state: State;
  /** What happened in it, as Zeek writes it: a letter for each kind of packet, capital where the client sent it. */
  readonly history: string;
  readonly packets: Directions;
  /** Of IP packets, headers included. */
  readonly bytes: Directions;
  /** Of the transport's payload. */
  readonly payload: Directions;
  /** TCP flags that were seen. */
  readonly flags: Directions;
  readonly operations: number;
  /** Operations with an anomaly. */
  readonly anomalies: number;
  readonly retransmissions: number;
  readonly gaps: number;
  readonly gapBytes: number;
  readonly decodedBytes: number;
  readonly notUnderstoodBytes: number;
  readonly unrecognisedBytes: number;
  readonly opaque: number;
  /** Community ID, version 1, seed 0. */
  readonly communityId: string;
}

/**
 * How far a connection came, in Zeek's words where they fit:
 * `S0` asked and not answered, `S1` set up and not ended, `SF` set up and ended, `REJ` refused,
 * `S2` and `S3` only the client's or only the server's half ended, `RSTO` and `RSTR` reset by the client or the server,
 * `RSTOS0` and `SH` given up by the client before an answer (RST or FIN), `RSTRH` and `SHR` the same seen from the
 * server's side only, `OTH` the beginning was not seen.
 */
export const STATES = [
  'S0',
  'S1',
  'SF',
  'REJ',
  'S2',
  'S3',
  'RSTO',
  'RSTR',
  'RSTOS0',
  'RSTRH',
  'SH',
  'SHR',
  'OTH',
] as const;
export type State = (typeof STATES)[number];
