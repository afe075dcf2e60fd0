/**
 * What happens in an exercise, for people: the verdict first, then who tried what, then why. Denials of the gateway
 * are told with the step that they answer, and many of them are cut short: a scan is one event, not twenty.
 *
 * @module
 */

import type { ExerciseEvent } from '../drill/exercise.ts';
import type { StepResult } from '../drill/step.ts';
import type { VerdictEvent } from '../gateway/event.ts';
import type { Policy } from '../policy/policy.ts';

/** What an event is about. */
export type EventKind = 'operator' | 'gateway' | 'held' | 'harm';

export interface ToldEvent {
  readonly kind: EventKind;
  readonly title: string;
  /** What more there is to say; may be left out where there is no room. */
  readonly details: readonly string[];
}

/** Denials in a row whose reasons are told. */
const SHOWN = 2;

export class EventTeller {
  readonly #policy: Policy;
  /** Denials that were not told yet. */
  #denials: VerdictEvent[] = [];
  #trying = false;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** What there is to tell after an event, what was held back before it included. */
  take(event: ExerciseEvent): ToldEvent[] {
    switch (event.kind) {
      case 'gateway':
        if (event.event.event === 'verdict' && event.event.verdict === 'deny')
          this.#denials.push(event.event);
        return [];
      case 'adjustment': {
        const { tag, value, done } = event.adjustment;
        const title = `operator sets ${tag.name} = ${value.toFixed(1)} ${tag.unit}`;
        return [
          done
            ? { kind: 'operator', title, details: [] }
            : { kind: 'harm', title: `✗ NOT DONE: ${title}`, details: [] },
        ];
      }
      case 'trying': {
        const before = this.flush();
        this.#trying = true;
        return before;
      }
      case 'step': {
        this.#trying = false;
        const told = this.#step(event.result);
        return [...this.flush(), told];
      }
    }
  }

  /** Denials that belong to no step; while one is being tried they may yet turn out to. */
  flush(): ToldEvent[] {
    if (this.#trying || this.#denials.length === 0) return [];
    const groups = Map.groupBy(this.#denials, denial => this.#parties(denial));
    this.#denials = [];
    return [...groups].map(([parties, denials]) => {
      return { kind: 'gateway', title: `denied ${parties}`, details: this.#reasons(denials) };
    });
  }

  #step({ name, from, to, held, saw, requests }: StepResult): ToldEvent {
    const answers = saw.map(answer => answer.replace(/^refused: /, '')).join('; ');
    const parties = `${from} → ${to}`;
    const denials = this.#denials.filter(denial => this.#parties(denial) === parties);
    this.#denials = this.#denials.filter(denial => !denials.includes(denial));
    return {
      kind: held ? 'held' : 'harm',
      title: `${held ? '✓ refused' : '✗ NOT REFUSED'}  ${from}: ${name}`,
      details: [
        requests === 1 ? `answer: ${answers}` : `answers to ${requests} requests: ${answers}`,
        ...this.#reasons(denials),
      ],
    };
  }

  #parties({ client, target }: VerdictEvent): string {
    return `${this.#policy.hostsAt(client)[0]?.name ?? client} → ${target}`;
  }

  #reasons(denials: readonly VerdictEvent[]): string[] {
    const reasons = denials.slice(0, SHOWN).map(({ target, reason }) => `${target}: ${reason}`);
    const more = denials.length - SHOWN;
    return more > 0 ? [...reasons, `… and ${more} more`] : reasons;
  }
}
