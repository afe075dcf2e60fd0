/**
 * A beginning of a policy's `tags:`, from the objects that were seen to change or to be written. Types are what the protocol
 * says, or guesses, and said to be such.
 *
 * @module
 */

import { ValueType } from '../../operation/value.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Row } from './tag-records.ts';

/** Types of a policy by those of operations. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [ValueType.bool, 'bool'],
  [ValueType.u8, 'uint8'],
  [ValueType.i8, 'int8'],
  [ValueType.u16, 'uint16'],
  [ValueType.i16, 'int16'],
  [ValueType.u32, 'uint32'],
  [ValueType.i32, 'int32'],
  [ValueType.f32, 'float32'],
  [ValueType.f64, 'float64'],
]);

/** The policy's text; without a policy, hosts for the servers come first, so that it stands by itself. '' for nothing. */
export function proposedTags(rows: readonly Row[], protocols: readonly Protocol[], policy?: Policy): string {
  const tags: string[] = [];
  const hosts = new Map<string, string>();
  let reach: { row: Row; to: number } | undefined;
  for (const row of rows) {
    const { record, plane, address } = row;
    if (plane === undefined || record.tag !== null || (record.changes === 0 && record.writes === 0)) continue;
    const type = TYPES.get(plane.type);
    const protocol = protocols[plane.protocol]!;
    // What was read as two types at one place can be one tag only.
    if (type === undefined || (reach !== undefined && samePlace(reach.row, row) && address < reach.to))
      continue;
    if (plane.station < 0) continue;
    const known = policy?.hostsAt(record.server)[0]?.name;
    const host = known ?? `host-${record.server.replace(/[^0-9a-f]+/g, '-')}`;
    if (known === undefined) hosts.set(host, record.server);
    const station =
      plane.station === protocol.stations.standard ? '' : `${protocol.stations.word} ${record.station} `;
    const name = `${host}.${station}${record.object}`.replace(/[^A-Za-z0-9_.-]+/g, '-');
    const seen = record.least === null ? '' : `, seen ${short(record.least)} to ${short(record.greatest!)}`;
    const guess = record.guess === undefined ? '' : `, perhaps ${record.guess}`;
    const sure = protocol.spaces[plane.space]!.bits === 16 ? 'type is a guess' : 'type as the protocol says';
    tags.push(
      `  ${name}: { at: ${host} ${record.protocol} ${station}${record.object}, type: ${type} }  # ${sure}${seen}${guess}`,
    );
    reach = { row, to: address + plane.width };
  }
  if (tags.length === 0) return '';
  const lines = [
    '# Proposed from what was seen to change or to be written. Give each tag its name, unit and range.',
  ];
  if (policy === undefined) {
    lines.push('cofferdam: 1', 'plant: proposed from what was seen', 'zones:', '  unknown:', '    hosts:');
    for (const [name, address] of hosts)
      lines.push(`      ${name}: ${address.includes(':') ? `'${address}'` : address}`);
  } else if (hosts.size > 0) lines.push(`# The policy has no host for: ${[...hosts.values()].join(', ')}`);
  return `${[...lines, 'tags:', ...tags].join('\n')}\n`;
}

function samePlace({ plane: a }: Row, { plane: b }: Row): boolean {
  return (
    a?.server === b?.server &&
    a?.protocol === b?.protocol &&
    a?.station === b?.station &&
    a?.space === b?.space &&
    a?.area === b?.area
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
