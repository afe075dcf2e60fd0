/**
 * Messages with something wrong: broken ones, functions in no table, answers to nothing. What a capture itself lost
 * is no finding.
 *
 * @module
 */

import { Anomaly, anomalyNames, MALFORMED } from '../operation/anomaly.ts';
import { type Operation, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { KINDS } from './finding-kinds.ts';
import type { Pair } from './parties.ts';
import type { Raiser } from './raiser.ts';
import type { Thresholds } from './thresholds.ts';

/** Signs that bytes are missing from the capture, or that a table was full: then nothing can be said. */
const LOST = Anomaly.gap | Anomaly.resync | Anomaly.evicted;
const STRAY = Anomaly.unsolicited | Anomaly.mismatch;

export class Strange {
  readonly #thresholds: Thresholds;
  readonly #raiser: Raiser;

  constructor(thresholds: Thresholds, raiser: Raiser) {
    this.#thresholds = thresholds;
    this.#raiser = raiser;
  }

  /** An operation with anomalies. */
  look(op: Operation, pair: Pair): void {
    const { anomalies, time } = op;
    if ((anomalies & LOST) !== 0) return;
    const thresholds = this.#thresholds;
    const [from, to] = op.side === Side.client ? [pair.client, pair.server] : [pair.server, pair.client];
    if ((anomalies & MALFORMED) !== 0 && pair.malformed.reaches(thresholds.malformed, time)) {
      const wrong = anomalyNames(anomalies & MALFORMED).join(', ');
      this.#raiser.raise(
        KINDS.malformed,
        pair,
        op,
        () => `${from} sent ${to} messages that break the protocol’s rules (${wrong})`,
      );
    }
    const asked = op.phase === Phase.request;
    if (
      (anomalies & Anomaly.function) !== 0 &&
      asked &&
      pair.unknown.reaches(thresholds['unknown-function'], time)
    ) {
      this.#raiser.raise(
        KINDS.unknownFunction,
        pair,
        op,
        () => `${from} asked ${to} for a function that is in no table`,
      );
    }
    if ((anomalies & STRAY) !== 0 && pair.stray.reaches(thresholds['stray-answers'], time)) {
      this.#raiser.raise(
        KINDS.strayAnswers,
        pair,
        op,
        () => `${from} sent ${to} answers that answer no request`,
      );
    }
  }
}
