/**
 * A beginning of a policy's `tags:`, from the objects that were seen to change or to be written. Types are what the protocol
 * says, or guesses, and said to be such.
 *
 * @module
 */

import { ValueType } from '../../operation/value.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Plane } from './plane.ts';
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

/**
 * The policy's text, line by line; without a policy, hosts for the servers come first, so that it stands by itself. Nothing
 * where there is nothing to propose. `rows` are gone through twice.
 */
export function* proposedTags(
  rows: Iterable<Row>,
  protocols: readonly Protocol[],
  policy?: Policy,
): Iterable<string> {
  const hosts = new Map<string, string>();
  let count = 0;
  for (const { record } of proposed(rows)) {
    count++;
    if (policy?.hostsAt(record.server)[0] === undefined) hosts.set(hostOf(record, policy), record.server);
  }
  if (count === 0) return;
  yield '# Proposed from what was seen to change or to be written. Give each tag its name, unit and range.\n';
  if (policy === undefined) {
    yield 'cofferdam: 1\nplant: proposed from what was seen\nzones:\n  unknown:\n    hosts:\n';
    for (const [name, address] of hosts)
      yield `      ${name}: ${address.includes(':') ? `'${address}'` : address}\n`;
  } else if (hosts.size > 0) yield `# The policy has no host for: ${[...hosts.values()].join(', ')}\n`;
  yield 'tags:\n';
  for (const row of proposed(rows)) yield tagLine(row, protocols[row.plane.protocol]!, policy);
}

type PlaneRow = Row & { readonly plane: Plane };

/** Rows that a tag is proposed for. */
function* proposed(rows: Iterable<Row>): Iterable<PlaneRow> {
  let reach: { row: Row; to: number } | undefined;
  for (const row of rows) {
    const { record, plane, address } = row;
    if (plane === undefined || record.tag !== null || (record.changes === 0 && record.writes === 0)) continue;
    // What was read as two types at one place can be one tag only.
    if (!TYPES.has(plane.type) || (reach !== undefined && samePlace(reach.row, row) && address < reach.to))
      continue;
    if (plane.station < 0) continue;
    yield { ...row, plane };
    reach = { row, to: address + plane.width };
  }
}

function hostOf({ server }: Row['record'], policy: Policy | undefined): string {
  return policy?.hostsAt(server)[0]?.name ?? `host-${server.replace(/[^0-9a-f]+/g, '-')}`;
}

function tagLine({ record, plane }: PlaneRow, protocol: Protocol, policy: Policy | undefined): string {
  const type = TYPES.get(plane.type);
  const host = hostOf(record, policy);
  const station =
    plane.station === protocol.stations.standard ? '' : `${protocol.stations.word} ${record.station} `;
  const name = `${host}.${station}${record.object}`.replace(/[^A-Za-z0-9_.-]+/g, '-');
  const seen = record.least === null ? '' : `, seen ${short(record.least)} to ${short(record.greatest!)}`;
  const guess = record.guess === undefined ? '' : `, perhaps ${record.guess}`;
  const sure = protocol.spaces[plane.space]!.bits === 16 ? 'type is a guess' : 'type as the protocol says';
  return `  ${name}: { at: ${host} ${record.protocol} ${station}${record.object}, type: ${type} }  # ${sure}${seen}${guess}\n`;
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
