/**
 * Structure of packets: link, VLAN tags, IPv4 and IPv6 with extension headers, TCP, UDP, and tunnels, as far as they
 * can be followed.
 *
 * @module
 */

import { type Grammar, read, Structure, words } from './structure.ts';

const MAX_LAYERS = 24;

export const PACKET: Grammar = {
  structure(bytes, link) {
    const s = new Structure();
    if (link === 113) network(s, bytes, 16, read(bytes, { at: 14, width: 2 }), MAX_LAYERS);
    else if (link === 276) network(s, bytes, 20, read(bytes, { at: 0, width: 2 }), MAX_LAYERS);
    else if (link === 1) ethernet(s, bytes, 0, MAX_LAYERS);
    else network(s, bytes, link === 0 || link === 108 ? 4 : 0, byVersion(bytes, 0), MAX_LAYERS);
    return s;
  },
  words: words(
    '0800',
    '86dd',
    '8100',
    '88a8',
    '8847',
    '8864',
    '6558',
    '88be',
    '22eb',
    '4500',
    '6000',
    '12b5',
    '0800000000000000',
    '2000',
    '2001',
    '1fff',
  ),
  codes: [
    0, 4, 6, 17, 41, 43, 44, 47, 50, 51, 60, 97, 135, 137, 0x45, 0x4f, 0x60, 2, 0x12, 0x10, 0x14, 0x11, 0x50,
  ],
};

function byVersion(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800;
}

function ethernet(s: Structure, bytes: Uint8Array, at: number, left: number): void {
  s.number(at + 12).item(at, at + 14);
  network(s, bytes, at + 14, read(bytes, { at: at + 12, width: 2 }), left - 1);
}

function network(s: Structure, bytes: Uint8Array, at: number, type: number, left: number): void {
  if (left <= 0 || at >= bytes.length) return;
  const end = bytes.length;
  switch (type) {
    case 0x0800: {
      const header = ((bytes[at] ?? 0) & 15) * 4;
      s.code(at)
        .length(at + 2, 2, at, end)
        .number(at + 4)
        .number(at + 6)
        .code(at + 9)
        .number(at + 12, 4);
      s.item(at, Math.min(end, at + header));
      transport(s, bytes, at + header, bytes[at + 9] ?? 0, left - 1);
      return;
    }
    case 0x86dd: {
      s.code(at)
        .length(at + 4, 2, at + 40, end)
        .code(at + 6)
        .number(at + 8, 4)
        .item(at, Math.min(end, at + 40));
      transport(s, bytes, at + 40, bytes[at + 6] ?? 0, left - 1);
      return;
    }
    case 0x8100:
    case 0x88a8:
    case 0x9100:
      s.number(at)
        .number(at + 2)
        .item(at, at + 4);
      network(s, bytes, at + 4, read(bytes, { at: at + 2, width: 2 }), left - 1);
      return;
    case 0x8847:
    case 0x8848:
      s.number(at, 4).item(at, at + 4);
      if (((bytes[at + 2] ?? 1) & 1) === 0) network(s, bytes, at + 4, type, left - 1);
      else network(s, bytes, at + 4, byVersion(bytes, at + 4), left - 1);
      return;
    case 0x8864:
      s.code(at)
        .code(at + 1)
        .number(at + 2)
        .length(at + 4, 2, at + 6, end)
        .number(at + 6);
      network(s, bytes, at + 8, byVersion(bytes, at + 8), left - 1);
      return;
    case 0x6558:
      ethernet(s, bytes, at, left - 1);
      return;
    default:
      s.number(at).number(at + 2);
  }
}

function transport(s: Structure, bytes: Uint8Array, at: number, protocol: number, left: number): void {
  if (left <= 0 || at >= bytes.length) return;
  const end = bytes.length;
  switch (protocol) {
    case 6:
      s.number(at)
        .number(at + 2)
        .number(at + 4, 4)
        .number(at + 8, 4)
        .code(at + 12)
        .code(at + 13)
        .item(at, at + 20);
      return;
    case 17:
      s.number(at)
        .number(at + 2)
        .length(at + 4, 2, at, end)
        .item(at, at + 8);
      if (read(bytes, { at: at + 2, width: 2 }) === 4789) {
        s.code(at + 8).number(at + 12, 4);
        ethernet(s, bytes, at + 16, left - 1);
      }
      return;
    case 47: {
      const flags = read(bytes, { at, width: 2 });
      const type = read(bytes, { at: at + 2, width: 2 });
      s.number(at).number(at + 2);
      let inner = at + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0);
      if (type === 0x88be || type === 0x22eb) {
        s.number(inner, 4).number(inner + 8, 4);
        inner += type === 0x22eb ? 12 : flags & 0x1000 ? 8 : 0;
        ethernet(s, bytes, inner, left - 1);
      } else network(s, bytes, inner, type, left - 1);
      return;
    }
    case 4:
      network(s, bytes, at, 0x0800, left - 1);
      return;
    case 41:
      network(s, bytes, at, 0x86dd, left - 1);
      return;
    case 97:
      ethernet(s, bytes, at + 2, left - 1);
      return;
    case 137:
      network(s, bytes, at, 0x8847, left - 1);
      return;
    case 0:
    case 43:
    case 44:
    case 51:
    case 60:
    case 135: {
      const length = protocol === 44 ? 8 : 8 + (bytes[at + 1] ?? 0) * (protocol === 51 ? 4 : 8);
      s.code(at)
        .number(at + 1, 1)
        .number(at + 2)
        .item(at, Math.min(end, at + length));
      transport(s, bytes, at + length, bytes[at] ?? 0, left - 1);
      return;
    }
    default:
      s.number(at).number(at + 2);
  }
}
