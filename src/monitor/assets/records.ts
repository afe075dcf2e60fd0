/**
 * The inventory as plain data: what `cofferdam assets --json` prints. Its fields are documented in docs/assets.md.
 *
 * @module
 */

import type { Fact } from './fact-list.ts';
import type { Proof } from './proof.ts';

/** How sure a role is: a packet shows it; it follows from what was done; it is one of several things it may be. */
export const CERTAINTIES = ['shown', 'likely', 'possible'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export interface Role {
  readonly role: string;
  readonly certainty: Certainty;
  readonly reason: string;
  readonly proof: Proof;
}

export interface AddressRecord {
  readonly address: string;
  readonly packets: number;
  readonly bytes: number;
  readonly first: Proof;
  /** Time of its last packet; null where it never sent one itself (ARP alone). */
  readonly last: number | null;
}

export interface MacRecord {
  readonly mac: string;
  /** Who has the block; '' where nobody does, or the address is made up locally. */
  readonly vendor: string;
  readonly local: boolean;
  /** The addresses of this asset that it claims, and by what. */
  readonly claims: readonly { readonly address: string; readonly by: string; readonly proof: Proof }[];
  readonly proof: Proof;
}

/** A TCP port on which it accepted connections, or a protocol that it served. */
export interface ServiceRecord {
  readonly port: number;
  /** Name of the protocol that was decoded; null where none was. */
  readonly protocol: string | null;
  /** Stations that answered. */
  readonly stations: readonly { readonly station: string; readonly proof: Proof }[];
  readonly proof: Proof;
}

export interface UseRecord {
  readonly protocol: string;
  readonly server: string;
  readonly port: number;
  readonly verbs: Readonly<Record<string, number>>;
}

export interface Conflict {
  readonly what: string;
  readonly values: readonly { readonly value: string; readonly source: string; readonly proof: Proof }[];
}

export interface AssetRecord {
  /** Its first IP address, or its hardware address. */
  readonly id: string;
  /** What it calls itself; null where it does not. */
  readonly name: string | null;
  readonly addresses: readonly AddressRecord[];
  readonly macs: readonly MacRecord[];
  readonly vlans: readonly number[];
  /** Hardware address of the router behind which it was seen; null where it was seen itself. */
  readonly behind: string | null;
  readonly roles: readonly Role[];
  readonly serves: readonly ServiceRecord[];
  readonly uses: readonly UseRecord[];
  readonly facts: readonly Fact[];
  readonly conflicts: readonly Conflict[];
}

export interface LinkRecord {
  /** Ids of assets. */
  readonly client: string;
  readonly server: string;
  readonly protocol: string;
  readonly port: number;
  readonly operations: number;
  readonly failed: number;
  /** Items asked for, or told unasked, by verb; where only answers were captured, the answers. */
  readonly verbs: Readonly<Record<string, number>>;
  readonly first: number;
  readonly last: number;
}

/** The inventory, whose assets and links are made as they are asked for, and each once: there may be very many. */
export interface InventoryParts {
  readonly assets: Iterable<AssetRecord>;
  readonly links: Iterable<LinkRecord>;
  readonly lost: Inventory['lost'];
}

export interface Inventory extends InventoryParts {
  readonly assets: readonly AssetRecord[];
  readonly links: readonly LinkRecord[];
  /** What there was no room for. */
  readonly lost: {
    /** Packets of addresses that found no room, and addresses of a packet or two that made room. */
    readonly refusedPackets: number;
    readonly forgottenAddresses: number;
    /** The same for hardware addresses. */
    readonly refusedFrames: number;
    readonly forgottenMacs: number;
    /** Sessions whose link found no room. */
    readonly sessions: number;
    readonly facts: number;
    /** Ports, VLANs, roles, further hardware addresses, verbs and stations of which there were very many. */
    readonly details: number;
  };
}
