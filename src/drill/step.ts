/**
 * A scenario: what an intruder tries, from where, and the refusal that is expected. Data; the runner acts on it.
 *
 * @module
 */

import type { S7Block } from '../plant/s7-block.ts';
import type { Header } from '../protocol/modbus/encode.ts';

/** A Modbus request, given whom it is for. */
export interface ModbusAttempt {
  readonly kind: 'modbus';
  readonly unit: number;
  build(to: Header): Uint8Array;
}

/** An S7 request, given its PDU reference. */
export interface S7Attempt {
  readonly kind: 's7comm';
  build(reference: number): Uint8Array;
}

/** A whole download of a block: it is announced, fetched by the controller, and linked in. */
export interface DownloadAttempt {
  readonly kind: 'download';
  readonly block: S7Block;
}

export type Attempt = ModbusAttempt | S7Attempt | DownloadAttempt;

export interface Step {
  /** What is tried, in a few words. */
  readonly name: string;
  /** ATT&CK for ICS technique. */
  readonly technique: string;
  /** Name of the host from which, and of the controller at which. */
  readonly from: string;
  readonly to: string;
  readonly attempts: readonly Attempt[];
  /** The protocol's error code that a refusal of it carries. */
  readonly refusal: number;
  /** Seconds to wait before it, beside the usual. */
  readonly wait?: number;
}

/** What the intruder saw of one step. */
export interface StepResult {
  readonly name: string;
  readonly technique: string;
  readonly from: string;
  readonly to: string;
  /** Requests made, and how many of them were refused as expected. */
  readonly requests: number;
  readonly refused: number;
  /** Every request was refused as expected. */
  readonly held: boolean;
  /** What came back, in words, each kind of answer once. */
  readonly saw: readonly string[];
  /** The session still answered, or its refusals, afterwards. */
  readonly sessionAlive: boolean;
}
