/**
 * Findings of any room as an analyst reads them: the most severe first; what, when, why, with the evidence, and what
 * to do next.
 *
 * @module
 */

import { styleText } from 'node:util';
import { digits } from '../operation/counted.ts';
import { type Finding, SEVERITIES, type Severity } from '../operation/finding.ts';

const COLOURS = { info: 'gray', low: 'cyan', medium: 'yellow', high: 'red', critical: 'red' } as const;

/** One finding. `title` is that of its kind. */
export function describeFinding(finding: Finding, title: string, colour: boolean): string {
  const { severity, kind, technique, message, because, advice, evidence, count } = finding;
  const head = `${severity.toUpperCase()}  ${title}`;
  const shown = colour ? styleText([COLOURS[severity], 'bold'], head, { validateStream: false }) : head;
  const lines = [`${shown}  (${kind}, ${technique})`, ...wrap(`  ${upper(message)}.`), `  ${span(finding)}`];
  lines.push(...wrap(`  Why ${severity}: ${because}.`));
  lines.push('  Evidence:');
  for (const { time, what } of evidence) lines.push(`    ${timeText(time)}  ${what}`);
  if (count > evidence.length) lines.push(`    … ${digits(count - evidence.length)} more`);
  lines.push(...wrap(`  Next: ${advice}`));
  return lines.join('\n');
}

/** How many there are of each severity: `2 high, 1 low`. */
export function countSeverities(findings: readonly Finding[]): string {
  return SEVERITIES.toReversed()
    .map(severity => [findings.filter(finding => finding.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`)
    .join(', ');
}

/** Is it at least as bad? */
export function atLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

function span({ from, to, count }: Finding): string {
  if (count === 1) return `${timeText(from)} UTC, once`;
  return `${timeText(from)} to ${timeText(to)} UTC, ${digits(count)} times`;
}

/** UTC, to the microsecond. */
export function timeText(time: number): string {
  const second = Math.floor(time);
  const date = new Date(second * 1000);
  const text = Number.isNaN(date.getTime())
    ? String(second)
    : date.toISOString().slice(0, 19).replace('T', ' ');
  const micros = Math.min(999_999, Math.round((time - second) * 1e6));
  return `${text}.${String(micros).padStart(6, '0')}`;
}

/** Characters of a line of prose. Lines of evidence are left whole, to be copied. */
const WIDTH = 100;

/** Lines of a paragraph, indented as it is, those after the first by two more. */
function wrap(text: string): string[] {
  const indent = /^ */.exec(text)![0];
  const lines: string[] = [];
  let line = indent;
  for (const word of text.trim().split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
