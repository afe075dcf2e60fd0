/**
 * Structure of S7 messages: TPKT (RFC 1006), COTP (X.224, class 0), and the PDU with its items.
 *
 * @module
 */

import { type Grammar, read, Structure, words } from './structure.ts';

const JOBS = [0x04, 0x05, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x28, 0x29, 0xf0];
const TPDUS = [0xe0, 0xd0, 0x80, 0xc0, 0x70, 0xf0];
const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0b, 0x0f, 0x11, 0x12, 0x1c, 0x1d, 0x1e, 0x1f];
const AREAS = [0x03, 0x05, 0x06, 0x07, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87];

export const S7COMM: Grammar = {
  structure(bytes) {
    const s = new Structure();
    const u8 = (at: number) => bytes[at] ?? 0;
    const u16 = (at: number) => read(bytes, { at, width: 2 });
    const end = bytes.length;
    s.code(0)
      .number(1, 1)
      .length(2, 2, 0, end)
      .length(4, 1, 5, Math.min(end, 5 + u8(4)))
      .code(5);
    if (u8(5) !== 0xf0) {
      s.number(6).number(8).code(10);
      for (let at = 11; at + 2 <= end; ) {
        const to = Math.min(end, at + 2 + u8(at + 1));
        s.code(at)
          .length(at + 1, 1, at + 2, to)
          .item(at, to);
        at = to;
      }
      return s;
    }
    s.number(6, 1);
    const ack = u8(8) === 2 || u8(8) === 3;
    const param = 7 + (ack ? 12 : 10);
    const data = Math.min(end, param + u16(13));
    s.code(7).code(8).number(9).number(11).length(13, 2, param, data).length(15, 2, data, end);
    if (ack) s.number(17);
    s.code(param);
    if (u8(8) === 7) userdata(s, bytes, param, data, end);
    else if (u8(param) === 4 || u8(param) === 5) {
      if (!ack) variables(s, bytes, param + 2, data, param + 1, 1);
      else s.number(param + 1, 1);
      if (ack && u8(param) === 5) for (let at = data; at < end; at++) s.code(at).item(at, at + 1);
      else values(s, bytes, data, end);
    } else {
      for (let at = param + 1; at < data; at++) s.number(at, 1);
      if (u8(param) === 0x28) s.length(param + 8, 2, param + 10, Math.min(data, param + 10 + u16(param + 8)));
      s.length(data, 2, data + 4, end);
    }
    return s;
  },
  words: words(
    '0300',
    '03000007',
    '02f080',
    '02f000',
    '3201',
    '3203',
    '3207',
    '000112',
    '120a10',
    '12',
    'b0',
    'b2',
    '82',
    'a2',
    'ff04',
    'ff09',
    '00040008',
    '0a000000',
    '505f50524f4752414d',
    '5f494e5345',
    '7201',
  ),
  codes: [...JOBS, ...TPDUS, ...SIZES, ...AREAS, 0x10, 0x12, 0x32, 0xff, 0xb0, 0xb2, 0x82, 0x84, 0xa2, 0x72],
};

/** Parameters of Userdata, and what its functions have in their data. */
function userdata(s: Structure, bytes: Uint8Array, param: number, data: number, end: number): void {
  const group = (bytes[param + 5] ?? 0) & 15;
  s.length(param + 3, 1, param + 4, data)
    .code(param + 4)
    .code(param + 5)
    .code(param + 6)
    .number(param + 7, 1);
  if (data - param >= 12)
    s.number(param + 8, 1)
      .number(param + 9, 1)
      .number(param + 10);
  s.code(data)
    .code(data + 1)
    .length(data + 2, 2, data + 4, end);
  const at = data + 4;
  if (group === 2) {
    if ((bytes[at + 4] ?? 0) === 0x12) {
      s.number(at + 2, 1).number(at + 3, 1);
      variables(s, bytes, at + 4, end, at, 2);
    } else {
      s.number(at);
      values(s, bytes, at + 2, end);
    }
  } else if (group === 1) {
    const count = at + 4 + read(bytes, { at, width: 2 });
    s.length(at, 2, at + 4, count).length(at + 2, 2, count, end);
    s.length(count, 2, count + 2, end, 6);
    for (let item = count + 2; item + 6 <= end; item += 6) {
      s.code(item)
        .number(item + 1, 1)
        .number(item + 2)
        .number(item + 4)
        .item(item, item + 6);
    }
  } else for (let i = at; i + 2 <= Math.min(end, at + 16); i += 2) s.number(i);
}

/** Variables: each as long as its second byte says, filled up to an even length. */
function variables(
  s: Structure,
  bytes: Uint8Array,
  from: number,
  end: number,
  count: number,
  width: number,
): void {
  s.number(count, width);
  for (let at = from; at + 3 <= end; ) {
    const length = 2 + (bytes[at + 1] ?? 0);
    const to = Math.min(end, at + length + (length & 1));
    s.code(at)
      .length(at + 1, 1, at + 2, to)
      .code(at + 2)
      .code(at + 3);
    if (bytes[at + 2] === 0x10)
      s.number(at + 4)
        .number(at + 6)
        .code(at + 8)
        .number(at + 9, 3);
    s.item(at, to);
    at = to;
  }
}

/** Values: return code, transport size, length in bits or bytes, filled up to an even length. */
function values(s: Structure, bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at + 4 <= end; ) {
    const inBits = [3, 4, 5].includes(bytes[at + 1]!);
    const field = read(bytes, { at: at + 2, width: 2 });
    const length = inBits ? (field + 7) >> 3 : field;
    const to = Math.min(end, at + 4 + length + (length & 1));
    s.code(at)
      .code(at + 1)
      .length(at + 2, 2, at + 4, to, inBits ? 1 / 8 : 1)
      .item(at, to);
    at = to;
  }
}
