/**
 * Gateway events as lines for people.
 *
 * @module
 */

import { counted } from '../operation/counted.ts';
import type { Counts } from './counts.ts';
import type {
  BreakGlassEvent,
  FindingEvent,
  GatewayEvent,
  ListenerEvent,
  Mode,
  SessionEvent,
  VerdictEvent,
} from './event.ts';

/** One line for an event. */
export function eventText(event: GatewayEvent): string {
  const at = new Date(event.time * 1000).toISOString().slice(11, 23);
  switch (event.event) {
    case 'verdict':
      return `${at} ${verdictText(event)}`;
    case 'opened':
    case 'closed':
    case 'note':
      return `${at} ${sessionText(event)}`;
    case 'break-glass':
      return `${at} ${breakGlassText(event)}`;
    case 'finding':
      return `${at} ${findingText(event)}`;
    default:
      return `${at} ${listenerText(event)}`;
  }
}

function verdictText(event: VerdictEvent): string {
  const who =
    event.from === 'client' ? `${event.client} → ${event.target}` : `${event.target} → ${event.client}`;
  const station = event.station === '' ? '' : ` ${event.station}`;
  const values = event.values.length === 0 ? '' : ` = ${event.values.join(' ')}`;
  const object = event.object === '' ? '' : ` ${event.object}${values}`;
  const anomalies = event.anomalies.length === 0 ? '' : ` [${event.anomalies.join(' ')}]`;
  const what = `${event.verb}${object} (${event.function})${anomalies}`;
  return `${word(event)} ${who} ${event.protocol}${station}: ${what}: ${event.reason}`;
}

function word(event: VerdictEvent): string {
  if (event.verdict !== 'deny') return event.verdict === 'alert' ? 'ALERT' : 'allow';
  if (event.fate === 'passed') return 'WOULD DENY';
  return `DENY, ${event.fate}`;
}

function breakGlassText(event: BreakGlassEvent): string {
  const { from, to, protocol, reason, requester, approvers, until, passed, known } = event;
  const conduit = `${from.join(', ')} → ${to} ${protocol}`;
  if (event.what === 'ends')
    return `BREAK-GLASS ENDS ${conduit}: closed again, ${counted(passed, 'operation')} passed`;
  if (!known) return `BREAK-GLASS ${conduit}: the policy has no such conduit, so nothing is opened`;
  const end = new Date(until * 1000).toISOString().replace('.000Z', 'Z');
  const who = `asked for by ${requester}, approved by ${approvers.join(', ')}`;
  return `BREAK-GLASS BEGINS ${conduit}: EVERYTHING PASSES until ${end}: ${reason} (${who})`;
}

function findingText({ client, finding, over }: FindingEvent): string {
  const { severity, kind, message, technique, advice, subject, count } = finding;
  const who = client ?? subject.client ?? subject.server ?? '';
  const what = `${who}: ${message} (${kind}, ${technique})`;
  return over === true ? `FINDING OVER, ${count} times ${what}` : `FINDING, ${severity} ${what}. ${advice}`;
}

const NOTE_TEXTS: Readonly<Record<string, string>> = {
  framing: 'sent what is no message of the protocol',
  oversize: 'began a message longer than is allowed',
  truncated: 'ended in the middle of a message, which is dropped',
  partial: 'began a message and did not finish it in time',
  idle: 'nothing came for too long',
  unanswered: 'a request was not answered in time',
  blind: 'everything passes unread from here on',
  suppressed: 'verdicts were too many to report',
  overflow: 'does not read what it is sent',
  unreachable: 'the controller cannot be reached',
  reset: 'the connection was broken off',
  refused: 'reset, as the policy wants refusals',
  ended: 'both sides ended',
  shutdown: 'the gateway shuts down',
  removed: 'under the new policy it would lead elsewhere',
};

function sessionText(event: SessionEvent): string {
  const who = `${event.client} → ${event.target} ${event.protocol} #${event.session}`;
  const what = NOTE_TEXTS[event.what] ?? event.what;
  if (event.event === 'opened') return `open ${who}`;
  if (event.event === 'closed') return `close ${who}: ${what}`;
  const count = event.count === 0 ? '' : ` (${event.count})`;
  return `NOTE ${who}: ${event.from}: ${what}${count}`;
}

function listenerText(event: ListenerEvent): string {
  const where = `${placeText(event.address, event.port)} for ${event.target} ${event.protocol}`;
  switch (event.event) {
    case 'listening':
      return `listening on ${where}`;
    case 'unlistened':
      return `no longer listening on ${where}`;
    case 'rejected':
      return `NOTE ${counted(event.count, 'connection')} to ${where} turned away: too many sessions`;
    case 'failed':
      return `FAILED ${where}: ${event.what}`;
  }
}

/** Address and port as people write them. */
function placeText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What the mode means, for the start. */
export function modeText(mode: Mode): string {
  return mode === 'enforce'
    ? 'ENFORCE: what the policy does not allow is refused'
    : 'MONITOR ONLY: NOTHING IS REFUSED; what would have been is reported';
}

/** What was done, on one line. */
export function countsText(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
