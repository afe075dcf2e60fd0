/**
 * Copying a few bytes from one buffer into another: a typed array's `set` needs a view of its own, and costs more.
 *
 * @module
 */

/** Copies `length` bytes, four at a time. */
export function copyBytes(from: DataView, at: number, to: DataView, offset: number, length: number): void {
  const words = length & ~3;
  for (let i = 0; i < words; i += 4) to.setInt32(offset + i, from.getInt32(at + i));
  for (let i = words; i < length; i++) to.setUint8(offset + i, from.getUint8(at + i));
}
