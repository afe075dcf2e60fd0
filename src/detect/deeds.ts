/**
 * What a single operation is a finding for, whoever does it how often: by its verb, or by the technique that its
 * function is by itself. Protocols' tables give both.
 *
 * @module
 */

import type { FindingKind } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import { VERBS, Verb } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { KINDS } from './finding-kinds.ts';

const BY_VERB: Readonly<Partial<Record<Verb, FindingKind>>> = {
  [Verb.settime]: KINDS.timeChange,
  [Verb.start]: KINDS.modeChange,
  [Verb.stop]: KINDS.stop,
  [Verb.restart]: KINDS.restart,
  [Verb.mode]: KINDS.modeChange,
  [Verb.upload]: KINDS.upload,
  [Verb.download]: KINDS.download,
  [Verb.activate]: KINDS.programChange,
  [Verb.delete]: KINDS.programChange,
  [Verb.firmware]: KINDS.firmware,
};

const BY_TECHNIQUE: Readonly<Record<string, FindingKind>> = {
  T0814: KINDS.silenced,
  T0872: KINDS.indicatorRemoval,
  T0878: KINDS.alarmSuppression,
};

/** What stands in a credential's place: a technique that a function can be by itself. */
const CREDENTIALS = 'T0859';

/** Verbs that change the controller itself, or look into its program: what engineers do, and operators do not. */
const ENGINEERING: readonly Verb[] = [
  Verb.authenticate,
  Verb.browse,
  Verb.configure,
  Verb.filewrite,
  Verb.start,
  Verb.stop,
  Verb.restart,
  Verb.mode,
  Verb.upload,
  Verb.download,
  Verb.activate,
  Verb.delete,
  Verb.firmware,
];

/** Verbs after which something is another than before. */
const CHANGES: readonly Verb[] = [
  Verb.write,
  Verb.operate,
  Verb.settime,
  Verb.acknowledge,
  Verb.filewrite,
  Verb.configure,
  Verb.start,
  Verb.stop,
  Verb.restart,
  Verb.mode,
  Verb.download,
  Verb.activate,
  Verb.delete,
  Verb.firmware,
];

const READS: readonly Verb[] = [Verb.read, Verb.subscribe];
const CONTROLS: readonly Verb[] = [Verb.write, Verb.operate];

/** True by verb. */
export const isEngineering = tableOf(ENGINEERING);
export const isChange = tableOf(CHANGES);
export const isRead = tableOf(READS);
export const isControl = tableOf(CONTROLS);

export class Deeds {
  /** By protocol and row of its function table: the kind that the function is by itself. */
  readonly #kinds: readonly (FindingKind | undefined)[][];
  readonly #credentials: readonly boolean[][];

  constructor(protocols: readonly Protocol[]) {
    this.#kinds = protocols.map(({ functions }) =>
      functions.map(({ technique }) => (technique === undefined ? undefined : BY_TECHNIQUE[technique])),
    );
    this.#credentials = protocols.map(({ functions }) =>
      functions.map(({ verb, technique }) => verb === Verb.authenticate || technique === CREDENTIALS),
    );
  }

  /** The kind of finding that the operation is, or undefined. */
  kindOf(op: Operation): FindingKind | undefined {
    return this.#kinds[op.protocol]![op.fn] ?? BY_VERB[op.verb];
  }

  /** Does it present a credential? */
  isCredential(op: Operation): boolean {
    return this.#credentials[op.protocol]![op.fn]!;
  }
}

function tableOf(verbs: readonly Verb[]): readonly boolean[] {
  return VERBS.map(({ verb }) => verbs.includes(verb));
}
