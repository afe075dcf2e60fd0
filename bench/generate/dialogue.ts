/**
 * What the two ends of a connection say to each other, without TCP: one exchange after another.
 *
 * @module
 */
export interface Dialogue {
  /** As the registry of protocols names it. */
  readonly protocol: string;
  /** The server's port. */
  readonly port: number;
  /** Exchanges that any connection begins with, before it asks for anything. */
  readonly greetings: number;
  /** The request and the response of the exchange made last. */
  readonly request: Uint8Array;
  readonly response: Uint8Array;
  /** Makes exchange `index`, counted from 0. */
  exchange(index: number): void;
}
