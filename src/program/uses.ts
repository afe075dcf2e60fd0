/**
 * The uses of permits that the messages of one session wait for. A use is recorded for one message and serves that
 * message only, whatever other messages of the session come while it is on its way to the disk.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import type { Covering } from './desk.ts';
import type { DeskPermits } from './desk-permits.ts';
import type { Permit } from './permit.ts';
import type { Transfer } from './transfer.ts';
import { useName, type Wanted } from './why-not.ts';

/** A use that must be recorded before the message under work goes on. */
interface Due extends Covering {
  /** What it makes take effect. */
  readonly transfer: Transfer | undefined;
}

/** What came of it: the permit that it is recorded under, or why it could not be. */
interface Recorded {
  readonly permit: Permit;
  /** '' where it is recorded. */
  readonly problem: string;
}

export class Uses {
  /** By message and what is used. */
  #due = new Map<string, Due>();
  readonly #recorded = new Map<string, Recorded>();
  /** Those of the message under work. */
  readonly #named: string[] = [];

  /** True where something must be recorded before the message under work may go on. */
  get due(): boolean {
    return this.#due.size > 0;
  }

  /** A message is judged; what another one wanted is of no more concern. */
  begin(): void {
    this.#named.length = 0;
    this.#due.clear();
  }

  /** What came of the use that `op` of the message under work is, where it was due before. */
  recorded(op: Operation, what: Pick<Wanted, 'action' | 'object'>): Recorded | undefined {
    return this.#recorded.get(this.#name(op, what));
  }

  /** The message under work waits for this use by `op`. */
  wait(op: Operation, { permit, wanted }: Covering, transfer: Transfer | undefined): void {
    this.#due.set(this.#name(op, wanted), { permit, wanted, transfer });
  }

  /** Records what is due. Resolves in any case. */
  async record(permits: DeskPermits): Promise<void> {
    const due = this.#due;
    this.#due = new Map();
    for (const { transfer } of due.values()) if (transfer !== undefined) transfer.recording = true;
    let problem = '';
    for (const [name, { permit, wanted, transfer }] of due) {
      // Without one of them the message does not go on: the rest is not to be spent.
      if (problem === '') problem = await recordUse(permits, permit, wanted);
      if (problem === '' && transfer !== undefined) transfer.paid = permit;
      else this.#recorded.set(name, { permit, problem });
    }
    for (const { transfer } of due.values()) if (transfer !== undefined) transfer.recording = false;
  }

  /** The message under work went on, or was refused: what was recorded for it has served. */
  spend(): void {
    for (const name of this.#named) this.#recorded.delete(name);
    this.#due.clear();
  }

  #name({ item, side, reference }: Operation, { action, object }: Pick<Wanted, 'action' | 'object'>): string {
    const name = `${side} ${reference} ${useName(object, action)}`;
    this.#named[item] = name;
    return name;
  }
}

/** '' once it is recorded, else why it is not. */
async function recordUse(permits: DeskPermits, permit: Permit, wanted: Wanted): Promise<string> {
  try {
    await permits.recordUse(permit, wanted);
    return '';
  } catch (error) {
    return (error instanceof Error && error.message) || String(error);
  }
}
