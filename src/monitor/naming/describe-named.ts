/**
 * What was recognised and not decoded, as text for people: a line for each name.
 *
 * @module
 */

import type { NamedSummary } from './named.ts';

/** Servers that a line names. */
const MAX_SERVERS = 4;

export function describeNamed(rows: readonly NamedSummary[]): string {
  const byName = Map.groupBy(rows, ({ name, transport }) => `${name} ${transport}`);
  if (byName.size === 0) return '';
  return ['recognised and not decoded', ...[...byName.values()].map(line)].join('\n');
}

function line(rows: readonly NamedSummary[]): string {
  const { name, transport, opaque } = rows[0]!;
  const sum = (what: 'conversations' | 'bytes') => rows.reduce((total, row) => total + row[what], 0);
  const servers = rows.flatMap(({ server }) => (server === null ? [] : [server]));
  const shown = servers.slice(0, MAX_SERVERS).join(', ');
  const more = servers.length > MAX_SERVERS ? ` and ${servers.length - MAX_SERVERS} more` : '';
  const what =
    transport === 'ethernet' ? 'frames' : transport === 'tcp' ? 'connections' : 'UDP conversations';
  const where = servers.length === 0 ? '' : ` with ${shown}${more}`;
  return `  ${name}${opaque ? ' (encrypted)' : ''}: ${sum('conversations')} ${what}, ${sum('bytes')} bytes${where}`;
}
