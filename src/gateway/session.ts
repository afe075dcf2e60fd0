/**
 * A session in line: bytes of either side in, the bytes that may go on out. A state machine without I/O, so that
 * sockets, captures and fuzzers drive the same one.
 *
 * A message goes on only when it is whole, understood, and all its operations are allowed; then exactly its bytes
 * go on, and nothing else does. What is refused is answered in the protocol's own words, in its turn: never before
 * the answers to earlier requests. Where the next message cannot be found the session ends; it is never searched
 * for.
 *
 * @module
 */

import { Anomaly, MALFORMED } from '../operation/anomaly.ts';
import { Operation, Phase, type Sink } from '../operation/operation.ts';
import { opposite, Side } from '../operation/side.ts';
import { VERBS, VerbGroup } from '../operation/verb.ts';
import { Verdict, verdictOf } from '../policy/decision.ts';
import { Answer, type Conversation, Frame, type Protocol, Why } from '../protocol/protocol.ts';
import { Budget } from './budget.ts';
import { Cause, Fate, Note } from './cause.ts';
import type { Counts } from './counts.ts';
import { Hold } from './hold.ts';
import { Inbox } from './inbox.ts';
import type { Judge } from './judge.ts';
import type { Limits } from './limits.ts';
import { Patience } from './patience.ts';

/** Where a session puts what comes out. Bytes and operation are reused: copy what outlives the call. */
export interface Wire {
  /** The bytes `at..end` go to side `to`. */
  send(to: Side, bytes: Uint8Array, at: number, end: number): void;
  /**
   * The next message of `side` waits until the judge has recorded what it must: record, then call
   * {@link Session.resume}. Until then nothing more of `side` need be received.
   */
  hold(side: Side): void;
  /** Nothing more will go to side `to`. */
  end(to: Side): void;
  /** The session is over: both sides are closed, with a reset or after what was sent. Called once. */
  close(reset: boolean, why: Note): void;
  /** What was decided on one operation, and what became of its message. */
  verdict(op: Operation, decision: number, cause: Cause, fate: Fate): void;
  /** An operation goes on, a request or an answer. */
  passed?(op: Operation): void;
  /** Something else worth telling. */
  note(note: Note, side: Side, count: number): void;
}

/** Which verdicts are reported; all of them are counted. */
export type Reports = 'changes' | 'all';

export interface SessionOptions {
  /** Number of the session; its operations carry it. */
  readonly number: number;
  readonly protocol: Protocol;
  /** Index of the protocol in the registry. */
  readonly index: number;
  readonly judge: Judge;
  /** False is monitor mode: everything passes, and what would have been refused is reported. */
  readonly enforce: boolean;
  /** `changes`: whatever is not simply allowed, and whatever changes something. */
  readonly reports: Reports;
  readonly limits: Limits;
  readonly counts: Counts;
  readonly wire: Wire;
}

// Sessions run to completion, one at a time, so one of each serves them all.
const op = new Operation();
const answer = new Answer();
const notice = new Answer();

/** What the operations that a decoder hands over are wanted for. */
const Pass = { judge: 0, report: 1, commit: 2 } as const;

const REQUEST = 1 << Phase.request;
const RESPONSE = 1 << Phase.response;
const FIRST_DECISIONS = 32;

export class Session implements Sink {
  /** Who decides; exchanged when the policy is. */
  judge: Judge;
  /** True when the session is over; bytes that still come in are ignored. */
  closed = false;

  readonly #protocol: Protocol;
  readonly #number: number;
  readonly #index: number;
  readonly #enforce: boolean;
  readonly #all: boolean;
  readonly #limits: Limits;
  readonly #counts: Counts;
  readonly #wire: Wire;
  readonly #conversation: Conversation;
  readonly #max: number;
  readonly #inboxes: readonly [Inbox, Inbox];
  /** Refusals to a side that wait for the answers to its earlier requests. */
  readonly #holds: readonly [Hold, Hold];
  readonly #patience: readonly [Patience, Patience];
  readonly #budget: Budget;
  readonly #partialSince: [number, number] = [0, 0];
  readonly #ended: [boolean, boolean] = [false, false];
  /** Whether the next message of a side waits for a record, and what came of the side meanwhile. */
  readonly #waits: [boolean, boolean] = [false, false];
  readonly #backlog: readonly [Uint8Array[], Uint8Array[]] = [[], []];
  readonly #finishes: [boolean, boolean] = [false, false];
  /** Reference of what the session itself asked a side, whose answer is nobody else's; -1 where there is none. */
  readonly #asked: [number, number] = [-1, -1];
  #unreachable = false;
  #blind = false;
  #lastByte: number;

  // Bytes of the inbox under work that may go on and have not been sent yet.
  #runAt = 0;
  #runEnd = 0;

  // The message under work.
  #side: Side = Side.client;
  #pass: number = Pass.judge;
  #count = 0;
  #phases = 0;
  #anomalies = 0;
  /** Whether a multi-item message has an operation to report. */
  #reportable = false;
  #worst: number = Verdict.allow;
  /** The first decision that denies it. */
  #denial = NO_DECISION;
  #cause: Cause = Cause.policy;
  #fate: Fate = Fate.passed;
  #decisions = new Int32Array(FIRST_DECISIONS);

  constructor(options: SessionOptions, now: number) {
    this.judge = options.judge;
    this.#number = options.number;
    this.#protocol = options.protocol;
    this.#index = options.index;
    this.#enforce = options.enforce;
    this.#all = options.reports === 'all';
    this.#limits = options.limits;
    this.#counts = options.counts;
    this.#wire = options.wire;
    this.#max = Math.min(options.limits.message, options.protocol.maxMessage);
    const { pending, pendingBytes, held, answer: patience } = options.limits;
    const bytes = Math.max(pendingBytes, this.#max);
    this.#conversation = options.protocol.open({ requests: pending, bytes }, true);
    this.#patience = [new Patience(patience), new Patience(patience)];
    this.#inboxes = [new Inbox(this.#max), new Inbox(this.#max)];
    this.#holds = [new Hold(held, answer.bytes.length), new Hold(held, answer.bytes.length)];
    this.#lastByte = now;
    this.#budget = new Budget(options.limits.reports);
  }

  /** Side `side` sent the bytes `at..end`. `now` is in seconds since 1970, and never goes back. */
  receive(side: Side, bytes: Uint8Array, at: number, end: number, now: number): void {
    this.#lastByte = now;
    const inbox = this.#inboxes[side];
    let from = at;
    while (from < end && !this.closed) {
      if (this.#waits[side]) {
        this.#backlog[side].push(bytes.slice(from, end));
        return;
      }
      if (this.#blind) {
        this.#wire.send(opposite(side), bytes, from, end);
        return;
      }
      const waiting = inbox.end > inbox.start;
      from = inbox.take(bytes, from, end);
      const before = inbox.start;
      this.#messages(side, inbox, now);
      // How long the message that is begun here has been coming.
      if (!waiting || inbox.start !== before) this.#partialSince[side] = now;
    }
  }

  /** Side `side` will send nothing more. */
  finish(side: Side): void {
    if (this.closed || this.#ended[side]) return;
    if (this.#waits[side]) {
      this.#finishes[side] = true;
      return;
    }
    this.#ended[side] = true;
    const inbox = this.#inboxes[side];
    if (inbox.end > inbox.start) {
      this.#wire.note(Note.truncated, side, inbox.end - inbox.start);
      if (!this.#enforce) this.#wire.send(opposite(side), inbox.bytes, inbox.start, inbox.end);
      inbox.start = inbox.end;
    }
    // No answer will come any more that a refusal would have to wait for.
    this.#release(opposite(side), true);
    this.#wire.end(opposite(side));
    if (this.#ended[opposite(side)]) this.close(false, Note.ended);
  }

  /** What the next message of `side` waited for is recorded, or could not be: it is decided once more. */
  resume(side: Side, now: number): void {
    if (this.closed || !this.#waits[side]) return;
    this.#waits[side] = false;
    const inbox = this.#inboxes[side];
    this.#partialSince[side] = now;
    this.#messages(side, inbox, now);
    const backlog = this.#backlog[side].splice(0);
    for (const bytes of backlog) this.receive(side, bytes, 0, bytes.length, now);
    if (this.#finishes[side]) this.finish(side);
  }

  /** From now on what would go to the controller is answered: it cannot be reached. */
  unreachable(): void {
    this.#unreachable = true;
  }

  /** True when no request awaits its answer, no refusal its turn, and no message its record. */
  get quiet(): boolean {
    const { client, server } = Side;
    const conversation = this.#conversation;
    return (
      !this.#waits[client] &&
      !this.#waits[server] &&
      conversation.waiting(client) === 0 &&
      conversation.waiting(server) === 0 &&
      this.#holds[client].count === 0 &&
      this.#holds[server].count === 0
    );
  }

  /** To be called about four times a second: looks for what took too long. */
  tick(now: number): void {
    if (this.closed) return;
    this.#tellWithheld(now);
    const halfOpen = this.#ended[Side.client] || this.#ended[Side.server];
    if (now - this.#lastByte > (halfOpen ? this.#limits.halfOpen : this.#limits.idle)) {
      this.#fail(Note.idle, Side.client, Math.round(now - this.#lastByte));
      return;
    }
    if (this.#blind) return;
    this.#tickSide(Side.client, now);
    this.#tickSide(Side.server, now);
  }

  /** Ends the session. */
  close(reset: boolean, why: Note): void {
    if (this.closed) return;
    this.closed = true;
    this.#tellWithheld(Number.POSITIVE_INFINITY);
    this.#wire.close(reset, why);
  }

  /** An operation of the message under work, from the decoder. */
  operation(op: Operation): void {
    if (this.#pass === Pass.judge) this.#decide(op);
    else if (this.#pass === Pass.commit) this.#commit(op, this.#decisions[this.#count++]!);
    else this.#report(op, this.#decisions[this.#count++]!);
  }

  #tickSide(side: Side, now: number): void {
    const inbox = this.#inboxes[side];
    const begun = inbox.end > inbox.start && !this.#waits[side];
    if (!this.closed && begun && now - this.#partialSince[side] > this.#limits.partial) {
      // In monitor mode a message that takes its time takes it.
      if (this.#enforce) this.#fail(Note.partial, side, inbox.end - inbox.start);
    }
    const conversation = this.#conversation;
    const over = this.#patience[side].over(now, conversation.nextTicket(side));
    while (!this.closed) {
      const ticket = conversation.oldestTicket(side);
      if (ticket === 0 || ticket >= over) break;
      conversation.abandonOldest(side);
      this.#counts.unanswered++;
      this.#wire.note(Note.unanswered, side, 1);
      this.#release(side, false);
    }
  }

  /** Decides on every whole message that lies in the inbox. */
  #messages(side: Side, inbox: Inbox, now: number): void {
    const { view } = inbox;
    this.#runAt = inbox.start;
    this.#runEnd = inbox.start;
    while (inbox.start < inbox.end) {
      const length = this.#protocol.frame(side, view, inbox.start, inbox.end);
      const unframed = length < 0 || (length === Frame.more && inbox.end - inbox.start >= this.#max);
      if (unframed || length > this.#max) {
        this.#flush(side);
        this.#lost(side, inbox, unframed ? Note.framing : Note.oversize);
        return;
      }
      if (length === Frame.more || length > inbox.end - inbox.start) break;
      const at = inbox.start;
      inbox.start += length;
      this.#message(side, view, at, inbox.start, now);
      if (this.closed) return;
      if (this.#waits[side]) {
        // It stays where it is, and is decided again.
        inbox.start = at;
        break;
      }
    }
    this.#flush(side);
  }

  #message(side: Side, view: DataView, at: number, end: number, now: number): void {
    op.time = now;
    op.flow = this.#number;
    op.protocol = this.#index;
    this.#side = side;
    this.#pass = Pass.judge;
    this.#count = 0;
    this.#phases = 0;
    this.#anomalies = 0;
    this.#worst = Verdict.allow;
    this.#reportable = false;
    this.#conversation.decode(side, view, at, end, op, this);
    if (this.#count === 0) op.clear(side);
    const cause = this.#causeOf(side);
    this.#cause = cause;
    if (cause === Cause.unsolicited && op.reference === this.#asked[side]) {
      this.#asked[side] = -1;
      return;
    }
    const refused = cause !== Cause.policy || this.#worst === Verdict.deny;
    if (!refused && this.#enforce && this.judge.due) {
      this.#waits[side] = true;
      this.#wire.hold(side);
      return;
    }
    if (refused) this.#tally(cause);
    else if (this.#worst === Verdict.alert) this.#counts.alerted++;
    if (!refused || (!this.#enforce && cause !== Cause.unreachable)) {
      this.#forward(side, view, at, end);
    } else {
      this.#refuse(side, view, at, end, cause);
    }
  }

  #decide(op: Operation): void {
    this.#anomalies |= op.anomalies;
    this.#phases |= 1 << op.phase;
    // What the controller answers was decided when it was asked.
    const asked = this.#side === Side.client || op.phase !== Phase.response;
    // A message that is not understood is not decided on: it is refused.
    const decision = asked && (op.anomalies & MALFORMED) === 0 ? this.judge.decide(op) : NO_DECISION;
    if (decision !== NO_DECISION) {
      const verdict = verdictOf(decision);
      if (verdict === Verdict.deny && this.#worst !== Verdict.deny) this.#denial = decision;
      if (verdict < this.#worst) this.#worst = verdict;
      if (verdict !== Verdict.allow || this.#all || changes(op)) this.#reportable = true;
    }
    if (this.#count === this.#decisions.length) {
      const grown = new Int32Array(this.#decisions.length * 2);
      grown.set(this.#decisions);
      this.#decisions = grown;
    }
    this.#decisions[this.#count++] = decision;
  }

  /** What, other than the policy, speaks against the message; {@link Cause.policy} where nothing does. */
  #causeOf(side: Side): Cause {
    const response = (this.#phases & RESPONSE) !== 0;
    if (response && (this.#anomalies & Anomaly.unsolicited) !== 0) return Cause.unsolicited;
    if (this.#count === 0 || (this.#anomalies & MALFORMED) !== 0) return Cause.malformed;
    if (response && (this.#anomalies & Anomaly.mismatch) !== 0) return Cause.mismatch;
    if (this.#worst === Verdict.deny && this.#enforce) return Cause.policy;
    if (this.#unreachable && side === Side.client) return Cause.unreachable;
    if ((this.#phases & REQUEST) === 0 || !this.#enforce) return Cause.policy;
    const full = (this.#anomalies & Anomaly.evicted) !== 0;
    return full || this.#conversation.waiting(side) >= this.#limits.pending ? Cause.busy : Cause.policy;
  }

  #forward(side: Side, view: DataView, at: number, end: number): void {
    this.#fate = Fate.passed;
    this.#eachOperation(Pass.report, side, view, at, end);
    if (this.#cause === Cause.policy) this.#eachOperation(Pass.commit, side, view, at, end);
    this.#conversation.follow(side, view, at, end);
    this.#counts.passed++;
    if (this.#runEnd !== at) {
      this.#flush(side);
      this.#runAt = at;
    }
    this.#runEnd = end;
    if (this.#holds[opposite(side)].count > 0) {
      // The refusals come after this answer.
      this.#flush(side);
      this.#release(opposite(side), false);
    }
  }

  #refuse(side: Side, view: DataView, at: number, end: number, cause: Cause): void {
    const how = this.#refusal(side, cause);
    const said =
      how === 'answer' && this.#conversation.refuse(side, view, at, end, this.#why(side, cause), answer);
    const back = said && answer.to === side;
    const answered = said && (!back || this.#reply(side));
    this.#fate = how === 'reset' ? Fate.reset : answered ? Fate.answered : Fate.dropped;
    // Before anything changes the conversation: the message may have to be decoded again.
    this.#eachOperation(Pass.report, side, view, at, end);
    this.judge.refused();
    if (said && !back) {
      const gaveUp =
        cause === Cause.policy && this.#conversation.giveUp?.(side, view, at, end, notice) === true;
      this.#replace(side);
      if (gaveUp) this.#tell(side);
    }
    if (how === 'reset') {
      this.#flush(side);
      this.close(true, Note.refused);
    }
  }

  /** How to refuse. Only what a side asks for by itself is refused as the policy's owner wants it. */
  #refusal(side: Side, cause: Cause): Judge['refuse'] {
    if (cause === Cause.unsolicited) return 'drop';
    const answers = this.#phases === RESPONSE || side === Side.server;
    if (cause === Cause.busy || cause === Cause.unreachable || answers) return 'answer';
    return this.judge.refuse;
  }

  #why(side: Side, cause: Cause): Why {
    if (cause === Cause.busy) return Why.busy;
    if (cause === Cause.unreachable) return Why.unreachable;
    if (cause === Cause.policy) {
      return (this.#anomalies & Anomaly.function) === 0 ? this.judge.why(this.#denial) : Why.unsupported;
    }
    // A controller that answers what cannot be understood is as good as one that does not answer.
    return side === Side.server ? Why.unreachable : Why.malformed;
  }

  /** The answer goes to who sent the message, when all of its earlier requests have theirs. */
  #reply(side: Side): boolean {
    const hold = this.#holds[side];
    if (hold.count > 0 || this.#conversation.oldestTicket(side) !== 0) {
      return hold.add(this.#conversation.nextTicket(side), answer.bytes, answer.length);
    }
    this.#wire.send(side, answer.bytes, 0, answer.length);
    return true;
  }

  /** The answer goes on in place of the message. */
  #replace(side: Side): void {
    this.#flush(side);
    this.#conversation.follow(side, answer.view, 0, answer.length);
    this.#wire.send(opposite(side), answer.bytes, 0, answer.length);
    this.#release(opposite(side), false);
  }

  /** The side whose part of a transfer was refused is told as the other side would tell it. */
  #tell(side: Side): void {
    this.#asked[side] = op.reference;
    this.#wire.send(side, notice.bytes, 0, notice.length);
  }

  /** Sends the refusals to `side` whose turn it is; all of them where no answers will come any more. */
  #release(side: Side, all: boolean): void {
    const hold = this.#holds[side];
    while (hold.count > 0) {
      const oldest = this.#conversation.oldestTicket(side);
      if (!all && oldest !== 0 && oldest < hold.ticket) return;
      this.#wire.send(side, hold.bytes, hold.at, hold.end);
      hold.shift();
    }
  }

  /** Sends on the messages of `side` that have passed since the last time: they lie one after another. */
  #flush(side: Side): void {
    if (this.#runEnd > this.#runAt) {
      this.#wire.send(opposite(side), this.#inboxes[side].bytes, this.#runAt, this.#runEnd);
    }
    this.#runAt = this.#runEnd;
  }

  /** What comes next from `side` is no message. */
  #lost(side: Side, inbox: Inbox, note: Note): void {
    this.#counts.malformed++;
    if (this.#enforce) {
      this.#fail(note, side, inbox.end - inbox.start);
      return;
    }
    this.#wire.note(note, side, inbox.end - inbox.start);
    this.#wire.note(Note.blind, side, 0);
    this.#blind = true;
    this.#release(side, true);
    this.#release(opposite(side), true);
    const other = this.#inboxes[opposite(side)];
    this.#wire.send(opposite(side), inbox.bytes, inbox.start, inbox.end);
    if (other.end > other.start) this.#wire.send(side, other.bytes, other.start, other.end);
    inbox.start = inbox.end;
    other.start = other.end;
  }

  #fail(note: Note, side: Side, count: number): void {
    this.#wire.note(note, side, count);
    this.close(false, note);
  }

  /**
   * Goes through the operations of the message once more. Where there is only one, the record still holds it, and
   * nothing needs to be decoded again.
   */
  #eachOperation(pass: number, side: Side, view: DataView, at: number, end: number): void {
    const count = this.#count;
    // A message that was refused before the policy was asked is reported once, not for each item.
    if (count === 1 || (pass === Pass.report && this.#cause !== Cause.policy)) {
      const decision = this.#decisions[0]!;
      // A decoder may have counted on.
      op.item = 0;
      if (pass === Pass.commit) this.#commit(op, decision);
      else this.#report(op, decision);
      return;
    }
    if (pass === Pass.report && !this.#reportable) return;
    this.#pass = pass;
    this.#count = 0;
    this.#conversation.decode(side, view, at, end, op, this);
    this.#count = count;
  }

  #report(op: Operation, decision: number): void {
    const cause = this.#cause;
    if (cause === Cause.policy) {
      if (decision === NO_DECISION) return;
      if (verdictOf(decision) === Verdict.allow && !this.#all && !(changes(op) && this.#fate === Fate.passed))
        return;
    }
    if (this.#budget.take(op.time)) this.#wire.verdict(op, decision, cause, this.#fate);
  }

  #tellWithheld(now: number): void {
    const count = this.#budget.withheld(now);
    if (count > 0) this.#wire.note(Note.suppressed, Side.client, count);
  }

  #tally(cause: Cause): void {
    const counts = this.#counts;
    if (cause === Cause.policy) counts.denied++;
    else if (cause === Cause.malformed) counts.malformed++;
    else if (cause === Cause.mismatch || cause === Cause.unsolicited) counts.unpaired++;
    else counts.unserved++;
  }

  #commit(op: Operation, decision: number): void {
    if (decision !== NO_DECISION) this.judge.commit(op, decision);
    else this.judge.settle(op);
    this.#wire.passed?.(op);
  }
}

/** Stands for the decision on an operation that needs none. */
const NO_DECISION = -1;

/** Whether the operation can change something in the plant. */
function changes(op: Operation): boolean {
  return VERBS[op.verb]!.group >= VerbGroup.control;
}
