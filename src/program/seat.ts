/**
 * One session's seat at the desk of its controller: rules on each of its operations that needs a permit.
 *
 * A message is begun, and for every operation of it in turn {@link Seat.judge} rules; where what is ruled must be recorded before the
 * message may go on, {@link Seat.due} says so, and the message is judged again once {@link Seat.record} is done. Then
 * {@link Seat.passed} is called for each operation, or {@link Seat.refused} for the message.
 *
 * @module
 */

import type { Finding } from '../operation/finding.ts';
import { type Operation, Outcome } from '../operation/operation.ts';
import { VERBS, Verb } from '../operation/verb.ts';
import { type Protocol, Step } from '../protocol/protocol.ts';
import type { Desk, Wish } from './desk.ts';
import type { DeskRefusal, DeskRefusalName } from './desk-refusal.ts';
import { refusedFinding } from './finding-kinds.ts';
import type { Permit, PermitAction } from './permit.ts';
import { Stage, type Transfer } from './transfer.ts';
import { shortId, type Wanted } from './why-not.ts';

/** What was ruled on an operation. */
export interface Ruling {
  readonly permit: Permit | undefined;
  /** Undefined where it may pass. */
  readonly refusal: DeskRefusal | undefined;
}

/** What the permit must say for a verb, besides the transfer of blocks. */
const ACTIONS: ReadonlyMap<Verb, PermitAction> = new Map([
  [Verb.start, 'start'],
  [Verb.stop, 'stop'],
  [Verb.restart, 'restart'],
  [Verb.mode, 'mode'],
  [Verb.delete, 'delete'],
  [Verb.firmware, 'firmware'],
]);

/** A use that must be recorded before the message under work goes on. */
interface Due {
  readonly permit: Permit;
  readonly wanted: Wanted;
  /** What it makes take effect. */
  readonly transfer: Transfer | undefined;
}

/** The part of a wish that the protocol and the station leave open. */
type What = Pick<Wish, 'action' | 'object' | 'sha256'>;

export class Seat {
  /** Names of the hosts that the client's address stands for, in the policy in force. */
  clients: readonly string[] = [];
  readonly #desk: Desk;
  readonly #protocol: Protocol;
  readonly #rulings: Ruling[] = [];
  /** By action and object. */
  #due = new Map<string, Due>();
  /** Uses of the message under work that are recorded, and why one could not be. */
  readonly #paid = new Map<string, Permit>();
  #unrecorded = '';
  /** The transfer that ends if the message under work is refused. */
  #broken: Transfer | undefined;
  /** Under what the session loads unseen, once its use is recorded. */
  #unseen: Permit | undefined;

  constructor(desk: Desk, protocol: Protocol) {
    this.#desk = desk;
    this.#protocol = protocol;
  }

  /** True where something must be recorded before the message under work may go on. */
  get due(): boolean {
    return this.#due.size > 0;
  }

  /** What was ruled on item `item` of the message under work. */
  ruling(item: number): Ruling | undefined {
    return this.#rulings[item];
  }

  /** What was ruled on an earlier message is of no more concern. */
  begin(): void {
    this.#rulings.length = 0;
    this.#due.clear();
    this.#broken = undefined;
  }

  /** Rules on an operation that the policy lets pass only with a permit. */
  judge(op: Operation): Ruling {
    const ruling = this.#rule(op);
    this.#rulings[op.item] = ruling;
    return ruling;
  }

  /** Records what is due. Resolves in any case: the message is to be judged again. */
  async record(): Promise<void> {
    const due = this.#due;
    this.#due = new Map();
    try {
      for (const [key, { permit, wanted, transfer }] of due) {
        await this.#desk.permits.recordUse(permit, wanted);
        if (transfer === undefined) this.#paid.set(key, permit);
        else transfer.recorded = true;
      }
    } catch (error) {
      this.#unrecorded = error instanceof Error ? error.message : String(error);
    }
  }

  /** The operation, ruled on before, went on. */
  passed(op: Operation): void {
    const permit = this.#rulings[op.item]?.permit;
    const desk = this.#desk;
    this.#paid.clear();
    if (permit === undefined) return;
    const transfer = desk.transferOf(op);
    if (op.verb === Verb.activate && transfer !== undefined) transfer.stage = Stage.applied;
    if (op.verb === Verb.delete) desk.forget(op);
    if (op.verb !== Verb.download) return;
    switch (this.#protocol.program?.step(op)) {
      case Step.begin:
        desk.begin(permit, this.#objectOf(op), op);
        break;
      case Step.content:
        if (op.outcome === Outcome.failed) desk.forget(op);
        else if (op.valueLength > 0) transfer?.add(op);
        break;
      case Step.end:
        if (transfer === undefined) break;
        if (this.#protocol.program!.takesEffect === 'end') desk.forget(op);
        else transfer.stage = Stage.whole;
        break;
      default:
        this.#unseen = permit;
    }
  }

  /** Something that loads programs went on that needed no permit: whatever was known of its block is no longer. */
  foreign(op: Operation): void {
    this.#desk.forget(op);
  }

  /** The message that was ruled on last was refused. */
  refused(): void {
    this.#paid.clear();
    this.#due.clear();
    this.#unrecorded = '';
    if (this.#broken !== undefined) this.#desk.forget(this.#broken);
    this.#broken = undefined;
  }

  /** The controller has answered an operation that loads programs or makes them take effect. */
  answered(op: Operation): void {
    const transfer = this.#desk.transferOf(op);
    if (transfer === undefined) return;
    const failed = op.outcome === Outcome.failed;
    // What could not take effect may be told to once more: its use is counted already.
    if (op.verb === Verb.activate && failed) transfer.stage = Stage.whole;
    else if (op.verb === Verb.activate) this.#desk.forget(op);
    else if (op.verb === Verb.download && failed && transfer.flow === op.flow) this.#desk.forget(op);
  }

  /** The session is over. */
  left(flow: number): void {
    this.#desk.left(flow);
  }

  /** The finding on a refused operation that was ruled on, with the bytes that were seen. */
  finding(op: Operation, client: string): Finding | undefined {
    const ruling = this.#rulings[op.item];
    if (ruling?.refusal === undefined) return undefined;
    const { station } = this.#wishOf(op, {});
    const subject = {
      client,
      server: this.#desk.controller,
      protocol: this.#protocol.name,
      station,
      object: this.#objectOf(op),
    };
    const verb = VERBS[op.verb]!.name;
    const { refusal, permit } = ruling;
    return refusedFinding({ time: op.time, verb, subject, refusal, permit, bytes: this.#broken?.seen(op) });
  }

  #rule(op: Operation): Ruling {
    if (op.verb === Verb.download) return this.#ruleDownload(op);
    if (op.verb === Verb.activate) return this.#ruleActivation(op);
    const action = ACTIONS.get(op.verb);
    if (action === undefined) return refuse('unclear', 'no permit can cover what this does', undefined);
    const object = this.#objectOf(op);
    return this.#ruleUse(op, object === '' ? { action } : { action, object }, undefined);
  }

  #ruleDownload(op: Operation): Ruling {
    const { program } = this.#protocol;
    const step = program === undefined ? Step.none : program.step(op);
    switch (step) {
      case Step.begin:
        return this.#ruleBegin(op);
      case Step.content:
        return this.#ruleContent(op);
      case Step.end:
        return this.#ruleEnd(op);
      default:
        return this.#ruleUnseen(op);
    }
  }

  #ruleBegin(op: Operation): Ruling {
    const object = this.#objectOf(op);
    if (object === '') return refuse('unclear', 'the download names no block', undefined);
    const cover = this.#desk.cover(this.#wishOf(op, { object }), this.clients);
    if (cover.permit === undefined) return cover;
    const { permit } = cover;
    if (!permit.blocks.some(block => block.object === object)) {
      const message = `permit ${shortId(permit.id)} approves no bytes of ${object}, and here they are seen`;
      return { permit, refusal: { name: 'other-block', message } };
    }
    const other = this.#desk.transferOf(op);
    if (other?.stage === Stage.open && other.flow !== op.flow) {
      return refuse('busy', `${object} is being loaded by another session`, permit);
    }
    return { permit, refusal: undefined };
  }

  #ruleContent(op: Operation): Ruling {
    const transfer = this.#open(op);
    if (transfer === undefined) {
      return refuse('not-begun', 'it belongs to no transfer that was let through', undefined);
    }
    const { permit } = transfer;
    if (op.valueLength === 0) return { permit, refusal: undefined };
    const misfit = transfer.misfit(op);
    if (misfit !== undefined) this.#broken = transfer;
    return { permit, refusal: misfit };
  }

  #ruleEnd(op: Operation): Ruling {
    const transfer = this.#open(op);
    if (transfer === undefined) {
      return refuse('not-begun', 'it belongs to no transfer that was let through', undefined);
    }
    const { permit, block } = transfer;
    const incomplete = transfer.incomplete();
    if (incomplete !== undefined) {
      this.#broken = transfer;
      return { permit, refusal: incomplete };
    }
    if (this.#protocol.program!.takesEffect === 'activate') return { permit, refusal: undefined };
    return this.#ruleUse(op, { object: block.object, sha256: block.sha256 }, transfer);
  }

  #ruleActivation(op: Operation): Ruling {
    const { program } = this.#protocol;
    // Where the end of a transfer brings it into effect, this is about something else that was loaded.
    const other = program?.takesEffect !== 'activate' || (op.space === 0 && program.whole === undefined);
    if (other) return this.#ruleUnseen(op);
    const object = this.#objectOf(op);
    const transfer = this.#desk.transferOf(op);
    if (transfer?.stage !== Stage.whole) {
      const message = `${object} was not transferred under a permit, or not whole`;
      return refuse('not-transferred', message, transfer?.permit);
    }
    const { object: name, sha256 } = transfer.block;
    return this.#ruleUse(op, { object: name, sha256 }, transfer);
  }

  /** What cannot be followed is covered by a permit that says so; its use is recorded once a session. */
  #ruleUnseen(op: Operation): Ruling {
    const ruling = this.#ruleUse(op, {}, undefined);
    if (ruling.refusal?.name !== 'other-block') return ruling;
    return refuse('unseen', 'what it loads cannot be seen, and no permit covers that', undefined);
  }

  /** Whether a permit in force covers it; its use is due unless it is recorded. */
  #ruleUse(op: Operation, what: What, transfer: Transfer | undefined): Ruling {
    const key = `${what.action ?? ''} ${what.object ?? ''}`;
    const unseen = what.action === undefined && what.object === undefined ? this.#unseen : undefined;
    const paid = transfer?.recorded === true ? transfer.permit : (this.#paid.get(key) ?? unseen);
    const cover = this.#desk.cover(this.#wishOf(op, what), this.clients);
    if (cover.permit === undefined) {
      // What was recorded a moment ago may have been the last use.
      const last = cover.refusal.name === 'used-up' ? paid : undefined;
      return last === undefined ? cover : { permit: last, refusal: undefined };
    }
    if (paid !== undefined) return { permit: paid, refusal: undefined };
    const { permit, wanted } = cover;
    if (this.#unrecorded !== '') {
      const message = `the use of permit ${shortId(permit.id)} could not be recorded: ${this.#unrecorded}`;
      return refuse('unrecorded', message, permit);
    }
    this.#due.set(key, { permit, wanted, transfer });
    return { permit, refusal: undefined };
  }

  /** The transfer under way by this session of what the operation names. */
  #open(op: Operation): Transfer | undefined {
    const transfer = this.#desk.transferOf(op);
    return transfer?.stage === Stage.open && transfer.flow === op.flow ? transfer : undefined;
  }

  #objectOf(op: Operation): string {
    return this.#protocol.objects.format(op) || (this.#protocol.program?.whole ?? '');
  }

  #wishOf(op: Operation, what: What): Wish {
    return { protocol: this.#protocol.name, station: this.#protocol.stations.format(op.station), ...what };
  }
}

function refuse(name: DeskRefusalName, message: string, permit: Permit | undefined): Ruling {
  return { permit, refusal: { name, message } };
}
