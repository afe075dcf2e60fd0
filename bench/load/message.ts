/**
 * What is said in the gateway's bench. The one exchange: read 125 holding registers, the longest answer that Modbus/TCP has
 * but one (Modbus Application Protocol V1.1b3, 6.3).
 *
 * @module
 */
const REGISTERS = 125;

/** Where the server listens, and where whoever stands in line does. */
export const SERVER = '127.0.0.2';
export const IN_LINE = '127.0.0.1';

/** Where connections come from: stations in turn, because a gateway limits what one station may open. */
export const STATIONS = '127.0.1.0/24';
export function stationOf(connection: number): string {
  return `127.0.1.${1 + (connection % 8)}`;
}

/** 12 bytes; the transaction identifier is set for each. */
export const REQUEST: readonly number[] = [0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, REGISTERS];

/** Bytes of the answer: MBAP header, function, byte count, values. */
export const RESPONSE_LENGTH = 7 + 2 + 2 * REGISTERS;

/** The answer with transaction 0. */
export function response(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RESPONSE_LENGTH);
  bytes.set([0, 0, 0, 0, 0, RESPONSE_LENGTH - 6, 1, 3, 2 * REGISTERS]);
  for (let i = 9; i < RESPONSE_LENGTH; i++) bytes[i] = i;
  return bytes;
}

/** What the load sends to the one that started it, between a job and its result: the warm-up is over. */
export const BEGUN = 'begun';
