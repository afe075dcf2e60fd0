/**
 * Who talks to whom how, as a graph: assets that take part in a link, and the links. Where a policy is given, assets stand
 * in its zones.
 *
 * @module
 */

import type { Policy } from '../../policy/policy.ts';
import type { AssetRecord, Inventory, LinkRecord } from './records.ts';

export interface GraphNode {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly certainty: string;
  /** Makers of its network interfaces, or who it says made it. */
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly macs: string;
  /** Zone of the policy and its level, where there is one. */
  readonly zone: string;
  readonly level: number | undefined;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly LinkRecord[];
}

export function graphOf({ assets, links }: Inventory, policy?: Policy): Graph {
  const ends = new Set(links.flatMap(({ client, server }) => [client, server]));
  const known = new Map(assets.map(asset => [asset.id, asset]));
  const nodes = [...ends].map(id => node(id, known.get(id), policy));
  return { nodes, edges: links };
}

/** `asset` is undefined for an end of a link that found no room among the assets, or that never sent anything. */
function node(id: string, asset: AssetRecord | undefined, policy: Policy | undefined): GraphNode {
  const fact = (...names: string[]) => asset?.facts.find(({ name }) => names.includes(name))?.value ?? '';
  const hosts = (asset?.addresses.map(({ address }) => address) ?? [id]).flatMap(
    address => policy?.hostsAt(address) ?? [],
  );
  const zone = hosts[0] === undefined ? undefined : policy?.zones.get(hosts[0].zone);
  const makers = asset?.macs.map(({ vendor }) => vendor).filter(vendor => vendor !== '') ?? [];
  const told = fact('vendor');
  return {
    id,
    name: hosts[0]?.name ?? asset?.name ?? '',
    role: asset?.roles[0]?.role ?? '',
    certainty: asset?.roles[0]?.certainty ?? '',
    vendor: told === '' ? [...new Set(makers)].join(', ') : told,
    model: fact('model', 'module type', 'product', 'order number'),
    firmware: fact('firmware'),
    macs: asset?.macs.map(({ mac }) => mac).join(' ') ?? '',
    zone: zone?.name ?? '',
    level: zone?.level,
  };
}
