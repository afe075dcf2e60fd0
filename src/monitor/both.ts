/**
 * Hands each operation to two sinks.
 *
 * @module
 */
import type { Operation, Sink } from '../operation/operation.ts';

export class Both implements Sink {
  readonly #first: Sink;
  readonly #second: Sink;

  constructor(first: Sink, second: Sink) {
    this.#first = first;
    this.#second = second;
  }

  operation(op: Operation): void {
    this.#first.operation(op);
    this.#second.operation(op);
  }
}
