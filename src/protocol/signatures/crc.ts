/**
 * Checks that some protocols carry, bit by bit: they are asked for once or twice a connection.
 *
 * @module
 */

/** CRC-16/DNP (IEEE 1815) over `length` bytes, as it stands least significant byte first behind them. */
export function isDnpCrc(view: DataView, at: number, length: number): boolean {
  let crc = 0;
  for (let i = 0; i < length; i++) {
    crc ^= view.getUint8(at + i);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xa6bc : crc >>> 1;
  }
  return (~crc & 0xffff) === view.getUint16(at + length, true);
}

/** CRC-16/MODBUS (MODBUS over serial line V1.02, 6.2.2), or from another value. */
export function isModbusCrc(view: DataView, at: number, length: number, from = 0xffff): boolean {
  let crc = from;
  for (let i = 0; i < length; i++) {
    crc ^= view.getUint8(at + i);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc === view.getUint16(at + length, true);
}

/** CRC-CCITT from 0xffff (IEEE C37.118.2, annex B), or from another value. */
export function isCcittCrc(view: DataView, at: number, length: number, from = 0xffff): boolean {
  let crc = from;
  for (let i = 0; i < length; i++) {
    crc ^= view.getUint8(at + i) << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000) !== 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc === view.getUint16(at + length);
}
