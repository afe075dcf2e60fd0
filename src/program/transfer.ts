/**
 * One block on its way to a controller, compared byte by byte with the one that was approved.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import type { DeskRefusal } from './desk-refusal.ts';
import type { ApprovedBlock, Permit } from './permit.ts';

/** Where a transfer stands. */
export const Stage = {
  /** Its bytes are coming. */
  open: 0,
  /** All of them came, and are those that were approved: it may take effect. */
  whole: 1,
  /** It was told to take effect, and the controller has not answered yet. */
  applied: 2,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** What a block is found by. */
export interface BlockKey {
  readonly protocol: number;
  readonly station: number;
  readonly space: number;
  readonly area: number;
}

export class Transfer implements BlockKey {
  readonly permit: Permit;
  readonly block: ApprovedBlock;
  readonly protocol: number;
  readonly station: number;
  readonly space: number;
  readonly area: number;
  /** Session that transfers it. */
  readonly flow: number;
  stage: Stage = Stage.open;
  /** Whether its use is recorded. */
  recorded = false;
  /** Bytes so far. */
  length = 0;
  #parts = 0;
  readonly #approved: Uint8Array;

  /** `approved` are the bytes of the block. */
  constructor(permit: Permit, block: ApprovedBlock, op: Operation, approved: Uint8Array) {
    this.permit = permit;
    this.block = block;
    this.protocol = op.protocol;
    this.station = op.station;
    this.space = op.space;
    this.area = op.area;
    this.flow = op.flow;
    this.#approved = approved;
  }

  isOf({ protocol, station, space, area }: BlockKey): boolean {
    const here = this.protocol === protocol && this.station === station;
    return here && this.space === space && this.area === area;
  }

  /** Why the bytes that `op` carries cannot be the next ones of the block; undefined where they can. */
  misfit(op: Operation): DeskRefusal | undefined {
    const { object } = this.block;
    const approved = this.#approved;
    if (op.space === 0 && op.address !== this.#parts + 1) {
      const message = `part ${op.address} of ${object} comes where part ${this.#parts + 1} should`;
      return { name: 'other-part', message };
    }
    const compared = Math.min(op.valueLength, approved.length - this.length);
    for (let i = 0; i < compared; i++) {
      const byte = op.valueView.getUint8(op.valueAt + i);
      const other = approved[this.length + i]!;
      if (byte === other) continue;
      const message = `byte ${this.length + i} of ${object} is 0x${hex(byte)} where 0x${hex(other)} was approved`;
      return { name: 'other-content', message };
    }
    if (compared === op.valueLength) return undefined;
    const message = `${object} goes on beyond the ${approved.length} bytes that were approved`;
    return { name: 'too-long', message };
  }

  /** The bytes that `op` carries went on. */
  add(op: Operation): void {
    this.length += op.valueLength;
    this.#parts++;
  }

  /** Why what came is not the whole block; undefined where it is. */
  incomplete(): DeskRefusal | undefined {
    const { length } = this.#approved;
    if (this.length === length) return undefined;
    const message = `${this.block.object} ends after ${this.length} of the ${length} bytes that were approved`;
    return { name: 'too-short', message };
  }

  /** All bytes so far, and those that `op` carries. */
  seen(op: Operation): Uint8Array {
    return Buffer.concat([this.#approved.subarray(0, this.length), bytesOf(op)]);
  }
}

function bytesOf({ valueView, valueAt, valueLength }: Operation): Uint8Array {
  return new Uint8Array(valueView.buffer, valueView.byteOffset + valueAt, valueLength);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
