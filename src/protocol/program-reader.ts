/**
 * Reading a device's program back: what a protocol offers so that an audit can compare what runs in a controller with
 * what was approved. Nothing here opens a socket. A reading is a generator: it gives the next request and is given the
 * message that answers it, until it returns what was read.
 *
 * A reader encodes functions that read, and no others; whoever drives it checks each request all the same.
 *
 * @module
 */

/** What the reader asks for next. */
export interface ProgramRequest {
  /** The message to send; empty where the reader only waits for the next message. */
  readonly bytes: Uint8Array;
  /** What it reads, for people: `block list`, `OB1`. */
  readonly what: string;
  /** The device was busy: not before so many milliseconds; 0 for a request that may go as soon as the pace allows. */
  readonly wait: number;
}

/** A whole message of the device, as framed, and when it came (ms since 1970-01-01 UTC). */
export interface ProgramAnswer {
  readonly bytes: Uint8Array;
  readonly time: number;
}

/** A reading under way. Throws {@link ProgramReadError} where no reading is possible. */
export type ProgramReading = Generator<ProgramRequest, DeviceProgram, ProgramAnswer>;

/** What a fact is about, so that an audit knows which differences are of one kind. */
export const FACT_KINDS = ['identity', 'firmware', 'protection', 'mode', 'program'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** Something that the device says of itself. */
export interface ProgramFact {
  /** Stable name, in words: `firmware`, `serial number`. */
  readonly name: string;
  readonly kind: FactKind;
  readonly value: string;
}

/** A block, or another piece of the program, that the device lists. */
export interface ProgramObject {
  /** As policies write it: `OB1`. */
  readonly object: string;
  /** Its bytes as they were transferred; undefined where they were not read. */
  readonly bytes: Uint8Array | undefined;
  /** Why they were not read; '' where they were, or where nobody can read them (part of the firmware). */
  readonly problem: string;
}

/** The device's clock, and when it was read; both in ms since 1970-01-01, the device's as if it were UTC. */
export interface DeviceClock {
  readonly device: number;
  readonly at: number;
}

/** What was read of a device. */
export interface DeviceProgram {
  readonly facts: readonly ProgramFact[];
  /** Undefined where the device tells none. */
  readonly clock: DeviceClock | undefined;
  /** In the order of the device's lists. */
  readonly objects: readonly ProgramObject[];
  /** What could not be read, or does not agree with itself: a sentence each. */
  readonly problems: readonly string[];
  /** False where the program was changed while it was read: what was read is then neither the one nor the other. */
  readonly steady: boolean;
}

/** Bounds, because a device may lie. What is beyond them is not read, and becomes a problem. */
export interface ProgramLimits {
  /** Blocks that are read. */
  readonly objects: number;
  /** Bytes of one block, and of all. */
  readonly objectBytes: number;
  readonly bytes: number;
  /** Times that a busy device is asked again, and the wait before each, ms. */
  readonly retries: number;
  readonly retryAfter: number;
}

export const PROGRAM_LIMITS: ProgramLimits = {
  objects: 4096,
  objectBytes: 0x20000,
  bytes: 0x2000000,
  retries: 10,
  retryAfter: 3000,
};

/** Why a program cannot be read. */
export class ProgramReadError extends Error {
  readonly code = 'COFFERDAM_PROGRAM_READ';
  override readonly name = 'ProgramReadError';
}

/** One line of a block as people read it. */
export interface ProgramLine {
  /** Offset in the part, bytes. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** What it means; '' where that is not known. */
  readonly text: string;
}

/** A part of a block: its code, its interface. */
export interface ProgramPart {
  readonly name: string;
  /** Offset in the block, bytes. */
  readonly from: number;
  readonly lines: readonly ProgramLine[];
}

/** A block as people read it. */
export interface ProgramView {
  /** What its header says, in the order in which to show it. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly parts: readonly ProgramPart[];
}

/** How a protocol reads programs. */
export interface ProgramReader {
  /** Begins a reading of `station`, from the first message of a new connection. */
  read(station: number, limits: ProgramLimits): ProgramReading;

  /**
   * The bytes of a block without what changes by itself while the device works (the present values of a data block are
   * zero), so that two readings can be compared. The same array where nothing does.
   */
  lasting(bytes: Uint8Array): Uint8Array;

  /** A block for people; any bytes. */
  view(bytes: Uint8Array): ProgramView;
}
