/**
 * A beginning of a policy: the assets in zones by role, for an engineer to correct. What it proposes allows nothing; who
 * may do what is for people to write.
 *
 * @module
 */

import type { AssetRecord, Inventory } from './records.ts';

/** Zone and level of the Purdue model that a role usually has. */
const ZONES: readonly { readonly roles: readonly string[]; readonly zone: string; readonly level: number }[] =
  [
    { roles: ['controller', 'gateway'], zone: 'control', level: 1 },
    { roles: ['operator station', 'engineering station'], zone: 'supervision', level: 2 },
    { roles: ['historian', 'server'], zone: 'operations', level: 3 },
  ];

/** Assets that take part in a link. */
export function proposedZones({ assets, links }: Inventory): string {
  const ends = new Set(links.flatMap(({ client, server }) => [client, server]));
  const lines = [
    'cofferdam: 1',
    'plant: proposed from what was seen',
    '# Zones and names are guesses by role: correct them.',
    'zones:',
  ];
  const names = new Set<string>();
  for (const { zone, level, roles } of [...ZONES, { zone: 'unknown', level: 3, roles: [] }]) {
    const members = assets.filter(
      asset => ends.has(asset.id) && asset.addresses.length > 0 && zoneOf(asset) === zone,
    );
    if (members.length === 0) continue;
    lines.push(
      `  ${zone}:`,
      `    level: ${level}${roles.length === 0 ? '  # of no role that was seen' : ''}`,
      '    hosts:',
    );
    for (const asset of members) {
      const name = hostName(asset, names);
      const reason =
        asset.roles[0] === undefined ? '' : `  # ${asset.roles[0].role}, ${asset.roles[0].certainty}`;
      lines.push(`      ${name}: ${quoted(asset.addresses[0]!.address)}${reason}`);
    }
  }
  return names.size === 0 ? '' : `${lines.join('\n')}\n`;
}

function zoneOf({ roles }: AssetRecord): string {
  return (
    ZONES.find(({ roles: some }) => roles[0] !== undefined && some.includes(roles[0].role))?.zone ?? 'unknown'
  );
}

/** Its own name, if a policy can have it, or one made of its address; each name once. */
export function hostName({ name, id }: Pick<AssetRecord, 'name' | 'id'>, taken: Set<string>): string {
  const own = (name ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  const made = own === '' ? `host-${id.replace(/[^0-9a-f]+/g, '-')}` : own;
  let unique = made;
  for (let i = 2; taken.has(unique); i++) unique = `${made}-${i}`;
  taken.add(unique);
  return unique;
}

function quoted(address: string): string {
  return address.includes(':') ? `'${address}'` : address;
}
