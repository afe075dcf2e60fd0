/**
 * Findings that are alike become one, with a count and a span: an analyst reads what happened, not how often the
 * detector saw it. Takes the findings of any room.
 *
 * @module
 */

import { type Evidence, type Finding, SEVERITIES, type Severity } from '../operation/finding.ts';

/** Pieces of evidence that a finding keeps: the first ones. */
const MAX_EVIDENCE = 5;

export interface GroupingOptions {
  /** Seconds without anything alike after which the next is a finding of its own. */
  readonly quiet?: number;
  /** Findings that are kept; those beyond are one finding for each kind. */
  readonly limit?: number;
  /** Is told of each when it begins. */
  readonly begins?: ((group: Group) => void) | undefined;
}

/** Findings that are alike. */
export class Group {
  readonly first: Finding;
  readonly evidence: Evidence[] = [];
  from: number;
  to: number;
  count: number;
  severity: Severity;
  because: string;

  constructor(first: Finding) {
    this.first = first;
    this.from = first.from;
    this.to = first.to;
    this.count = first.count;
    this.severity = first.severity;
    this.because = first.because;
    this.#keep(first.evidence);
  }

  /** There is room for evidence. */
  get wanting(): boolean {
    return this.evidence.length < MAX_EVIDENCE;
  }

  /** One more that is alike. */
  again(time: number): void {
    this.count++;
    if (time > this.to) this.to = time;
    else if (time < this.from) this.from = time;
  }

  /** One more, with its evidence, as bad as `severity` for the reason `because`. */
  add({ from, to, count, severity, because, evidence }: Finding): void {
    this.count += count;
    this.from = Math.min(this.from, from);
    this.to = Math.max(this.to, to);
    this.worsen({ severity, because });
    this.#keep(evidence);
  }

  /** It is at least as bad as that. */
  worsen({ severity, because }: Pick<Finding, 'severity' | 'because'>): void {
    if (severity === this.severity || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(this.severity))
      return;
    this.severity = severity;
    this.because = because;
  }

  finding(): Finding {
    const { from, to, count, severity, because } = this;
    const evidence = this.evidence.toSorted((a, b) => a.time - b.time);
    return { ...this.first, from, to, count, severity, because, evidence };
  }

  #keep(evidence: readonly Evidence[]): void {
    this.evidence.push(...evidence.slice(0, MAX_EVIDENCE - this.evidence.length));
  }
}

export class Grouping {
  readonly quiet: number;
  readonly #limit: number;
  readonly #begins: ((group: Group) => void) | undefined;
  #groups: Group[] = [];
  readonly #open = new Map<string, Group>();

  constructor({ quiet = 3600, limit = 10_000, begins }: GroupingOptions = {}) {
    this.quiet = quiet;
    this.#limit = limit;
    this.#begins = begins;
  }

  /** Those that are kept. */
  get groups(): readonly Group[] {
    return this.#groups;
  }

  /** Forgets those of which nothing came for so long that they are over at `now`, and gives them. */
  over(now: number): Group[] {
    const over = this.#groups.filter(group => now - group.to > this.quiet);
    if (over.length === 0) return over;
    const gone = new Set(over);
    this.#groups = this.#groups.filter(group => !gone.has(group));
    for (const [key, group] of this.#open) if (gone.has(group)) this.#open.delete(key);
    return over;
  }

  /** Puts a finding to those that are alike, or begins with it. */
  add(finding: Finding): Group {
    const { kind, subject } = finding;
    const { client = '', server = '', protocol = '', station = '', object = '' } = subject;
    const key = [kind, client, server, protocol, station, object].join('\n');
    let group = this.#open.get(key);
    if (group !== undefined && finding.from - group.to <= this.quiet) {
      group.add(finding);
      return group;
    }
    const full = this.#groups.length >= this.#limit;
    group = full ? this.#open.get(kind) : undefined;
    if (group !== undefined) {
      group.add(finding);
      return group;
    }
    group = new Group(
      full ? { ...finding, subject: {}, message: 'more of this kind than can be told' } : finding,
    );
    this.#groups.push(group);
    this.#open.set(full ? kind : key, group);
    this.#begins?.(group);
    return group;
  }

  /** All findings, the most severe first, then by time, kind and subject. */
  findings(): Finding[] {
    return this.#groups.map(group => group.finding()).sort(compare);
  }
}

/** The most severe first, then by time, kind and subject. */
function compare(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    a.from - b.from ||
    order(a.kind, b.kind) ||
    order(a.subject.client ?? '', b.subject.client ?? '') ||
    order(a.subject.server ?? '', b.subject.server ?? '') ||
    order(a.message, b.message)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
