/**
 * S7comm read a second time, from RFC 1006, X.224 and what is public of S7: whole messages of a stream, and whether
 * the stand's policy allows them.
 *
 * @module
 */

/** The messages of a stream up to where it can be read no further, and how many bytes are left there. */
export function s7Messages(stream: Buffer): { messages: Buffer[]; rest: number } {
  const messages: Buffer[] = [];
  let at = 0;
  let end = 0;
  // TPKT: version 3, reserved, length with header. A data TPDU without the EOT bit goes on in the next packet; a
  // first one without data adds nothing to what follows, and is counted as a message.
  while (stream.length - end >= 7 && stream[end] === 3) {
    const packet = end;
    end += stream.readUInt16BE(packet + 2);
    if (end > stream.length || end < packet + 7) break;
    const goesOn = stream[packet + 5] === 0xf0 && (stream[packet + 6]! & 0x80) === 0;
    if (goesOn && !(packet === at && end === at + 7)) continue;
    messages.push(stream.subarray(at, end));
    at = end;
  }
  return { messages, rest: stream.length - at };
}

/** Is this a request that the stand's policy allows: reads, and writes to bytes 0 to 9 of DB 1, of rack 0 slot 2? */
export function isAllowed(message: Buffer): boolean {
  const tpdu = message[5]! & 0xf0;
  if (tpdu === 0xe0) return calledTsap(message)?.at(-1) === 2;
  // Disconnect request and confirm, and error: they end a connection.
  if (tpdu === 0x80 || tpdu === 0xc0 || tpdu === 0x70) return true;
  if (tpdu !== 0xf0) return false;
  const pdu = dataOf(message);
  if (pdu.length === 0) return true;
  if (pdu[0] !== 0x32) return false;
  const param = pdu.subarray(10, 10 + pdu.readUInt16BE(6));
  if (pdu.length !== 10 + pdu.readUInt16BE(6) + pdu.readUInt16BE(8)) return false;
  // Userdata: of the requests, only reads of variables and of records.
  if (pdu[1] === 7) return (param[5] === 0x41 && param[6] === 2) || (param[5] === 0x42 && param[6] === 8);
  if (pdu[1] !== 1) return false;
  if (param[0] === 0xf0) return param.length === 8;
  if (param[0] === 4) return true;
  return param[0] === 5 && writesAllowed(param);
}

/** Is this what a controller, or a station, says to refuse something? */
export function isRefusal(message: Buffer): boolean {
  if ((message[5]! & 0xf0) === 0x80) return true;
  const pdu = dataOf(message);
  if (pdu[1] === 7) return pdu.readUInt16BE(20) !== 0;
  if (pdu[1] !== 3) return false;
  if (pdu.readUInt16BE(10) !== 0) return true;
  // Every item with a return code other than 0xff, success: five bytes an item in a read's answer, one in a write's.
  const data = pdu.subarray(12 + pdu.readUInt16BE(6));
  const step = pdu[12] === 4 ? 4 : 1;
  return data.length > 0 && data.every((byte, i) => i % step !== 0 || byte !== 0xff);
}

function writesAllowed(param: Buffer): boolean {
  let at = 2;
  for (let i = 0; i < param[1]!; i++) {
    // S7ANY: 12 0a 10, transport size, count (2), DB (2), area, first bit (3).
    if (at + 12 > param.length || param.readUInt32BE(at) >>> 8 !== 0x120a10) return false;
    const width = WIDTHS[param[at + 3]!];
    if (width === undefined || blockOf(param, at) !== 1) return false;
    const first = param.readUIntBE(at + 9, 3);
    if (first + param.readUInt16BE(at + 4) * width > 80) return false;
    at += 12;
  }
  return at === param.length && param[1]! > 0;
}

/** A block is reached as data (0x84) or as instance data (0x85); the 200 family calls block 1 its V memory (0x87). */
function blockOf(param: Buffer, at: number): number {
  const area = param[at + 8];
  if (area === 0x87) return 1;
  return area === 0x84 || area === 0x85 ? param.readUInt16BE(at + 6) : 0;
}

/** Bits of an element by transport size. */
const WIDTHS: Readonly<Record<number, number>> = {
  1: 1,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 32,
  8: 32,
  9: 16,
  10: 32,
  11: 32,
  12: 16,
  15: 64,
};

/** The user data of all packets of a message, put together. */
function dataOf(message: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += message.readUInt16BE(at + 2)) {
    parts.push(message.subarray(at + 5 + message[at + 4]!, at + message.readUInt16BE(at + 2)));
  }
  return Buffer.concat(parts);
}

/** Parameter 0xc2 of a connection request. */
function calledTsap(message: Buffer): Buffer | undefined {
  for (let at = 11; at + 1 < message.length; at += 2 + message[at + 1]!) {
    if (message[at] === 0xc2) return message.subarray(at + 2, at + 2 + message[at + 1]!);
  }
  return undefined;
}
