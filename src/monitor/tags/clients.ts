/**
 * Names of clients, each kept once: the objects that they read and write know them by number.
 *
 * @module
 */

/** Clients that are told apart, of all objects together. */
const MOST = 1 << 14;

export class Clients {
  readonly names: string[];
  readonly #numbers: Map<string, number>;

  constructor(names: readonly string[] = []) {
    this.names = [...names];
    this.#numbers = new Map(names.map((name, number) => [name, number]));
  }

  /** Number of a client, which is given one where it is new; -1 where there are too many. */
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= MOST) return -1;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
