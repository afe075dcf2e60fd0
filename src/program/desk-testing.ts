/**
 * For tests: permits in memory, valid for an hour from {@link NOON}, and kept by the rules of the store.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { DeskPermits } from './desk-permits.ts';
import type { Permit } from './permit.ts';
import { PermitError } from './permit-error.ts';
import {
  type Choice,
  choosePermits,
  type InstalledPermit,
  stillCovers,
  useName,
  usesLeft,
  type Wanted,
} from './why-not.ts';

/** 2027-06-01 12:00 UTC. */
export const NOON = Date.UTC(2027, 5, 1, 12);
export const HOUR = 3_600_000;

/** A permit for `blocks` at controller `plc`, S7comm, rack 0 slot 2, from `hmi`. */
export function permitFor(
  blocks: Readonly<Record<string, Uint8Array>>,
  others: Partial<Permit> = {},
): Permit {
  return {
    id: hash('sha256', JSON.stringify([Object.keys(blocks), others])),
    ticket: 'MOC-17',
    purpose: 'a test',
    requester: 'engineer-1',
    controller: 'plc',
    protocol: 's7comm',
    station: '0/2',
    from: ['hmi'],
    notBefore: NOON,
    notAfter: NOON + HOUR,
    uses: 1,
    blocks: Object.entries(blocks).map(([object, bytes]) => ({
      object,
      sha256: hash('sha256', bytes),
      bytes: bytes.length,
    })),
    deletes: [],
    actions: [],
    unseen: false,
    ...others,
  };
}

/** Permits as a store holds them. */
export class PermitsInMemory implements DeskPermits {
  readonly installed: (InstalledPermit & { readonly used: Map<string, number> })[] = [];
  readonly #blocks = new Map<string, Uint8Array>();
  /** Set: uses cannot be recorded, and this is why. */
  broken: string | undefined;

  install(permit: Permit, blocks: readonly Uint8Array[], unusable?: InstalledPermit['unusable']): void {
    for (const bytes of blocks) this.#blocks.set(hash('sha256', bytes), bytes);
    this.installed.push({ permit, approvals: [], revocation: undefined, unusable, used: new Map() });
  }

  cover(wanted: Wanted): Choice {
    return choosePermits(this.installed, wanted);
  }

  stillCovers({ id }: Permit, wanted: Wanted): boolean {
    return stillCovers(this.installed, id, wanted);
  }

  block(sha256: string): Uint8Array | undefined {
    return this.#blocks.get(sha256);
  }

  async recordUse(permit: Permit, { object, action }: Wanted): Promise<void> {
    const what = useName(object, action);
    const entry = this.installed.find(one => one.permit === permit)!;
    if (this.broken !== undefined) throw new PermitError(this.broken);
    if (usesLeft(entry, what) === 0) throw new PermitError('none left');
    entry.used.set(what, (entry.used.get(what) ?? 0) + 1);
  }
}
