/**
 * Fits text into the columns and rows of a terminal. Every character takes one column here.
 *
 * @module
 */

import { stripVTControlCharacters } from 'node:util';

const ESCAPE = '\x1b';

/** An event on the screen: its title, and what may be left out. Lines that fit the columns. */
export interface Block {
  readonly title: readonly string[];
  readonly details: readonly string[];
}

/**
 * The newest of `blocks`, oldest first, in at most `rows` lines. The details of the newest one that has any come
 * before older titles, and those before the details of older ones.
 */
export function newest(blocks: readonly Block[], rows: number): string[] {
  const latest = blocks.findLast(
    ({ title, details }) => details.length > 0 && title.length + details.length <= rows,
  );
  let room = rows - (latest?.details.length ?? 0);
  let first = blocks.length;
  while (first > 0 && blocks[first - 1]!.title.length <= room) room -= blocks[--first]!.title.length;
  const lines: string[][] = [];
  for (const block of blocks.slice(first).reverse()) {
    if (block === latest) lines.unshift([...block.title, ...block.details]);
    else if (block.details.length <= room) {
      room -= block.details.length;
      lines.unshift([...block.title, ...block.details]);
    } else {
      room = 0;
      lines.unshift([...block.title]);
    }
  }
  return lines.flat();
}

/** Breaks plain text between words. A word that is longer than a line stands alone. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= columns || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** Cuts a line to `columns`, with an ellipsis where something is left out; its colours stay. */
export function cut(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let room = columns - 1;
  const pieces = line.split(ESCAPE).map((piece, i) => {
    // A colour is ESC, a bracket, numbers and `m`.
    const code = i === 0 ? 0 : piece.indexOf('m') + 1;
    const kept = piece.slice(code, code + room);
    room -= kept.length;
    return piece.slice(0, code) + kept;
  });
  return `${pieces.join(ESCAPE)}…`;
}
