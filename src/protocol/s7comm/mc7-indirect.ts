/**
 * Instructions of MC7 whose operand is named by a word or double word in memory: `A I [MD 4]`, `SD T [LW 2]`. All
 * have four bytes: the second says which memory (high four bits) and which area or operation (low four), the next
 * word where in that memory. Sources as in mc7-operations.
 *
 * cold: once a block that a person looks at, never per message
 *
 * @module
 */

import { BIT_AREAS, ON_COUNTER, ON_TIMER, WIDE_AREAS } from './mc7-operations.ts';

/** Memory by the high four bits of the second byte, without its highest bit; a W or D follows. */
const MEMORY: readonly string[] = ['', '', '', 'M', 'DB', 'DI', 'L', ''];

/** Bit logic by the first byte: plain and negated, each for low four bits 1 to 6 and 9 to 14. */
const LOGIC: ReadonlyMap<number, readonly [string, string, string, string]> = new Map([
  [0x51, ['A', 'O', 'AN', 'ON']],
  [0x58, ['X', 'S', 'XN', 'R']],
  [0x59, ['=', 'FP', '', 'FN']],
]);

const CALLS: ReadonlyMap<number, string> = new Map([
  [0x0, 'UC FC'],
  [0x1, 'CC FC'],
  [0x2, 'UC FB'],
  [0x3, 'CC FB'],
  [0x8, 'OPN DB'],
  [0x9, 'OPN DI'],
]);

/** Operations on formal parameters of a kind, by the second byte of 0xfb; `-` where there is none. */
const PARAMETER: ReadonlyMap<number, readonly string[]> = new Map([
  [0x80, 'A AN O ON X XN - - - - - - - - - -'.split(' ')],
  [0x90, 'S R = - FP FN - - - - - - - - - -'.split(' ')],
  [0xa0, ON_TIMER],
  [0xb0, ON_COUNTER],
  [0xc0, '- L L L - T T T - - - - - - - -'.split(' ')],
  [0xd0, 'UC - UC - - - - - OPN - - - - - - -'.split(' ')],
]);

/** The text of such an instruction, or '' where it is none. */
export function indirect(first: number, second: number, word: number): string {
  const memory = MEMORY[(second >> 4) & 7]!;
  const low = second & 0x0f;
  const other = second >= 0x80;
  if (first === 0xfb && second >= 0x80) {
    const operation = PARAMETER.get(second & 0xf0)?.[low] ?? '-';
    return operation === '-' ? '' : `${operation} (parameter at ${word})`;
  }
  if (memory === '') return '';
  switch (first) {
    case 0xba:
      return low > 6 ? '' : `${move(other, low)}B [${memory}D ${word}]`;
    case 0xbb:
      return (low & 7) > 6 ? '' : `${move(other, low & 7)}${low < 8 ? 'W' : 'D'} [${memory}D ${word}]`;
    case 0xbf: {
      const operation = (other ? ON_COUNTER : ON_TIMER)[low]!;
      return operation === '-' ? '' : `${operation} ${other ? 'C' : 'T'} [${memory}W ${word}]`;
    }
    case 0xfb:
      return CALLS.has(low) ? `${CALLS.get(low)} [${memory}W ${word}]` : '';
    default: {
      const operation = LOGIC.get(first)?.[(other ? 2 : 0) + (low >> 3)] ?? '';
      const area = BIT_AREAS[low & 7]!;
      return operation === '' || area === '' ? '' : `${operation} ${area} [${memory}D ${word}]`;
    }
  }
}

function move(transfers: boolean, area: number): string {
  if (area === 0) return transfers ? 'T PQ' : 'L PI';
  return `${transfers ? 'T' : 'L'} ${WIDE_AREAS[area]}`;
}
