/**
 * What a pcapng file has around its packets (draft-ietf-opsawg-pcapng): a section and its interfaces in front, their
 * statistics behind. cold: once a file.
 *
 * @module
 */

const Block = { section: 0x0a0d0d0a, interface: 1, statistics: 5 } as const;
const BYTE_ORDER = 0x1a2b3c4d;
/** Options of all of them; a code means something else in each kind of block. */
const Option = { end: 0, name: 2, userApplication: 4, received: 4, osDropped: 7, resolution: 9 } as const;
const NANOSECONDS = 9;

/** An interface as a file describes it. */
export interface Described {
  readonly name: string;
  readonly link: number;
}

/** How a file begins: a section, and its interfaces. */
export function beginning(
  application: string,
  snapLength: number,
  interfaces: readonly Described[],
): Uint8Array {
  const section = new Body().u32(BYTE_ORDER).u16(1).u16(0).u32(-1).u32(-1);
  section.option(Option.userApplication, Buffer.from(application)).end();
  const parts = [section.block(Block.section)];
  for (const { name, link } of interfaces) {
    const body = new Body().u16(link).u16(0).u32(snapLength);
    body
      .option(Option.name, Buffer.from(name))
      .option(Option.resolution, Buffer.from([NANOSECONDS]))
      .end();
    parts.push(body.block(Block.interface));
  }
  return Buffer.concat(parts);
}

/** Interface statistics at `milliseconds` since 1970; `dropped` is left out where it is not of this interface alone. */
export function statistics(
  index: number,
  milliseconds: number,
  received: number,
  dropped?: number,
): Uint8Array {
  const ticks = BigInt(Math.round(milliseconds)) * 1_000_000n;
  const body = new Body()
    .u32(index)
    .u32(Number(ticks >> 32n))
    .u32(Number(ticks & 0xffffffffn));
  body.option(Option.received, eight(received));
  if (dropped !== undefined) body.option(Option.osDropped, eight(dropped));
  return body.end().block(Block.statistics);
}

function eight(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

class Body {
  readonly #parts: Uint8Array[] = [];

  u16(value: number): this {
    this.#parts.push(Uint8Array.of(value & 0xff, (value >> 8) & 0xff));
    return this;
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16);
  }

  option(code: number, value: Uint8Array): this {
    this.u16(code).u16(value.length);
    this.#parts.push(value, new Uint8Array(-value.length & 3));
    return this;
  }

  end(): this {
    return this.u16(Option.end).u16(0);
  }

  block(type: number): Uint8Array {
    const body = Buffer.concat(this.#parts);
    const length = new Body().u32(body.length + 12);
    const head = new Body().u32(type);
    return Buffer.concat([...head.#parts, ...length.#parts, body, ...length.#parts]);
  }
}
