/**
 * What a run of the harness is given: the messages of a conversation, the packets of a capture, or the one part that
 * a file is. Seeds and regressions are such cases as text, one part a line:
 *
 *     # what it is
 *     > 0001 0000 0006 01 03 006b 0003      from the client
 *     < 0001 0000 0009 01 03 06 022b00000064   from the server
 *     1 0202 0202 …                         a packet, with its link type before it
 *
 * @module
 */

export interface Part {
  /** The side that sends a message (0 client, 1 server); the link type of a packet; 0 for a file. */
  readonly kind: number;
  readonly bytes: Uint8Array;
}

export type Case = readonly Part[];

const SIDES = ['>', '<'];

/** Reads a case. */
export function parseCase(text: string): Part[] {
  const parts: Part[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [mark = '', ...hex] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (mark === '') continue;
    const kind = SIDES.includes(mark) ? SIDES.indexOf(mark) : Number(mark);
    const digits = hex.join('');
    if (!Number.isInteger(kind) || !/^([0-9a-f]{2})*$/i.test(digits)) {
      throw new Error(`line ${index + 1}: write '>', '<' or a link type, then bytes in hexadecimal`);
    }
    parts.push({ kind, bytes: Uint8Array.from(Buffer.from(digits, 'hex')) });
  }
  return parts;
}

/** A case as text. `sides` tells that its parts are messages of two sides. */
export function formatCase(parts: Case, sides: boolean): string {
  return parts
    .map(({ kind, bytes }) => `${sides ? SIDES[kind]! : kind} ${Buffer.from(bytes).toString('hex')}`)
    .join('\n');
}

/** Bytes of all parts. */
export function sizeOf(parts: Case): number {
  return parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
