/**
 * Anomalies: what is wrong with, or strange about, a message. Bits, set by the decoder; the policy decides
 * what to make of them, except those in {@link MALFORMED}, which in line never reach the plant.
 *
 * @module
 */

export const Anomaly = {
  /** A length field disagrees with another length, at any layer. */
  length: 1 << 0,
  /** Bytes are left over after all that the lengths account for. */
  trailing: 1 << 1,
  /** The message ends before what its own fields promise. */
  truncated: 1 << 2,
  /** A fixed field (protocol id, version, reserved byte) has a value the standard does not allow. */
  header: 1 << 3,
  /** A count or quantity is outside the standard's limits. */
  count: 1 << 4,
  /** An address, or address plus count, leaves the address space. */
  address: 1 << 5,
  /** A value is not one of those that the standard allows. */
  value: 1 << 6,
  /** Longer than the standard, or the negotiated size, allows. */
  oversize: 1 << 7,
  /** The message is of a kind that this side, or this state of the session, cannot send. */
  state: 1 << 8,
  /** The function is reserved, a vendor's own, or not known. */
  function: 1 << 9,
  /** An answer to which no request was seen. */
  unsolicited: 1 << 10,
  /** An answer that does not fit the request it names (other function, other count). */
  mismatch: 1 << 11,
  /**
   * A request with an identifier that is still awaiting its answer; or an answer that may be another request's,
   * because more than one had its identifier.
   */
  duplicate: 1 << 12,
  /** Bytes before this message could not be read and were skipped (monitor only). */
  resync: 1 << 13,
  /** Bytes before this message are missing from the capture (monitor only). */
  gap: 1 << 14,
  /** A table was full and an older pending request was forgotten for this one (monitor only). */
  evicted: 1 << 15,
  /** The content is encrypted or otherwise hidden. */
  opaque: 1 << 16,
} as const;
export type Anomaly = (typeof Anomaly)[keyof typeof Anomaly];
export type AnomalyName = keyof typeof Anomaly;

/** Anomalies with which a message cannot be said to be understood: in line it is never forwarded. */
export const MALFORMED =
  Anomaly.length |
  Anomaly.trailing |
  Anomaly.truncated |
  Anomaly.header |
  Anomaly.count |
  Anomaly.address |
  Anomaly.value |
  Anomaly.oversize |
  Anomaly.state;

/** Names of the bits set in `anomalies`, in ascending order of bit. */
export function anomalyNames(anomalies: number): AnomalyName[] {
  const names: AnomalyName[] = [];
  for (const [name, bit] of Object.entries(Anomaly)) {
    if (anomalies & bit) names.push(name as AnomalyName);
  }
  return names;
}
