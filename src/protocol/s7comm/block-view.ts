/**
 * A block as an engineer reads it: what its header says, its code as instructions, everything else as bytes.
 *
 * cold: once a block that a person looks at, never per message
 *
 * @module
 */

import type { ProgramLine, ProgramPart, ProgramView } from '../program-reader.ts';
import { BLOCK_HEADER, BlockKind, blockFormat, kindName, languageName } from './block-format.ts';
import { disassemble } from './mc7.ts';

/** Bytes in one line of what is no code. */
const ROW = 16;

/** Types whose code is MC7. */
const CODE: readonly number[] = [BlockKind.OB, BlockKind.FB, BlockKind.FC];

/** The block for people. What is no block is shown as bytes. */
export function blockView(bytes: Uint8Array): ProgramView {
  const format = blockFormat(bytes);
  if (format === undefined) return { fields: [], parts: [part('bytes', 0, rows(bytes))] };
  const { codeLength, interfaceLength, additionalLength } = format;
  const fields = [
    ['block', `${kindName(format.type) || `type ${format.type} `}${format.number}`],
    ['language', languageName(format.language)],
    ['attributes', `0x${format.attributes.toString(16).padStart(2, '0')}`],
    [
      'protection',
      format.protection === 0 ? 'none' : format.protection === 3 ? 'know-how' : `${format.protection}`,
    ],
    ['author', format.author],
    ['family', format.family],
    ['name', format.name],
    ['version', format.version],
    ['code changed', timeText(format.codeTime)],
    ['interface changed', timeText(format.interfaceTime)],
    ['load memory', `${format.loadMemory} bytes`],
    ['code length', `${codeLength} bytes`],
    ['local data', `${format.localLength} bytes`],
    ['interface length', `${interfaceLength} bytes`],
    ['additional length', `${additionalLength} bytes`],
    ['checksum', `0x${format.checksum.toString(16).padStart(4, '0')}`],
    ['length', `${bytes.length} bytes${format.whole ? '' : ', which is not what its header says'}`],
  ].map(([name, value]) => ({ name: name!, value: value! }));

  const code = bytes.subarray(BLOCK_HEADER, BLOCK_HEADER + codeLength);
  const parts: ProgramPart[] = [];
  if (CODE.includes(format.type)) parts.push(part('code', BLOCK_HEADER, disassemble(code)));
  else parts.push(part(format.type === BlockKind.DB ? 'values' : 'data', BLOCK_HEADER, rows(code)));
  let at = BLOCK_HEADER + code.length;
  for (const [name, length] of [
    ['interface', interfaceLength],
    ['additional', additionalLength],
    ['footer', bytes.length],
  ] as const) {
    const content = bytes.subarray(at, at + length);
    if (content.length > 0) parts.push(part(name, at, rows(content)));
    at += content.length;
  }
  return { fields, parts };
}

function part(name: string, from: number, lines: readonly ProgramLine[]): ProgramPart {
  return { name, from, lines };
}

function rows(bytes: Uint8Array): ProgramLine[] {
  const lines: ProgramLine[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    lines.push({ at, bytes: bytes.subarray(at, at + ROW), text: '' });
  }
  return lines;
}

/** `2014-08-19 11:29:51.234`, as the clock of the station had it. */
function timeText(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '');
}
