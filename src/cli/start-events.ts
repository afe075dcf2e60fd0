/**
 * What happens in an exercise, as lines for people. Denials of the gateway are held back until what they belong to
 * is told, and many of them are cut short: a scan is one event, not twenty.
 *
 * @module
 */

import type { ExerciseEvent } from '../drill/exercise.ts';
import type { VerdictEvent } from '../gateway/event.ts';
import type { Policy } from '../policy/policy.ts';

/** What a line is about. */
export type LineKind = 'operator' | 'gateway' | 'held' | 'harm';

export interface EventLine {
  readonly kind: LineKind;
  readonly text: string;
}

/** Denials in a row that are told one by one. */
const SHOWN = 2;

export class EventLines {
  readonly #policy: Policy;
  readonly #denials: string[] = [];

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** The lines that an event gives, those held back before it included. */
  take(event: ExerciseEvent): EventLine[] {
    switch (event.kind) {
      case 'gateway':
        if (event.event.event === 'verdict' && event.event.verdict === 'deny') {
          this.#denials.push(this.#denial(event.event));
        }
        return [];
      case 'adjustment': {
        const { tag, value, done } = event.adjustment;
        const text = `operator  ${tag.name} = ${value.toFixed(1)} ${tag.unit}`;
        return [
          ...this.flush(),
          done ? { kind: 'operator', text } : { kind: 'harm', text: `${text}: NOT DONE` },
        ];
      }
      case 'step': {
        const { name, from, to, held, saw, requests } = event.result;
        const times = requests === 1 ? '' : ` (${requests} requests)`;
        const what = `${from} → ${to}: ${name}${times}`;
        return [
          ...this.flush(),
          held
            ? { kind: 'held', text: `intruder  ✓ ${what}: ${saw.join('; ')}` }
            : { kind: 'harm', text: `intruder  ✗ ${what}: ${saw.join('; ')}` },
        ];
      }
    }
  }

  /** The lines held back. */
  flush(): EventLine[] {
    const denials = this.#denials.splice(0);
    const lines: EventLine[] = denials
      .slice(0, SHOWN)
      .map(text => ({ kind: 'gateway', text: `gateway   ${text}` }));
    const more = denials.length - SHOWN;
    if (more > 0) lines.push({ kind: 'gateway', text: `gateway   … and ${more} more` });
    return lines;
  }

  #denial({ client, target, reason }: VerdictEvent): string {
    const who = this.#policy.hostsAt(client)[0]?.name ?? client;
    return `${who} → ${target}: ${reason}`;
  }
}
