/**
 * A route: what one client may do at one controller in one protocol, compiled from all conduits between them into
 * tables that the judge reads.
 *
 * @module
 */

import { type Protocol, Step } from '../protocol/protocol.ts';
import type { Guard } from './judge/interlock.ts';
import type { Segments } from './judge/segments.ts';
import type { TagTable } from './judge/tag-table.ts';
import type { Conduit, Host, Refuse } from './model.ts';
import { Reason } from './reasons.ts';

export class Route {
  readonly client: string;
  /** Names of the policy's hosts that the client's address stands for. */
  readonly clients: readonly string[];
  /** Name of the host it leads to. */
  readonly target: string;
  readonly protocol: Protocol | undefined;
  readonly conduits: readonly Conduit[];
  readonly refuse: Refuse;
  /** Stations at which operations whose content is hidden are let through. */
  readonly opaque: Int32Array;
  /** Why an operation is denied that no rule speaks of. */
  readonly reason: Reason;
  /** Grants by verb. */
  readonly verbs: readonly Segments[];
  readonly tags: TagTable;
  /** What interlocks require for a write of each tag of the table. */
  readonly guards: readonly (readonly Guard[])[];
  /** Bits of an address, by space. */
  readonly units: Int32Array;
  /** By row of the protocol's function table: 1 for a function of a vendor's own. */
  readonly vendor: Uint8Array;
  /** By row of the protocol's function table: 1 for a function that carries the content of programs. */
  readonly carries: Uint8Array;
  /** The station that means all of them, or -1. */
  readonly broadcast: number;

  constructor(
    client: string,
    hosts: readonly Host[],
    target: string,
    protocol: Protocol | undefined,
    conduits: readonly Conduit[],
    tags: TagTable,
    verbs: readonly Segments[],
    guards: readonly (readonly Guard[])[],
  ) {
    this.client = client;
    this.clients = hosts.map(host => host.name);
    this.target = target;
    this.protocol = protocol;
    this.conduits = conduits;
    this.refuse = conduits.find(c => c.refuse !== undefined)?.refuse ?? 'answer';
    const denied = conduits.some(c => c.opaque === 'deny');
    this.opaque = Int32Array.from(conduits.flatMap(c => (c.opaque === 'allow' && !denied ? c.stations : [])));
    this.reason =
      hosts.length === 0 ? Reason.stranger : conduits.length === 0 ? Reason.noConduit : Reason.noRule;
    this.tags = tags;
    this.guards = guards;
    this.units = Int32Array.from(protocol?.spaces ?? [], space => space.bits);
    this.vendor = Uint8Array.from(protocol?.functions ?? [], row => (row.vendor ? 1 : 0));
    this.carries = Uint8Array.from(protocol?.functions ?? [], row => (row.step === Step.content ? 1 : 0));
    this.broadcast = protocol?.stations.broadcast ?? -1;
    this.verbs = verbs;
  }
}
