/**
 * How a watch fares, as lines for people and as the data of `--ndjson`.
 *
 * @module
 */

import type { State } from '../monitor/live/link.ts';
import type { Health, WatchEvent } from '../monitor/live/watch.ts';
import { spanText } from '../monitor/span.ts';
import type { Summary } from '../monitor/summary.ts';
import { counted } from '../operation/counted.ts';

const STATES: Readonly<Record<State, string>> = {
  watched: 'is there and watched',
  'no carrier': 'has nobody at the other end; waiting for a cable or a peer',
  down: 'is switched off; waiting (ip link set NAME up)',
  gone: 'is gone; waiting for it to come back',
};

export function eventText(event: WatchEvent, linesLost: number): string[] {
  switch (event.event) {
    case 'started': {
      const who = event.user === '' ? '' : `, as ${event.user}`;
      const left = event.capabilities ? '; capabilities are kept' : '';
      return [`watching ${event.interfaces.join(', ')}${who}${left}`];
    }
    case 'interface':
      return [`${event.name} ${STATES[event.state]}`];
    case 'notice':
      return [`NOTE ${event.text}; ${event.advice}`];
    case 'over':
      return [`over: ${event.notice}`];
    case 'health':
      return [`health after ${spanText(event.health.seconds)}: ${healthText(event.health, linesLost)}`];
    case 'stopped':
      return [`stopped after ${spanText(event.health.seconds)}: ${healthText(event.health, linesLost)}`];
    default:
      return event satisfies never;
  }
}

function healthText(health: Health, linesLost: number): string {
  const { summary, recorded } = health;
  const { kinds, streams, protocols } = summary;
  const parts = [
    `${counted(health.packets, 'packet')} = ${health.read} read + ${health.waiting} waiting + ${health.dropped} dropped`,
    `before that ${health.lostByCard} lost by the card, ${health.lostInBacklog} by the kernel`,
    `read: ${kinds.tcp} TCP, ${kinds.udp} UDP, ${kinds.otherIp} other IP, ${kinds.nonIp} not IP, ${kinds.fragments} fragments, ${kinds.malformed} malformed`,
    `${counted(streams.gaps, 'gap')} (${counted(streams.gapBytes, 'byte')}), ${counted(streams.unrecognisedBytes, 'byte')} of no known protocol`,
    ...protocols.map(protocolText),
  ];
  if (recorded !== undefined)
    parts.push(`recorded ${counted(recorded.packets, 'packet')}, ${recorded.missed} not`);
  if (linesLost > 0) parts.push(`${counted(linesLost, 'line')} not printed`);
  return parts.join('; ');
}

function protocolText(it: Summary['protocols'][number]): string {
  const opaque = it.anomalies.opaque ?? 0;
  return (
    `${it.protocol}: ${counted(it.messages, 'message')}, ${counted(it.decodedBytes, 'byte')} decoded, ` +
    `${it.skippedBytes + it.strangeBytes} not understood, ${it.unfinishedBytes} without an end` +
    (opaque > 0 ? `, ${opaque} opaque` : '')
  );
}

/** An object for each event; figures since the beginning. Documented in docs/watch.md. */
export function eventData(event: WatchEvent, linesLost: number): object {
  const time = Date.now() / 1000;
  if (event.event !== 'health' && event.event !== 'stopped') return { ...event, time };
  const { summary, ...health } = event.health;
  const { kinds, cut, streams, protocols } = summary;
  return {
    event: event.event,
    time,
    ...health,
    linesLost,
    kinds,
    cut,
    streams,
    // What was done is in the summary; here is how much could be seen.
    protocols: protocols.map(({ functions, verbs, errors, ...seen }) => seen),
  };
}
