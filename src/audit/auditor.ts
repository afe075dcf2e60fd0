/**
 * Audits one controller, once or again and again: reads its program, compares it with the approved one, and keeps what is
 * different. A difference that stays as it was is found again and not kept again.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { Finding } from '../operation/finding.ts';
import type { ApprovedProgram } from './approved-program.ts';
import { type CompareOptions, type Comparison, compare } from './compare.ts';
import { type Device, DeviceError } from './device-link.ts';
import { findings, notAudited } from './findings.ts';
import { type Reading, type ReadOptions, readDevice } from './read-device.ts';
import { keepVersions } from './versions.ts';

export interface AuditOptions extends ReadOptions, CompareOptions {
  /** Folder where differences are kept. */
  readonly keep: string;
}

/** What one audit came to. */
export interface Audit {
  /** Undefined where the controller could not be read. */
  readonly reading: Reading | undefined;
  readonly comparison: Comparison | undefined;
  readonly findings: readonly Finding[];
  /** Folder where the versions are kept; undefined where nothing differs, or differs as it did before. */
  readonly kept: string | undefined;
  /** True where the same differences were found by the audit before. */
  readonly again: boolean;
}

export class Auditor {
  readonly #device: Device;
  readonly #approved: ApprovedProgram;
  readonly #options: AuditOptions;
  /** What was different the last time, as a hash. */
  #last = '';

  constructor(device: Device, approved: ApprovedProgram, options: AuditOptions) {
    this.#device = device;
    this.#approved = approved;
    this.#options = options;
  }

  /** One audit. Rejects when the signal aborts it. */
  async run(): Promise<Audit> {
    const device = this.#device;
    const reader = device.protocol.readBack!;
    let reading: Reading;
    try {
      reading = await readDevice(device, this.#options);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      const finding = notAudited(device, error.message, Date.now() / 1000);
      return {
        reading: undefined,
        comparison: undefined,
        findings: [finding],
        kept: undefined,
        again: false,
      };
    }
    const comparison = compare(this.#approved, reading.program, reader, this.#options);
    const found = findings(device, comparison, reading.ended / 1000);
    const digest = digestOf(comparison);
    const again = found.length > 0 && digest === this.#last;
    this.#last = digest;
    const kept =
      found.length === 0 || again
        ? undefined
        : await keepVersions(
            this.#options.keep,
            { device, reading, approved: this.#approved, comparison, findings: found },
            reader,
          );
    return { reading, comparison, findings: found, kept, again };
  }
}

/** The same for the same differences. How far a clock is off changes each time; that it is does not. */
function digestOf({ blocks, facts, clock, problems }: Comparison): string {
  const differences = blocks.map(({ kind, object, found, problem }) => [
    kind,
    object,
    found === undefined ? problem : hash('sha256', found),
  ]);
  return hash('sha256', JSON.stringify([differences, facts, clock !== undefined, problems]));
}
