/**
 * Random numbers from a seed, for runs that can be repeated.
 *
 * @module
 */

/** mulberry32 (Tommy Ettinger, public domain): whole numbers from 0 to below `n`. */
export function random(seed: number): (n: number) => number {
  let state = seed | 0;
  return n => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** A copy of `message` with a few bytes changed, cut out, put in or doubled. */
export function mutate(message: Uint8Array, rnd: (n: number) => number): Buffer {
  let bytes = Buffer.from(message);
  for (let changes = 1 + rnd(3); changes > 0; changes--) {
    const at = rnd(bytes.length + 1);
    switch (rnd(6)) {
      case 0:
      case 1:
        if (at < bytes.length) bytes[at] = rnd(256);
        break;
      case 2:
        if (at < bytes.length) bytes[at]! ^= 1 << rnd(8);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + rnd(4))]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([rnd(256)]), bytes.subarray(at)]);
        break;
      default:
        // Boundary values where lengths and counts stand.
        if (at + 1 < bytes.length)
          bytes.writeUInt16BE([0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff][rnd(8)]!, at);
    }
    if (bytes.length === 0) bytes = Buffer.from([0]);
  }
  return bytes;
}
