/**
 * What a protocol is to the rest of Cofferdam. One exported object of type {@link Protocol} a folder, listed in
 * the registry; gateway, monitor and policy know protocols through this file alone.
 *
 * Bytes are always given as `(view, at, end)`: one long-lived `DataView` and two offsets into it. Nothing here
 * throws on any bytes, reads outside `at..end`, or allocates per message.
 *
 * @module
 */

import type { Operation, Sink } from '../operation/operation.ts';
import type { Side } from '../operation/side.ts';
import type { Verb } from '../operation/verb.ts';
import type { IdentityReader } from './device-facts.ts';
import type { ProgramReader } from './program-reader.ts';
import type { TagReader } from './tag-reader.ts';

/** Answer of {@link Protocol.recognise}. */
export const Recognition = {
  /** These bytes are not this protocol. */
  no: -1,
  /** Too early to tell: ask again with more bytes. */
  more: 0,
  /** Its frame could be: enough on the protocol's own port, elsewhere nothing by itself, however often. */
  possible: 1,
  /** It could be: enough on the protocol's own port, elsewhere only with a second message that agrees. */
  likely: 2,
  /** It is. */
  certain: 3,
} as const;
export type Recognition = (typeof Recognition)[keyof typeof Recognition];

/** Answers of {@link Protocol.frame} that are not lengths. */
export const Frame = { more: 0, lost: -1 } as const;

/** Why a message is refused; a protocol picks its own words for each. */
export const Why = {
  /** The policy does not allow it. */
  denied: 0,
  /** It could not be understood, or its lengths disagree. */
  malformed: 1,
  /** The function is not known to the gateway. */
  unsupported: 2,
  /** Too many requests are waiting. */
  busy: 3,
  /** The device does not answer, or cannot be reached. */
  unreachable: 4,
  /** The policy allows it, but not with this value. */
  value: 5,
} as const;
export type Why = (typeof Why)[keyof typeof Why];

/** Bytes that a refusal puts on the wire: `length` bytes of `bytes`, for `to`. Reused. */
export class Answer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  length = 0;
  to: Side = 0;

  constructor(capacity = 4096) {
    const buffer = new ArrayBuffer(capacity);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }
}

/** What an operation does in the transfer of a program to a controller. */
export const Step = {
  /** No part of a transfer whose content can be followed; what else it does to programs, its verb says. */
  none: 0,
  /** Asks to load the block that the operation's object names. */
  begin: 1,
  /**
   * Carries the next bytes of the block as the operation's values, or, as a request of the controller, asks for them. Where
   * the operation has no space, its `address` is the number of the part, counted from 1.
   */
  content: 2,
  /** Says that the whole block was transferred; or, as `outcome` says, that the controller has given up. */
  end: 3,
  /** Asks to load what cannot be compared, though content and end follow: it may be in force before its end is seen. */
  hidden: 4,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/**
 * How a protocol transfers programs: all that permits and gateway know of it. What makes a block take effect, deletes
 * it, stops, starts or changes the mode is told by verbs.
 */
export interface ProgramTransfer {
  /** What `op` does in a transfer. */
  step(op: Operation): Step;
  /** Bytes of the block that `op`, which begins its transfer, announces; -1 where it does not say. */
  announced(op: Operation): number;
  /** What a permit calls the content where operations name no object, and all is transferred as one. */
  readonly whole?: string;
  /** What makes the content take effect: an operation with the verb `activate`, or the end of the transfer itself. */
  readonly takesEffect: 'activate' | 'end';
  /** What of a transfer can be seen and compared with what was approved, and what cannot, for the documentation. */
  readonly shows: string;
}

/** One row of a function table: a function or sub-function, as the documentation lists it. */
export interface FunctionRow {
  /** Heading under which the documentation lists it ('' where the protocol has only one kind). */
  readonly section: string;
  /** Code as on the wire. */
  readonly code: number;
  /** Sub-function as on the wire; -1 for all of the code that have no row of their own. */
  readonly sub: number;
  /** Name in the standard's own words. */
  readonly name: string;
  readonly verb: Verb;
  /** Other verbs that its messages can have, by what is in them. */
  readonly otherVerbs?: readonly Verb[];
  /** True for a function of a vendor's own among those of a standard: a policy allows it by its number only. */
  readonly vendor?: boolean;
  /** What it does in the transfer of a program. */
  readonly step?: Step;
  /** True where it can change a program, or carry what does, although its verb does not say so. */
  readonly mayLoad?: boolean;
  /** ATT&CK for ICS technique where it is another one than the verb's, or where the function is the technique by itself. */
  readonly technique?: string;
  /** Standard and clause, or the public source. */
  readonly source: string;
}

/** Which numbers functions can have on the wire, so that one that never comes is told. */
export interface FunctionNumbers {
  /** Greatest code. */
  readonly code: number;
  /** Greatest sub-function of the code, or -1 where it has none. */
  sub(code: number): number;
}

/** A kind of message with function codes of its own. */
export interface FunctionKind {
  /** As written in policies: `userdata`. Also the section of the function table that lists its codes. */
  readonly name: string;
  /** Values of `Operation.kind`, requests and answers. */
  readonly kinds: readonly number[];
  readonly numbers: FunctionNumbers;
}

/** A kind of object that a protocol addresses. */
export interface Space {
  /** As written in policies and records: `holding`, `DB`. */
  readonly name: string;
  /** Bits in one unit of `Operation.address`: 1 for a coil, 16 for a register. */
  readonly bits: number;
  /** True where `Operation.area` says which one of several (DB number). */
  readonly areas: boolean;
  /** One line for the documentation. */
  readonly meaning: string;
}

/** Objects as a policy writes them, in bits, so that a tag, a range and an operation can be compared. */
export interface ObjectRange {
  readonly space: number;
  readonly area: number;
  /** First bit: address × the space's `bits` (+ bit within the unit). */
  readonly from: number;
  /** One past the last bit. Where the text names a single address, one unit, or what its own width says. */
  readonly to: number;
  /** True where the text fixes the width (a range, a bit, DBD): then a tag's type must fit it exactly. */
  readonly sized: boolean;
}

/** How objects of a protocol are written. Addresses are zero-based as on the wire. */
export interface ObjectGrammar {
  /** Reads `text` (`holding 40`, `holding 40-49`, `holding 40.3`, `DB1.DBD4`), or says what is wrong with it. */
  parse(text: string): ObjectRange | { readonly problem: string };
  /** The object of an operation, in the same notation; '' where it has none. */
  format(op: Operation): string;
  /** An object range, in the same notation. */
  formatRange(range: ObjectRange): string;
  /** The same address in the numbering that engineers know (40041 for holding 40), or '' where there is none. */
  alias(range: ObjectRange): string;
  /** Examples for messages and documentation. */
  readonly examples: readonly string[];
}

/** How stations of a protocol are written. */
export interface StationGrammar {
  /** The word: `unit`, `rack/slot`. */
  readonly word: string;
  /** The station meant where a policy names none. */
  readonly standard: number;
  /** The station that means all of them at once, where there is one: a write to it is judged as a write to each. */
  readonly broadcast?: number;
  parse(text: string): number | { readonly problem: string };
  format(station: number): string;
}

/** Limits on what a conversation may remember. */
export interface ConversationLimits {
  /** Requests awaiting their answer, per side. */
  readonly requests: number;
  /** Bytes kept of them, per side. */
  readonly bytes: number;
}

/**
 * What a session must remember to make sense of its messages: pending requests, what was negotiated, a
 * transfer under way. The monitor and the gateway use it alike:
 *
 * 1. `decode` a whole message: its operations go to the sink. Changes nothing.
 * 2. When the message goes on, `follow` it: what it changes is remembered. A message that is refused is never followed.
 *
 * In a capture every message went on: `observe` does both.
 */
export interface Conversation {
  /**
   * Hands each operation of the whole message `at..end` (as framed) to `sink`: at least one, in order of items.
   * `op` is cleared and filled for each. A response's operations carry the objects of their request, and the
   * response to a write its values too.
   */
  decode(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): void;

  /** Remembers the message as sent on. */
  follow(side: Side, view: DataView, at: number, end: number): void;

  /** `decode` and then `follow`, and no more than that, but quicker: for who only watches, where every message went on. */
  observe(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): void;

  /**
   * Writes into `answer` what this protocol's own server would say to refuse the message that `side` sent, and
   * to whom. False where the protocol has no such answer (the message is then only dropped).
   */
  refuse(side: Side, view: DataView, at: number, end: number, why: Why, answer: Answer): boolean;

  /**
   * Writes into `notice` what the other side would ask of `side` in giving up a transfer, a part of which, the message of
   * `side`, is refused. False, or absent, where the protocol has no such words: `side` then learns of it when the
   * transfer does not take effect. To be called before the refusal is followed.
   */
  giveUp?(side: Side, view: DataView, at: number, end: number, notice: Answer): boolean;

  /** Forgets all, to be used for another session as if it were opened anew. */
  reset(): void;

  /** Requests of `side` that were followed and not answered yet. */
  waiting(side: Side): number;
  /** Ticket that the next request of `side` gets; tickets count up from 1. */
  nextTicket(side: Side): number;
  /** Ticket of the oldest request of `side` without an answer, or 0 when none is waiting. */
  oldestTicket(side: Side): number;
  /** Forgets that oldest request: its answer will not come. */
  abandonOldest(side: Side): void;
}

/** A control protocol. Stateless; {@link Protocol.open} makes what a session remembers. */
export interface Protocol {
  /** As written in policies and records: `modbus`. */
  readonly name: string;
  /** As written in sentences: `Modbus/TCP`. */
  readonly title: string;
  /** The specification it follows. */
  readonly standard: string;
  /** TCP ports that it is usually found on: a hint for recognition, the default for listeners. */
  readonly ports: readonly number[];
  /** Function table; row 0 stands for whatever is not in it. */
  readonly functions: readonly FunctionRow[];
  /** Where one code means different functions in different kinds of message: those kinds. Absent where it does not. */
  readonly kinds?: readonly FunctionKind[];
  /** Numbers of functions, where it has no such kinds. */
  readonly numbers?: FunctionNumbers;
  /** Spaces; row 0 is none. */
  readonly spaces: readonly Space[];
  readonly objects: ObjectGrammar;
  readonly stations: StationGrammar;
  /** Absent where programs are not transferred, or not in a way that is understood. */
  readonly program?: ProgramTransfer;
  /** Bytes of the longest message: what a receiver must be able to hold. */
  readonly maxMessage: number;

  /** Are the first bytes that `side` sent those of this protocol? */
  recognise(side: Side, view: DataView, at: number, end: number): Recognition;

  /**
   * Length in bytes of the message that begins at `at`, once it is known, even when not all of it is there;
   * `Frame.more` while it cannot be known yet, `Frame.lost` when no message can begin so.
   */
  frame(side: Side, view: DataView, at: number, end: number): number;

  /** First offset after `at` where a message plausibly begins, or `end`. For the monitor; never used in line. */
  resync(side: Side, view: DataView, at: number, end: number): number;

  /**
   * What a session is to remember. `fresh`: it sees every byte of both sides from the first, as the gateway does, so
   * that what does not follow from what went before is an anomaly; otherwise it may have been joined in mid-stream.
   */
  open(limits: ConversationLimits, fresh?: boolean): Conversation;

  /** Name of an error code as `Operation.error` carries it. */
  errorName(error: number): string;

  // --- what devices tell of themselves ---

  /** Makes what reads the answers of a session to `identify`; absent where they tell nothing of the device. */
  readonly identity?: () => IdentityReader;

  // --- reading a device's program back ---
  /** How the program of a device is read; absent where the protocol gives no sound way. */
  readonly readBack?: ProgramReader;
  /** How tags are read over a connection of one's own; absent where the protocol gives no way that only reads. */
  readonly readTags?: TagReader;
}
