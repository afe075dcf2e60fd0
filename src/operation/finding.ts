/**
 * The finding: something a detector wants a person to see. Whoever looks (the gateway at a program transfer, an audit
 * of a controller, a detector over operations or over readings) says it in this one form.
 *
 * What is the same for all findings of a kind stands in its {@link FindingKind}, from which the documentation's table
 * is generated; a {@link Finding} adds what was seen.
 *
 * @module
 */

/** How bad it is, from what a person may read some day to what somebody must act on now. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What all findings of one kind have in common. */
export interface FindingKind {
  /** Stable name, `room.what`: `program.mismatch`. */
  readonly name: string;
  /** A few words for a table: `Program block differs from the approved one`. */
  readonly title: string;
  readonly severity: Severity;
  /** Why it is that bad, a sentence. */
  readonly because: string;
  /** Technique of MITRE ATT&CK for ICS: `T0843`. */
  readonly technique: string;
  /** What to do next, a sentence or two for whoever is on shift. */
  readonly advice: string;
}

/** Whom and what a finding is about, as far as that is known. */
export interface Subject {
  /** Address or name of who acted. */
  readonly client?: string;
  /** Address or name of the device. */
  readonly server?: string;
  readonly protocol?: string;
  readonly station?: string;
  /** Object or tag, as policies write it. */
  readonly object?: string;
}

/** One thing that was seen, small enough to be kept: an operation, a reading, a difference. */
export interface Evidence {
  /** Seconds since 1970-01-01 UTC. */
  readonly time: number;
  /** What it was, one line for a person. */
  readonly what: string;
  /** Bytes that were seen, where they matter (a refused block), as base64. */
  readonly bytes?: string;
}

export interface Finding {
  readonly kind: string;
  readonly severity: Severity;
  /** Why it is that bad; the kind's own reason unless this one has another. */
  readonly because: string;
  readonly technique: string;
  /** What was found, one sentence with its names and numbers. */
  readonly message: string;
  readonly advice: string;
  readonly subject: Subject;
  /** Time of the first and the latest evidence, seconds since 1970-01-01 UTC. */
  readonly from: number;
  readonly to: number;
  /** How often it was seen; those that are alike are one finding. */
  readonly count: number;
  /** The first few things that were seen. */
  readonly evidence: readonly Evidence[];
}

/** What is particular about a new finding. */
export interface Seen {
  readonly message: string;
  readonly subject: Subject;
  readonly evidence: readonly Evidence[];
  /** Where this one is worse, or less bad, than its kind: with its reason. */
  readonly severity?: Severity;
  readonly because?: string;
}

/** The finding of `kind` that `seen` describes. Its evidence is in order of time and not empty. */
export function finding(kind: FindingKind, seen: Seen): Finding {
  const { evidence } = seen;
  return {
    kind: kind.name,
    severity: seen.severity ?? kind.severity,
    because: seen.because ?? kind.because,
    technique: kind.technique,
    message: seen.message,
    advice: kind.advice,
    subject: seen.subject,
    from: evidence[0]!.time,
    to: evidence.at(-1)!.time,
    count: 1,
    evidence,
  };
}
