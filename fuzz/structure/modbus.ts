/**
 * Structure of Modbus/TCP messages (MODBUS Application Protocol V1.1b3, 6; Messaging on TCP/IP V1.0b, 3.1.3).
 *
 * @module
 */

import { type Grammar, Structure, words } from './structure.ts';

const FUNCTIONS = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43, 90];

export const MODBUS: Grammar = {
  structure(bytes, side) {
    const s = new Structure();
    const end = bytes.length;
    s.number(0).number(2).length(4, 2, 6, end).number(6, 1).code(7);
    const request = side === 0;
    const pdu = 7;
    const listed = (at: number, unit: (from: number) => number) => {
      for (let from = at; from < end; ) {
        const to = Math.min(end, from + Math.max(1, unit(from)));
        s.item(from, to);
        from = to;
      }
    };
    switch (bytes[pdu]) {
      case 1:
      case 2:
      case 3:
      case 4:
        if (request) s.number(8).number(10);
        else s.length(8, 1, 9, end);
        break;
      case 8:
        s.code(8, 2).number(10);
        break;
      case 12:
        if (!request) s.length(8, 1, 9, end).number(9).number(11).number(13);
        break;
      case 15:
      case 16:
        s.number(8);
        if (!request) s.number(10);
        else s.length(10, 2, 13, end, bytes[pdu] === 16 ? 2 : 1 / 8).length(12, 1, 13, end);
        break;
      case 17:
        if (!request) s.length(8, 1, 9, end);
        break;
      case 20:
        s.length(8, 1, 9, end);
        if (request) listed(9, () => 7);
        else listed(9, from => 1 + (bytes[from] ?? 0));
        break;
      case 21:
        s.length(8, 1, 9, end);
        listed(9, from => 7 + 2 * (((bytes[from + 5] ?? 0) << 8) | (bytes[from + 6] ?? 0)));
        break;
      case 23:
        if (request) s.number(8).number(10).number(12).length(14, 2, 17, end, 2).length(16, 1, 17, end);
        else s.length(8, 1, 9, end);
        break;
      case 24:
        if (request) s.number(8);
        else s.length(8, 2, 10, end).length(10, 2, 12, end, 2);
        break;
      case 43: {
        s.code(8).code(9);
        if (request || bytes[8] !== 14) break;
        s.code(10).code(11).number(12, 1).number(13, 1);
        listed(14, from => 2 + (bytes[from + 1] ?? 0));
        break;
      }
      case 90:
        s.number(8, 1).code(9);
        break;
      default:
        s.number(8).number(10);
    }
    if (bytes[pdu] === 20 || bytes[pdu] === 21) {
      for (const { from } of s.items)
        s.code(from)
          .number(from + 1)
          .number(from + 3)
          .number(from + 5);
    } else if (bytes[pdu] === 43) for (const { from, to } of s.items) s.length(from + 1, 1, from + 2, to);
    return s;
  },
  words: words('0000', '00000006', 'ffff', 'ff00', '0000ff00', '2b0e', '2b0d', '5a00', '0600010000', '90'),
  codes: [...FUNCTIONS, ...FUNCTIONS.map(code => code | 0x80), 0, 0x7f, 0xff, 13, 14, 0xfd, 0xfe, 6],
};
