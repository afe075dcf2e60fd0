/**
 * The inventory as text for people: a block for each asset.
 *
 * @module
 */

import { counted, digits } from '../../operation/counted.ts';
import { plain } from '../../protocol/phrase.ts';
import { proofText } from './proof.ts';
import type { AssetRecord, Inventory, InventoryParts, MacRecord, ServiceRecord } from './records.ts';

/** Lines of a kind that a block shows; --json has them all. */
const MAX_LINES = 12;

/**
 * Piece by piece, a block each: there may be very many. `everything`: also addresses of which nothing is known but that they
 * sent packets through a router. `files`: how many captures there are; where there is one, it is not named each time.
 */
export function* describeAssets(
  { assets, links, lost }: InventoryParts,
  files: number,
  everything: boolean,
): Iterable<string> {
  let [count, hidden] = [0, 0];
  for (const asset of assets) {
    count++;
    if (everything || isOfInterest(asset)) yield `${block(asset, files > 1)}\n\n`;
    else hidden++;
  }
  let between = 0;
  for (const _ of links) between++;
  const last = [`${counted(count, 'asset')}, ${counted(between, 'link')} between them`];
  if (hidden > 0)
    last.push(
      `  ${digits(hidden)} not shown, which ${hidden === 1 ? 'was' : 'were'} only seen to send packets (--all shows them)`,
    );
  last.push(...lostLines(lost));
  yield `${last.join('\n')}\n`;
}

/** Something is known of it. */
function isOfInterest({ roles, serves, uses, facts, conflicts }: AssetRecord): boolean {
  return roles.length + uses.length + facts.length + conflicts.length > 0 || serves.length > 0;
}

function block(asset: AssetRecord, withFile: boolean): string {
  const where = (proof: AssetRecord['roles'][number]['proof']) =>
    `[${proofText(withFile ? proof : { ...proof, file: '' })}]`;
  const { id, name, addresses, macs, vlans, behind, roles, serves, uses, facts, conflicts } = asset;
  const role =
    roles[0] === undefined ? '' : roles[0].certainty === 'shown' ? roles[0].role : `${roles[0].role}?`;
  const title = [name ?? '', role].filter(part => part !== '');
  const lines = [`${id}${title.length > 0 ? `  ${title.join(', ')}` : ''}`];
  if (addresses.length > 1)
    lines.push(
      `  also        ${addresses
        .slice(1, 9)
        .map(one => one.address)
        .join(', ')}`,
    );
  for (const mac of macs.slice(0, 4)) lines.push(`  hardware    ${macText(mac)}`);
  if (behind !== null) lines.push(`  hardware    behind ${behind}, which sends for several addresses`);
  if (vlans.length > 0) lines.push(`  VLAN        ${vlans.join(', ')}`);
  for (const { role, certainty, reason, proof } of roles)
    lines.push(`  ${certainty.padEnd(8)}    ${role}: ${reason} ${where(proof)}`);
  for (const { name, value, source, station, proof } of few(facts, lines, 'facts')) {
    const of = station === '' ? '' : `, ${station}`;
    lines.push(`  ${name}: ${plain(value)}  (${source}${of}) ${where(proof)}`);
  }
  for (const service of few(serves, lines, 'services'))
    lines.push(`  serves      ${serviceText(service)} ${where(service.proof)}`);
  for (const { protocol, server, port, verbs } of few(uses, lines, 'uses')) {
    const counts = Object.entries(verbs).map(([verb, count]) => `${verb} ${count}`);
    lines.push(`  uses        ${server}:${port} ${protocol}: ${counts.join(', ')}`);
  }
  for (const { what, values } of conflicts) {
    const said = values.map(({ value, source, proof }) => `${value} (${source}) ${where(proof)}`);
    lines.push(`  conflict    ${what}: ${said.join('; ')}`);
  }
  return lines.join('\n');
}

/** The first of them; how many more there are is said once, on a line of `lines`. */
function few<T>(all: readonly T[], lines: string[], what: string): readonly T[] {
  if (all.length > MAX_LINES)
    lines.push(`  (${all.length} ${what}, of which ${MAX_LINES} follow; --json has all)`);
  return all.slice(0, MAX_LINES);
}

function macText({ mac, vendor, local, claims }: MacRecord): string {
  const maker = local ? 'made up locally' : vendor === '' ? 'of no registered maker' : vendor;
  const by = [...new Set(claims.map(claim => claim.by))].join(', ');
  return `${mac}  ${maker}${by === '' ? '' : `  (claimed by ${by})`}`;
}

function serviceText({ port, protocol, stations }: ServiceRecord): string {
  if (protocol === null) return `TCP port ${port}, not decoded`;
  const list = stations.slice(0, 16).map(({ station }) => station);
  const more = stations.length > list.length ? ' …' : '';
  return `${protocol} on TCP port ${port}${list.length > 0 ? `, stations ${list.join(' ')}${more}` : ''}`;
}

function lostLines(lost: Inventory['lost']): string[] {
  const { refusedPackets, forgottenAddresses, refusedFrames, forgottenMacs, sessions, facts, details } = lost;
  const said: string[] = [];
  const say = (count: number, what: string) => {
    if (count > 0) said.push(`  to stay within memory: ${digits(count)} ${what}`);
  };
  say(forgottenAddresses, 'addresses of a packet or two were forgotten');
  say(refusedPackets, 'packets of addresses that found no room were not looked at');
  say(forgottenMacs, 'hardware addresses of a frame or two were forgotten');
  say(refusedFrames, 'frames of hardware addresses that found no room were not looked at');
  say(sessions, 'sessions between hosts that found no room were not counted');
  say(facts, 'facts of devices that tell very many were not kept');
  say(details, 'times a port, VLAN, station or the like of a device found no room');
  return said;
}
