/**
 * What `start` says in the end.
 *
 * @module
 */

import type { Held, Report } from '../drill/report.ts';
import { wrap } from './start-layout.ts';

/** Columns of the longest line, and of what a line is about. */
const WIDTH = 80;
const LABEL = 10;

export function tallyText({ defended, outcome, intruder, operator, gateway, held }: Report): string {
  const { steps, scenarioSteps, requests, refused } = intruder;
  const harm = [
    outcome.wrecked ? 'the rotor is wrecked' : `damage ${(outcome.damage * 100).toFixed(0)} %`,
    `${outcome.surgeCycles} surge cycles`,
    `highest speed ${outcome.highestSpeed} rpm`,
    outcome.inSafeRange
      ? 'every tag in its safe range'
      : `${outcome.excursions.length} tags left their safe range`,
    outcome.driveRunning ? 'drive controller running' : 'drive controller stopped',
  ];
  const lines = [
    '',
    ...wrap(`${outcome.seconds.toFixed(0)} s: ${harm.join(', ')}`, WIDTH - LABEL).map(
      (line, i) => (i === 0 ? 'plant' : '').padEnd(LABEL) + line,
    ),
    `intruder  ${steps.length} steps, ${requests} requests, ${refused} refused`,
    `operator  ${operator.requests} requests, ${operator.answers} answered, ${operator.errors} errors, ${operator.timeouts + operator.lost} lost, ${operator.reconnects} reconnects`,
  ];
  if (gateway !== undefined)
    lines.push(`gateway   ${gateway.passed} messages passed, ${gateway.denied} denied`);
  if (!defended) lines.push('Without Cofferdam. Run it again without --undefended.');
  else if (steps.length === 0) lines.push('The intruder had not begun.');
  else lines.push(verdict(held, steps.length, scenarioSteps));
  return lines.join('\n');
}

function verdict(held: Held, tried: number, scenarioSteps: number): string {
  const failures = [
    held.everythingRefused ? '' : 'not everything was refused',
    held.plantSafe ? '' : 'the plant left its safe range',
    held.operatorUndisturbed ? '' : 'the operator was disturbed',
  ].filter(text => text !== '');
  if (failures.length > 0) return `The defence did NOT hold: ${failures.join(', ')}.`;
  if (tried < scenarioSteps)
    return `Stopped after ${tried} of ${scenarioSteps} steps; so far the defence held.`;
  return 'The defence held.';
}
