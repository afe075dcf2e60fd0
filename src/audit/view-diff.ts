/**
 * Two versions of a block beside each other, as an engineer reads them: the fields of the header that changed, then each
 * part line by line, with what went away (-), what came (+) and a little of what stayed.
 *
 * @module
 */

import { diff } from 'node:util';
import type { ProgramLine, ProgramPart, ProgramView } from '../protocol/program-reader.ts';

/** Lines that stay and are shown around a change. */
const AROUND = 2;
/** Lines that are compared one by one: beyond, what differs is shown as one change. */
const MAX_COMPARED = 800;

/** A line of the comparison, and what became of it. */
interface Compared {
  readonly mark: '-' | '+' | ' ';
  readonly line: ProgramLine;
}

/** The comparison as text, without an end of line after the last. */
export function viewDiff(before: ProgramView, after: ProgramView): string {
  const out: string[] = [];
  const was = new Map(before.fields.map(({ name, value }) => [name, value]));
  const is = new Map(after.fields.map(({ name, value }) => [name, value]));
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const [from = '(none)', to = '(none)'] = [was.get(name), is.get(name)];
    if (from !== to) out.push(`  ${name.padEnd(18)}${from}  ->  ${to}`);
  }
  const parts = new Set([...before.parts, ...after.parts].map(part => part.name));
  for (const name of parts) {
    const compared = compareLines(linesOf(before.parts, name), linesOf(after.parts, name));
    if (compared.every(({ mark }) => mark === ' ')) continue;
    out.push(`  ${name}`, ...shown(compared));
  }
  return out.join('\n');
}

/** A block by itself, where it has no other version. */
export function viewText({ fields, parts }: ProgramView): string {
  return [
    ...fields.map(({ name, value }) => `  ${name.padEnd(18)}${value}`.trimEnd()),
    ...parts.flatMap(({ name, lines }) => [`  ${name}`, ...lines.map(line => lineText(' ', line))]),
  ].join('\n');
}

function linesOf(parts: readonly ProgramPart[], name: string): readonly ProgramLine[] {
  return parts.find(part => part.name === name)?.lines ?? [];
}

function compareLines(before: readonly ProgramLine[], after: readonly ProgramLine[]): Compared[] {
  const was = before.map(keyOf);
  const is = after.map(keyOf);
  let head = 0;
  while (head < was.length && head < is.length && was[head] === is[head]) head++;
  let tail = 0;
  while (tail < was.length - head && tail < is.length - head && was.at(-1 - tail) === is.at(-1 - tail))
    tail++;
  const compared: Compared[] = after.slice(0, head).map(line => ({ mark: ' ', line }));
  let a = head;
  let b = head;
  const remove = () => compared.push({ mark: '-', line: before[a++]! });
  const add = () => compared.push({ mark: '+', line: after[b++]! });
  const endA = was.length - tail;
  const endB = is.length - tail;
  // What has nothing to compare with is left to the loops below; `diff` takes no empty lists either.
  const comparable = head < endA && head < endB && endA - head <= MAX_COMPARED && endB - head <= MAX_COMPARED;
  if (comparable) {
    // Its entries are in the first only (1), in both (0), or in the second only (-1).
    for (const [mark] of diff(was.slice(head, endA), is.slice(head, endB))) {
      if (mark > 0) remove();
      else if (mark < 0) add();
      else {
        a++;
        compared.push({ mark: ' ', line: after[b++]! });
      }
    }
  }
  while (a < endA) remove();
  while (b < endB) add();
  for (const line of after.slice(endB)) compared.push({ mark: ' ', line });
  return compared;
}

/** Lines are the same where their bytes are: an instruction that only moved did not change. */
function keyOf({ bytes }: ProgramLine): string {
  return hexOf(bytes);
}

function shown(compared: readonly Compared[]): string[] {
  const near = compared.map((_, i) =>
    compared.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(({ mark }) => mark !== ' '),
  );
  const out: string[] = [];
  let last = -1;
  for (const [i, { mark, line }] of compared.entries()) {
    if (!near[i]) continue;
    if (last >= 0 && last !== i - 1) out.push('      …');
    out.push(lineText(mark, line));
    last = i;
  }
  return out;
}

function lineText(mark: string, { at, bytes, text }: ProgramLine): string {
  return `    ${mark} ${at.toString(16).padStart(4, '0')}  ${hexOf(bytes).padEnd(12)}  ${text}`.trimEnd();
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
