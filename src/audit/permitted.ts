/**
 * What was changed under a permit since the approved program was read: a block that was loaded, or deleted, as a permit
 * of a store allows, and that the gateway let through. It is as approved, though the approved program does not have it yet.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { Permit } from '../program/permit.ts';
import { type InstalledPermit, shortId, useName } from '../program/why-not.ts';
import type { ProgramReader } from '../protocol/program-reader.ts';
import type { Device } from './device-link.ts';

/** What an audit needs of a permit store. */
export interface Permits {
  readonly permits: readonly InstalledPermit[];
  /** Bytes of an approved block by their SHA-256, while they are kept. */
  block(sha256: string): Uint8Array | undefined;
}

export class Permitted {
  readonly #store: Permits;
  readonly #device: Device;
  readonly #reader: ProgramReader;

  constructor(store: Permits, device: Device) {
    this.#store = store;
    this.#device = device;
    this.#reader = device.protocol.readBack!;
  }

  /** Short id of the permit under which this block was loaded. */
  loaded(object: string, bytes: Uint8Array): string | undefined {
    const approves = ({ blocks }: Permit) => blocks.find(block => block.object === object);
    const permit = this.#latest(useName(object, undefined), each => approves(each) !== undefined);
    const block = permit && approves(permit);
    return block && this.#is(block.sha256, bytes) ? shortId(permit.id) : undefined;
  }

  /** Short id of the permit under which this block was deleted. */
  deleted(object: string): string | undefined {
    const permit = this.#latest(useName(object, 'delete'), ({ deletes }) => deletes.includes(object));
    return permit && shortId(permit.id);
  }

  /** The block itself; or, while the store keeps it, the block with other present values. */
  #is(approved: string, bytes: Uint8Array): boolean {
    if (approved === hash('sha256', bytes)) return true;
    const kept = this.#store.block(approved);
    if (kept === undefined) return false;
    return Buffer.compare(this.#reader.lasting(kept), this.#reader.lasting(bytes)) === 0;
  }

  /**
   * Of those whose use was recorded and that hold (what was revoked, or is signed by too few, excuses nothing) the one with
   * the latest window: a block that a later permit replaced is not to come back.
   */
  #latest(use: string, covers: (permit: Permit) => boolean): Permit | undefined {
    const { name, protocol, station } = this.#device;
    let latest: Permit | undefined;
    for (const { permit, unusable, used } of this.#store.permits) {
      const here =
        permit.controller === name &&
        permit.protocol === protocol.name &&
        permit.station === protocol.stations.format(station);
      if (!here || unusable !== undefined || (used.get(use) ?? 0) === 0 || !covers(permit)) continue;
      if (latest === undefined || permit.notBefore >= latest.notBefore) latest = permit;
    }
    return latest;
  }
}
