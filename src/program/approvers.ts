/**
 * Who may approve permits, and how many of them it takes: the file that a plant's owner writes.
 *
 * ```yaml
 * threshold: 2
 * approvers:
 *   shift-lead: ssh-ed25519 AAAA… comment
 *   controls-lead: ssh-ed25519 AAAA…
 *   safety-lead: ssh-ed25519 AAAA…
 * requesters: [engineer-1, engineer-2]
 * controllers:
 *   plc-safety: { threshold: 3, approvers: [shift-lead, controls-lead, safety-lead] }
 * ```
 *
 * @module
 */

import type { PublicKey } from './public-key.ts';

/** The least number of approvals that a permit can need. */
export const LEAST_THRESHOLD = 2;

export interface Approver {
  readonly name: string;
  readonly keys: readonly PublicKey[];
}

/** Those who decide about one controller. */
export interface Panel {
  readonly threshold: number;
  readonly approvers: readonly Approver[];
}

export class Approvers {
  /** File that they were read from. */
  readonly file: string;
  readonly #everywhere: Panel;
  readonly #controllers: ReadonlyMap<string, Panel>;
  readonly #requesters: ReadonlySet<string> | undefined;

  constructor(
    file: string,
    everywhere: Panel,
    controllers: ReadonlyMap<string, Panel>,
    requesters: readonly string[] | undefined,
  ) {
    this.file = file;
    this.#everywhere = everywhere;
    this.#controllers = controllers;
    this.#requesters = requesters && new Set(requesters.map(sameName));
  }

  /** Those who decide about the controller. */
  panel(controller: string): Panel {
    return this.#controllers.get(controller) ?? this.#everywhere;
  }

  /** The controllers that have a panel of their own. */
  get controllers(): readonly string[] {
    return [...this.#controllers.keys()];
  }

  /** All of them, for whatever controller. */
  get all(): readonly Approver[] {
    return this.#everywhere.approvers;
  }

  /** The approver whose key it is. */
  ownerOf(keyId: string): Approver | undefined {
    return this.all.find(({ keys }) => keys.some(key => key.id === keyId));
  }

  /** May this person ask for permits? Everybody may where the file does not say who. */
  mayRequest(name: string): boolean {
    return this.#requesters === undefined || this.#requesters.has(sameName(name));
  }
}

/** What two spellings of one name have in common: neither case nor width makes another person of somebody. */
export function sameName(name: string): string {
  return name.normalize('NFKC').toLowerCase().trim();
}
