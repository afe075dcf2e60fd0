/**
 * The tables of docs/plant.md, from the code. `node test/start/plant-page.ts` puts them into the page.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMPRESSOR_INTRUSION } from '../../src/drill/compressor-intrusion.ts';
import { TAGS } from '../../src/plant/compressor/tags.ts';
import { objectText, type Tag } from '../../src/plant/tag.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';

export const PAGE = fileURLToPath(new URL('../../docs/plant.md', import.meta.url));

/** The page with its tables as the code has them. */
export function plantPage(text: string): string {
  return fill(fill(text, 'tags', tagsTable(TAGS)), 'steps', stepsTable());
}

export function tagsTable(tags: readonly Tag[]): string {
  const rows = tags.map(tag => {
    const unit = tag.place.protocol === 'modbus' ? `unit ${tag.place.station} ` : '';
    const range = tag.range === undefined ? '' : tag.range.join(' to ');
    const scale = tag.type === 'bool' || tag.scale === 1 ? '' : String(tag.scale);
    const cells = [
      `\`${tag.name}\``,
      `${tag.controller} ${unit}\`${objectText(tag)}\``,
      tag.type,
      scale,
      tag.unit,
      range,
      tag.setting ? 'set' : 'read',
      tag.meaning,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| tag | where | type | scale | unit | safe range | stations | meaning |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function stepsTable(): string {
  const rows = COMPRESSOR_INTRUSION.map(({ name, technique, from, to, attempts, refusal }) => {
    const protocol = PROTOCOLS.find(p => p.name === (attempts[0]!.kind === 'modbus' ? 'modbus' : 's7comm'))!;
    return `| ${name} | ${technique} | ${from} | ${to} | ${protocol.errorName(refusal)} |`;
  });
  return [
    '| what is tried | technique | from | at | expected refusal |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function fill(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for the table '${name}'`);
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}

if (import.meta.main) writeFileSync(PAGE, plantPage(readFileSync(PAGE, 'utf8')));
