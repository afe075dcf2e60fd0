/**
 * One block on its way to a controller, compared byte by byte with those that were approved under its name.
 *
 * @module
 */

import { type Operation, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
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

/** An approved block that a transfer can turn out to be. */
export interface Candidate {
  readonly permit: Permit;
  readonly block: ApprovedBlock;
  /** Its bytes. */
  readonly approved: Uint8Array;
}

/** A request that awaits its answer. */
type Awaited = Pick<Operation, 'side' | 'flow' | 'reference'>;

export class Transfer implements BlockKey {
  readonly object: string;
  readonly protocol: number;
  readonly station: number;
  readonly space: number;
  readonly area: number;
  /** Session that transfers it. */
  readonly flow: number;
  stage: Stage = Stage.open;
  /** Under what its use is recorded; undefined where it is not. */
  paid: Permit | undefined;
  /** Its use is on its way to the disk. */
  recording = false;
  /** Bytes so far. */
  length = 0;
  #parts = 0;
  /** Those of which all that came is the beginning. */
  #candidates: readonly Candidate[];
  /** Its request, of either side, that went on last and is not answered. */
  #awaited: Awaited | undefined;
  /** Where it stood when it was told to take effect. */
  #before: Stage = Stage.open;

  /** `op` begins it. Without candidates nothing of it is compared. */
  constructor(object: string, op: Operation, candidates: readonly Candidate[]) {
    this.object = object;
    this.protocol = op.protocol;
    this.station = op.station;
    this.space = op.space;
    this.area = op.area;
    this.flow = op.flow;
    this.#candidates = candidates;
    this.#await(op);
  }

  /** Whether its content is none that can be compared. */
  get hidden(): boolean {
    return this.#candidates.length === 0;
  }

  /** The first permit that approves it as far as it came. */
  get permit(): Permit | undefined {
    return this.#candidates[0]?.permit;
  }

  /** SHA-256 of the approved block that it is, once it is whole. */
  get sha256(): string {
    return this.#candidates[0]!.block.sha256;
  }

  isOf({ protocol, station, space, area }: BlockKey): boolean {
    const here = this.protocol === protocol && this.station === station;
    return here && this.space === space && this.area === area;
  }

  /** Whether `op` answers the request that it waits for. */
  awaits({ side, flow, reference }: Operation): boolean {
    const asked = this.#awaited;
    return asked?.flow === flow && asked.reference === reference && asked.side !== side;
  }

  /** Why `op`, which carries a part of the content or asks for one, must wait; undefined where it need not. */
  waits(op: Operation): DeskRefusal | undefined {
    // A controller that asks for a part once more waits for the earlier answer no longer.
    const repeats = asks(op) && this.#awaited?.side === Side.server;
    if (op.phase === Phase.response || repeats) return undefined;
    return this.unanswered();
  }

  /** Why it cannot end, or go on, just now. */
  unanswered(): DeskRefusal | undefined {
    if (this.#awaited === undefined) return undefined;
    const message = `an earlier message of the transfer of ${this.object} is not answered yet`;
    return { name: 'unanswered', message };
  }

  /** Why what `op` carries cannot be the next bytes of an approved block; undefined where it can. */
  misfit(op: Operation): DeskRefusal | undefined {
    if (asks(op)) return undefined;
    if (op.phase === Phase.response && !this.awaits(op)) {
      const message = `the controller has not asked for this part of ${this.object}, or has asked anew since`;
      return { name: 'other-part', message };
    }
    if (op.space === 0 && op.address !== this.#parts + 1) {
      const message = `part ${op.address} of ${this.object} comes where part ${this.#parts + 1} should`;
      return { name: 'other-part', message };
    }
    const fits = this.#candidates.some(one => this.#differs(op, one) === undefined);
    return fits ? undefined : this.#differs(op, this.#candidates[0]!);
  }

  /** What carries a part of the content, or asks for one, went on. */
  add(op: Operation): void {
    if (op.phase === Phase.request) this.#await(op);
    else this.#awaited = undefined;
    if (asks(op) || this.hidden) return;
    this.#candidates = this.#candidates.filter(one => this.#differs(op, one) === undefined);
    this.length += op.valueLength;
    this.#parts++;
  }

  /** Why what came is no whole block; undefined where it is. */
  incomplete(): DeskRefusal | undefined {
    if (this.#candidates.some(one => this.#isWhole(one))) return undefined;
    const lengths = this.#candidates.map(({ approved }) => approved.length).join(' or ');
    const message = `${this.object} ends after ${this.length} of the ${lengths} bytes that were approved`;
    return { name: 'too-short', message };
  }

  /** Its end was seen: it is one of the candidates of its length, which have the same bytes. */
  end(): void {
    this.#candidates = this.#candidates.filter(one => this.#isWhole(one));
    this.stage = Stage.whole;
  }

  /** The message `op`, which makes it take effect, went on. */
  apply(op: Operation): void {
    this.#before = this.stage;
    this.stage = Stage.applied;
    this.#await(op);
  }

  /** The request that it waited for was answered; where it was told to take effect, it did not. */
  answered(): void {
    this.#awaited = undefined;
    if (this.stage === Stage.applied) this.stage = this.#before;
  }

  /** All bytes so far, and those that `op` carries. */
  seen(op: Operation): Uint8Array {
    const sofar = this.#candidates[0]?.approved.subarray(0, this.length) ?? new Uint8Array();
    return Buffer.concat([sofar, bytesOf(op)]);
  }

  #await({ side, flow, reference }: Operation): void {
    this.#awaited = { side, flow, reference };
  }

  #isWhole({ approved }: Candidate): boolean {
    return approved.length === this.length;
  }

  #differs(op: Operation, { approved }: Candidate): DeskRefusal | undefined {
    const compared = Math.min(op.valueLength, approved.length - this.length);
    for (let i = 0; i < compared; i++) {
      const byte = op.valueView.getUint8(op.valueAt + i);
      const other = approved[this.length + i]!;
      if (byte === other) continue;
      const message = `byte ${this.length + i} of ${this.object} is 0x${hex(byte)} where 0x${hex(other)} was approved`;
      return { name: 'other-content', message };
    }
    if (compared === op.valueLength) return undefined;
    const message = `${this.object} goes on beyond the ${approved.length} bytes that were approved`;
    return { name: 'too-long', message };
  }
}

/** Whether it is the controller that asks for a part. */
function asks({ side, phase }: Operation): boolean {
  return side === Side.server && phase === Phase.request;
}

function bytesOf({ valueView, valueAt, valueLength }: Operation): Uint8Array {
  return new Uint8Array(valueView.buffer, valueView.byteOffset + valueAt, valueLength);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
