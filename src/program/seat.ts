/**
 * One session's seat at the desk of its controller: rules on each of its operations that needs a permit.
 *
 * A message is begun, and for every operation of it in turn {@link Seat.judge} rules; where what is ruled must be recorded before the
 * message may go on, {@link Seat.due} says so, and the message is judged again once {@link Seat.record} is done. Then
 * {@link Seat.passed} is called for each operation, or {@link Seat.refused} for the message.
 *
 * @module
 */

import { Anomaly } from '../operation/anomaly.ts';
import type { Finding } from '../operation/finding.ts';
import { type Operation, Outcome } from '../operation/operation.ts';
import { VERBS, Verb } from '../operation/verb.ts';
import { type Protocol, Step } from '../protocol/protocol.ts';
import type { Desk, Wish } from './desk.ts';
import type { DeskRefusal, DeskRefusalName } from './desk-refusal.ts';
import { refusedFinding } from './finding-kinds.ts';
import type { Permit, PermitAction } from './permit.ts';
import { Stage, Transfer } from './transfer.ts';
import { Uses } from './uses.ts';
import { shortId } from './why-not.ts';

/** What was ruled on an operation. */
export interface Ruling {
  readonly permit: Permit | undefined;
  /** Undefined where it may pass. */
  readonly refusal: DeskRefusal | undefined;
  /** The transfer that it belongs to. */
  readonly transfer?: Transfer;
  /** True where that transfer ends with the refusal. */
  readonly breaks?: boolean;
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

/** The part of a wish that the protocol and the station leave open. */
type What = Pick<Wish, 'action' | 'object' | 'sha256'>;

export class Seat {
  /** Names of the hosts that the client's address stands for, in the policy in force. */
  clients: readonly string[] = [];
  readonly #desk: Desk;
  readonly #protocol: Protocol;
  readonly #rulings: Ruling[] = [];
  readonly #uses = new Uses();
  /** Under what the session loads unseen, once its use is recorded. */
  #unseen: Permit | undefined;

  constructor(desk: Desk, protocol: Protocol) {
    this.#desk = desk;
    this.#protocol = protocol;
  }

  /** True where something must be recorded before the message under work may go on. */
  get due(): boolean {
    return this.#uses.due;
  }

  /** What was ruled on item `item` of the message under work. */
  ruling(item: number): Ruling | undefined {
    return this.#rulings[item];
  }

  /** What was ruled on an earlier message is of no more concern. */
  begin(): void {
    this.#rulings.length = 0;
    this.#uses.begin();
  }

  /** Rules on an operation that the policy lets pass only with a permit. */
  judge(op: Operation): Ruling {
    const ruling = this.#rule(op);
    this.#rulings[op.item] = ruling;
    return ruling;
  }

  /** Records what is due. Resolves in any case: the message is to be judged again. */
  async record(): Promise<void> {
    await this.#uses.record(this.#desk.permits);
  }

  /** The operation, ruled on before, went on. */
  passed(op: Operation): void {
    this.#uses.spend();
    const { permit, transfer } = this.#rulings[op.item] ?? {};
    if (op.verb === Verb.activate) transfer?.apply(op);
    else if (op.verb === Verb.delete) this.#desk.forget(op);
    else if (op.verb === Verb.download) this.#passedDownload(op, permit, transfer);
    else if (this.#mayLoad(op)) this.#unseen = permit;
  }

  /** Something that loads programs went on that needed no permit: whatever was known of its block is no longer. */
  foreign(op: Operation): void {
    this.#desk.forget(op);
  }

  /** The message that was ruled on last was refused. */
  refused(): void {
    this.#uses.spend();
    for (const { refusal, transfer, breaks } of this.#rulings) {
      if (refusal !== undefined && transfer !== undefined && breaks === true) this.#desk.drop(transfer);
    }
  }

  /** The controller has answered an operation that loads programs or makes them take effect. */
  answered(op: Operation): void {
    const transfer = this.#desk.transferOf(op);
    // What may answer another request says nothing of this one; nor does what answers an earlier transfer's.
    if ((op.anomalies & Anomaly.duplicate) !== 0 || !transfer?.awaits(op)) return;
    const applied = transfer.stage === Stage.applied;
    // What could not take effect may be told to once more: its use is counted already.
    if ((op.outcome === Outcome.failed) === applied) transfer.answered();
    else this.#desk.drop(transfer);
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
    const { refusal, permit, transfer, breaks } = ruling;
    const bytes = breaks === true ? transfer?.seen(op) : undefined;
    return refusedFinding({ time: op.time, verb, subject, refusal, permit, bytes });
  }

  #passedDownload(op: Operation, permit: Permit | undefined, transfer: Transfer | undefined): void {
    const { program } = this.#protocol;
    const step = program?.step(op);
    if (step === undefined || step === Step.none || step === Step.hidden) this.#unseen = permit;
    if (transfer === undefined) return;
    if (step === Step.begin || step === Step.hidden) this.#desk.begin(transfer);
    else if (op.outcome === Outcome.failed || (step === Step.end && transfer.hidden))
      this.#desk.drop(transfer);
    else if (step === Step.content) transfer.add(op);
    else if (program!.takesEffect === 'end') transfer.apply(op);
    else transfer.end();
  }

  #rule(op: Operation): Ruling {
    if (op.verb === Verb.download) return this.#ruleDownload(op);
    // What else can load is not looked into.
    if (this.#mayLoad(op)) return this.#ruleUnseen(op);
    if (op.verb === Verb.activate) return this.#ruleActivation(op);
    const action = ACTIONS.get(op.verb);
    if (action === undefined) return refuse('unclear', 'no permit can cover what this does', undefined);
    const object = this.#objectOf(op);
    return this.#ruleUse(op, object === '' ? { action } : { action, object });
  }

  #ruleDownload(op: Operation): Ruling {
    const { program } = this.#protocol;
    const step = program === undefined ? Step.none : program.step(op);
    switch (step) {
      case Step.begin:
        return this.#ruleBegin(op);
      case Step.hidden:
        return this.#ruleHidden(op);
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
    const { first, found, refusal } = this.#desk.cover(this.#wishOf(op, { object }), this.clients);
    if (first === undefined) return { permit: undefined, refusal };
    const candidates = found.flatMap(({ permit }) => this.#desk.candidate(permit, object) ?? []);
    const announced = this.#protocol.program!.announced(op);
    const fitting = candidates.filter(({ block }) => announced < 0 || block.bytes === announced);
    const [fit] = fitting;
    if (fit === undefined) {
      const lengths = candidates.map(({ block }) => block.bytes);
      const name = lengths.some(length => length > announced) ? 'too-short' : 'too-long';
      const message = `${announced} bytes of ${object} are announced, and ${lengths.join(' or ')} were approved`;
      return refuse(name, message, first.permit);
    }
    const transfer = new Transfer(object, op, fitting);
    return this.#busy(op, object) ?? { permit: fit.permit, refusal: undefined, transfer };
  }

  /** A transfer that is let through without a look at its content. */
  #ruleHidden(op: Operation): Ruling {
    const object = this.#objectOf(op);
    return this.#busy(op, object) ?? { ...this.#ruleUnseen(op), transfer: new Transfer(object, op, []) };
  }

  /** What one transfer has begun another does not go on with, of this session either: the controller may mix their parts. */
  #busy(op: Operation, object: string): Ruling | undefined {
    const other = this.#desk.transferOf(op);
    if (other?.stage !== Stage.open) return undefined;
    const who = other.flow === op.flow ? 'this' : 'another';
    return refuse('busy', `${object} is being loaded by ${who} session already`, other.permit);
  }

  #ruleContent(op: Operation): Ruling {
    const transfer = this.#open(op);
    if (transfer === undefined) return this.#notBegun();
    const waits = transfer.waits(op);
    if (waits !== undefined) return { permit: transfer.permit, refusal: waits };
    if (transfer.hidden) return { ...this.#ruleUnseen(op), transfer, breaks: true };
    // A station that gives up says so without content.
    const refusal = op.outcome === Outcome.failed ? undefined : transfer.misfit(op);
    return { permit: transfer.permit, refusal, transfer, breaks: true };
  }

  #ruleEnd(op: Operation): Ruling {
    const transfer = this.#open(op);
    if (transfer === undefined) return this.#notBegun();
    const { permit } = transfer;
    if (op.outcome === Outcome.failed) return { permit, refusal: undefined, transfer };
    const waits = transfer.unanswered();
    if (waits !== undefined) return { permit, refusal: waits };
    if (transfer.hidden) return { ...this.#ruleUnseen(op), transfer, breaks: true };
    const refusal = transfer.incomplete();
    if (refusal !== undefined) return { permit, refusal, transfer, breaks: true };
    if (this.#protocol.program!.takesEffect === 'activate') return { permit, refusal, transfer };
    return this.#ruleEffect(op, transfer);
  }

  #notBegun(): Ruling {
    return refuse('not-begun', 'it belongs to no transfer that was let through', undefined);
  }

  #ruleActivation(op: Operation): Ruling {
    const { program } = this.#protocol;
    // Where the end of a transfer brings it into effect, this is about something else that was loaded.
    const other = program?.takesEffect !== 'activate' || (op.space === 0 && program.whole === undefined);
    if (other) return this.#ruleUnseen(op);
    const transfer = this.#desk.transferOf(op);
    if (transfer?.stage === Stage.whole) return this.#ruleEffect(op, transfer);
    const message = `${this.#objectOf(op)} was not transferred under a permit, or not whole`;
    return refuse('not-transferred', message, transfer?.permit);
  }

  /** What was transferred whole may take effect, once, at the word of one session. */
  #ruleEffect(op: Operation, transfer: Transfer): Ruling {
    const { object, permit, sha256 } = transfer;
    if (transfer.recording) return refuse('busy', `another message makes ${object} take effect`, permit);
    return { ...this.#ruleUse(op, { object, sha256 }, transfer.paid, transfer), transfer };
  }

  /** What cannot be followed is covered by a permit that says so; its use is recorded once a session. */
  #ruleUnseen(op: Operation): Ruling {
    const ruling = this.#ruleUse(op, {}, this.#unseen);
    if (ruling.refusal?.name !== 'other-block') return ruling;
    return refuse('unseen', 'what it loads cannot be seen, and no permit covers that', undefined);
  }

  /**
   * Whether a permit in force covers it. Its use is due unless it is recorded: for this very message, or as `paid`. A permit
   * under which it is recorded must cover it still, but for its count, of which this may have been the last.
   */
  #ruleUse(op: Operation, what: What, paid?: Permit, transfer?: Transfer): Ruling {
    const recorded = this.#uses.recorded(op, what);
    const under = recorded?.problem === '' ? recorded.permit : paid;
    const wish = this.#wishOf(op, what);
    if (under !== undefined && this.#desk.stillCovers(under, wish, this.clients)) {
      return { permit: under, refusal: undefined };
    }
    const { first, refusal } = this.#desk.cover(wish, this.clients);
    if (first === undefined) return { permit: undefined, refusal };
    if (recorded !== undefined && recorded.problem !== '') {
      const { permit, problem } = recorded;
      const message = `the use of permit ${shortId(permit.id)} could not be recorded: ${problem}`;
      return refuse('unrecorded', message, permit);
    }
    this.#uses.wait(op, first, transfer);
    return { permit: first.permit, refusal: undefined };
  }

  /** The transfer under way by this session of what the operation names. */
  #open(op: Operation): Transfer | undefined {
    const transfer = this.#desk.transferOf(op);
    return transfer?.stage === Stage.open && transfer.flow === op.flow ? transfer : undefined;
  }

  #mayLoad(op: Operation): boolean {
    return this.#protocol.functions[op.fn]?.mayLoad === true;
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
