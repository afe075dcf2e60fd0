/**
 * The parts of docs/findings.md that are made from the code: the kinds of finding of every room that has some
 * (`finding-kinds.ts`), the thresholds, what hosts can be known for. `npm run docs` writes them; a test fails when the
 * page and the code differ.
 *
 * @module
 */

import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { THRESHOLDS } from '../src/detect/thresholds.ts';
import { ROLES } from '../src/detect/tuning.ts';
import type { FindingKind } from '../src/operation/finding.ts';

const ROOT = join(import.meta.dirname, '..');

/** The page. */
export const FINDINGS_PAGE = join(ROOT, 'docs/findings.md');

/** The page as it should be. */
export async function findingsPage(): Promise<string> {
  let page = await readFile(FINDINGS_PAGE, 'utf8');
  page = putBetween(page, 'kinds of finding', await kinds());
  page = putBetween(page, 'thresholds', thresholds());
  return putBetween(page, 'roles of hosts', roles());
}

/** `page` with `text` between the marks of `name`. */
export function putBetween(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/findings.md has no place for ${name}: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** A table as Markdown. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map(cell => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function kinds(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob('src/*/finding-kinds.ts', { cwd: ROOT })) files.push(file);
  const parts: string[] = [];
  for (const file of files.sort()) {
    const rows = kindsIn(await import(join(ROOT, file)));
    parts.push(
      `### ${rows[0]!.name.split('.')[0]}`,
      markdownTable(
        ['kind', 'what', 'severity', 'because', 'technique', 'what to do'],
        rows.map(kind => [
          `\`${kind.name}\``,
          kind.title,
          kind.severity,
          kind.because,
          kind.technique,
          kind.advice,
        ]),
      ),
    );
  }
  return parts.join('\n\n');
}

/** All kinds that a room's file exports, by whatever names, in its order. */
function kindsIn(module: Readonly<Record<string, unknown>>): FindingKind[] {
  const found = new Set<FindingKind>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isKind(value)) found.add(value);
    else for (const part of Object.values(value)) look(part);
  };
  for (const value of Object.values(module)) look(value);
  return [...found];
}

function isKind(value: object): value is FindingKind {
  return ['name', 'title', 'severity', 'because', 'technique', 'advice'].every(key => key in value);
}

function thresholds(): string {
  return markdownTable(
    ['threshold', 'count', 'within', 'what is counted'],
    THRESHOLDS.map(({ name, count, within, what }) => [`\`${name}\``, count, `${within} s`, what]),
  );
}

function roles(): string {
  return Object.entries(ROLES)
    .map(([role, meaning]) => `- \`${role}\`: ${meaning}.`)
    .join('\n');
}

/** Writes the page. */
export async function writeFindingsPage(): Promise<void> {
  await writeFile(FINDINGS_PAGE, await findingsPage());
}
