/**
 * Modbus/TCP read a second time, from the standard and not from the project's decoder: whole messages of a stream,
 * and whether the stand's policy allows them.
 *
 * @module
 */

/** The messages of a stream up to where it can be read no further, and how many bytes are left there. */
export function modbusMessages(stream: Buffer): { messages: Buffer[]; rest: number } {
  const messages: Buffer[] = [];
  let at = 0;
  while (stream.length - at >= 8 && stream.readUInt16BE(at + 2) === 0) {
    const end = at + 6 + stream.readUInt16BE(at + 4);
    if (end > stream.length || end < at + 8) break;
    messages.push(stream.subarray(at, end));
    at = end;
  }
  return { messages, rest: stream.length - at };
}

/** Is this an exception? */
export function isException(message: Buffer): boolean {
  return message.length === 9 && message[7]! >= 0x80;
}

/** Is this a request that the stand's policy allows: unit 1, reads within the limits, writes to 40 to 49? */
export function isAllowed(message: Buffer): boolean {
  const pdu = message.subarray(7);
  if (message[6] !== 1) return false;
  const word = (at: number): number => pdu.readUInt16BE(at);
  const within = (address: number, count: number): boolean =>
    address >= 40 && count >= 1 && address + count <= 50;
  switch (pdu[0]) {
    case 1:
    case 2:
      return pdu.length === 5 && word(3) >= 1 && word(3) <= 2000 && word(1) + word(3) <= 65536;
    case 3:
    case 4:
      return pdu.length === 5 && word(3) >= 1 && word(3) <= 125 && word(1) + word(3) <= 65536;
    case 6:
      return pdu.length === 5 && within(word(1), 1);
    case 16:
      return pdu.length === 6 + pdu[5]! && pdu[5] === word(3) * 2 && within(word(1), word(3));
    case 22:
      return pdu.length === 7 && within(word(1), 1);
    case 23:
      return (
        pdu.length === 10 + pdu[9]! &&
        word(3) >= 1 &&
        word(3) <= 125 &&
        word(1) + word(3) <= 65536 &&
        pdu[9] === word(7) * 2 &&
        within(word(5), word(7))
      );
    case 24:
      return pdu.length === 3;
    default:
      // UMAS (90) among them: a vendor's functions are allowed by number only, and the stand names none.
      return false;
  }
}
