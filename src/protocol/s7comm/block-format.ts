/**
 * A block of an S7 program as it is transferred and lies in load memory:
 *
 *     0        0x7070
 *     2        format, 1
 *     3        attributes
 *     4        language in which it was written
 *     5        type
 *     6..8     number
 *     8..12    bytes of the whole block (load memory)
 *     12..16   protection: 0 none, 3 know-how
 *     16..22   time of the code: ms of the day, days since 1984-01-01
 *     22..28   time of the interface, likewise
 *     28..30   bytes of the interface (SSB)
 *     30..32   bytes of additional information (networks)
 *     32..34   bytes of local data
 *     34..36   bytes of the code (MC7), for a data block of its values
 *     36..     code, interface, additional information
 *     ..       the last 36 bytes: author (8), family (8), name (8), version, 1 byte, checksum (2), 8 bytes
 *
 * Sources: the public headers of Snap7 (TS7CompactBlockInfo, TS7BlockFooter), the fields of Wireshark's dissector
 * (`s7comm.blockinfo`), and the order of the parts, which the lengths of recorded blocks bear out: header, code,
 * interface, additional information and footer add up to the length of load memory.
 *
 * cold: once a block that a person looks at, never per message
 *
 * @module
 */

const MAGIC = 0x7070;
export const BLOCK_HEADER = 36;
const BLOCK_FOOTER = 36;
/** Dates count days from here. */
const EPOCH = Date.UTC(1984, 0, 1);
const DAY = 86_400_000;

export const BlockKind = { OB: 0x08, DB: 0x0a, SDB: 0x0b, FC: 0x0c, SFC: 0x0d, FB: 0x0e, SFB: 0x0f } as const;
export type BlockKind = keyof typeof BlockKind;

/** Names of languages, as the manufacturer's English tools have them. */
const LANGUAGES: ReadonlyMap<number, string> = new Map([
  [0, 'not defined'],
  [1, 'STL'],
  [2, 'LAD'],
  [3, 'FBD'],
  [4, 'SCL'],
  [5, 'DB'],
  [6, 'GRAPH'],
  [7, 'SDB'],
  [8, 'CPU-DB'],
  [17, 'SDB (after memory reset)'],
  [18, 'SDB (routing)'],
  [41, 'encrypted'],
]);

/** Where the parts of a block lie. Each range is within the block, whatever its header says. */
export interface BlockFormat {
  readonly attributes: number;
  readonly language: number;
  readonly type: number;
  readonly number: number;
  readonly loadMemory: number;
  readonly protection: number;
  /** ms since 1970-01-01, as if the station's clock were UTC. */
  readonly codeTime: number;
  readonly interfaceTime: number;
  readonly interfaceLength: number;
  readonly additionalLength: number;
  readonly localLength: number;
  readonly codeLength: number;
  readonly author: string;
  readonly family: string;
  readonly name: string;
  /** `1.0`. */
  readonly version: string;
  readonly checksum: number;
  /** True where the lengths of the parts add up to that of the block. */
  readonly whole: boolean;
}

/** Reads a block's header and footer; undefined where the bytes begin no block. The footer is '' and 0 where it is cut. */
export function blockFormat(bytes: Uint8Array): BlockFormat | undefined {
  if (bytes.length < BLOCK_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(0) !== MAGIC) return undefined;
  const interfaceLength = view.getUint16(28);
  const additionalLength = view.getUint16(30);
  const codeLength = view.getUint16(34);
  const parts = BLOCK_HEADER + codeLength + interfaceLength + additionalLength + BLOCK_FOOTER;
  const footer = bytes.length - BLOCK_FOOTER;
  const hasFooter = footer >= BLOCK_HEADER;
  const text = (at: number) => (hasFooter ? textAt(bytes, footer + at, 8) : '');
  const version = hasFooter ? bytes[footer + 24]! : 0;
  return {
    attributes: bytes[3]!,
    language: bytes[4]!,
    type: bytes[5]!,
    number: view.getUint16(6),
    loadMemory: view.getUint32(8),
    protection: view.getUint32(12),
    codeTime: timeAt(view, 16),
    interfaceTime: timeAt(view, 22),
    interfaceLength,
    additionalLength,
    localLength: view.getUint16(32),
    codeLength,
    author: text(0),
    family: text(8),
    name: text(16),
    version: `${version >> 4}.${version & 0x0f}`,
    checksum: hasFooter ? view.getUint16(footer + 26) : 0,
    whole: parts === bytes.length && view.getUint32(8) === bytes.length,
  };
}

/** `OB`, or '' where there is no such type. */
export function kindName(type: number): BlockKind | '' {
  for (const [name, value] of Object.entries(BlockKind)) if (value === type) return name as BlockKind;
  return '';
}

/** Name of a language by its number. */
export function languageName(language: number): string {
  return LANGUAGES.get(language) ?? `0x${language.toString(16)}`;
}

/** The block without the present values of a data block, which change while the controller works: they are zero. */
export function withoutValues(bytes: Uint8Array): Uint8Array {
  const format = blockFormat(bytes);
  if (format?.type !== BlockKind.DB) return bytes;
  const copy = bytes.slice();
  copy.fill(0, BLOCK_HEADER, BLOCK_HEADER + format.codeLength);
  return copy;
}

function timeAt(view: DataView, at: number): number {
  return EPOCH + view.getUint16(at + 4) * DAY + view.getUint32(at);
}

/** Characters up to the first zero; what is no printable ASCII is a point. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const zero = bytes.indexOf(0, at);
  const end = zero >= 0 && zero < at + length ? zero : at + length;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1');
  return text.replace(/[^\x20-\x7e]/g, '.').trimEnd();
}
