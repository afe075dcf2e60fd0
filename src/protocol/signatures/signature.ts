/**
 * What tells a protocol by its bytes, for those that are not decoded: what cannot be read is at least named. A false name is
 * worse than none: what one message cannot show, two must agree on.
 *
 * Functions here read nothing outside `at..end`, and allocate nothing.
 *
 * @module
 */

/** How well bytes fit: not; as far as they go, but others could too; beyond doubt. */
export const Fit = { no: 0, weak: 1, sure: 2 } as const;
export type Fit = (typeof Fit)[keyof typeof Fit];

export interface Signature {
  /** As summaries have it: `IEC 60870-5-104`. */
  readonly name: string;
  /** Its content is encrypted: it could not be read even if it were decoded. */
  readonly opaque?: boolean;
  /** A control protocol, or one that carries them; not ordinary IT. */
  readonly control: boolean;
  /** Its usual port: tells which side is the server where no handshake was seen. Recognition does not ask for it. */
  readonly port?: number;
  /** Looks at the first bytes of a segment of a TCP stream. */
  readonly stream?: (view: DataView, at: number, end: number) => Fit;
  /** Looks at a whole UDP payload. */
  readonly datagram?: (view: DataView, at: number, end: number) => Fit;
  /** First bytes that a segment or payload of it can have, so that others are not looked at; any where it is absent. */
  readonly firstBytes?: readonly number[];
  /** So little of the payload is fixed that it counts on its usual port only. */
  readonly onPort?: true;
}
