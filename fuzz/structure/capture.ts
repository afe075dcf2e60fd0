/**
 * Structure of capture files: pcap records and pcapng blocks with their options, in either byte order.
 *
 * @module
 */

import { type Grammar, read, Structure, words } from './structure.ts';

const MAX_RECORDS = 200;

export const CAPTURE: Grammar = {
  structure(bytes) {
    const s = new Structure();
    const magic = read(bytes, { at: 0, width: 4 });
    if (magic === 0x0a0d0d0a) blocks(s, bytes);
    else records(s, bytes, magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1);
    return s;
  },
  words: words(
    'a1b2c3d4',
    'd4c3b2a1',
    '4d3cb2a1',
    '0a0d0d0a',
    '1a2b3c4d',
    '4d3c2b1a',
    '00000006',
    '06000000',
    'ffffffff',
  ),
  codes: [0, 1, 2, 3, 5, 6, 9, 10, 14, 101, 113, 228, 276, 0x80, 0x7f, 0xff, 0x0bad],
};

/** The pcap format: a file header of 24 bytes, then records. */
function records(s: Structure, bytes: Uint8Array, little: boolean): void {
  s.code(0, 4, little).number(4, 2, little).number(16, 4, little).code(20, 4, little);
  for (let at = 24, n = 0; at + 16 <= bytes.length && n < MAX_RECORDS; n++) {
    const to = Math.min(bytes.length, at + 16 + read(bytes, { at: at + 8, width: 4, little }));
    s.number(at, 4, little).number(at + 4, 4, little);
    s.length(at + 8, 4, at + 16, to, 1, little)
      .length(at + 12, 4, at + 16, to, 1, little)
      .item(at, to);
    at = to;
  }
}

/** The pcapng format: blocks, whose length stands at both ends. */
function blocks(s: Structure, bytes: Uint8Array): void {
  let little = true;
  for (let at = 0, n = 0; at + 12 <= bytes.length && n < MAX_RECORDS; n++) {
    if (read(bytes, { at, width: 4 }) === 0x0a0d0d0a) {
      little = read(bytes, { at: at + 8, width: 4, little: true }) === 0x1a2b3c4d;
    }
    const type = read(bytes, { at, width: 4, little });
    const length = read(bytes, { at: at + 4, width: 4, little });
    const to = length < 12 ? bytes.length : Math.min(bytes.length, at + length);
    s.code(at, 4, little)
      .length(at + 4, 4, at, to, 1, little)
      .number(to - 4, 4, little)
      .item(at, to);
    if (type === 1) {
      s.code(at + 8, 2, little).number(at + 12, 4, little);
      options(s, bytes, at + 16, to - 4, little);
    } else if (type === 6 || type === 2) {
      s.number(at + 8, 4, little)
        .number(at + 12, 4, little)
        .number(at + 16, 4, little);
      s.length(at + 20, 4, at + 28, to - 4, 1, little).number(at + 24, 4, little);
    } else if (type === 3) s.number(at + 8, 4, little);
    else s.code(at + 8, 4, little);
    at = to;
  }
}

function options(s: Structure, bytes: Uint8Array, from: number, end: number, little: boolean): void {
  for (let at = from; at + 4 <= end; ) {
    const length = read(bytes, { at: at + 2, width: 2, little });
    const to = Math.min(end, at + 4 + ((length + 3) & ~3));
    s.code(at, 2, little)
      .length(at + 2, 2, at + 4, to, 1, little)
      .number(at + 4, 1)
      .item(at, to);
    at = to;
  }
}
