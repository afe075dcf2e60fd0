/**
 * `npm run docs`: writes docs/protocols.md, and the tables of docs/findings.md, from the code, so that they are those
 * the program works with.
 * A test fails when the file and the code differ.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { Anomaly, MALFORMED } from '../src/operation/anomaly.ts';
import { Operation } from '../src/operation/operation.ts';
import { Side } from '../src/operation/side.ts';
import { VALUE_BITS, VALUE_TYPES } from '../src/operation/value.ts';
import { VERBS, VerbGroup } from '../src/operation/verb.ts';
import {
  Answer,
  type FunctionRow,
  type ObjectRange,
  type Protocol,
  Step,
  Why,
} from '../src/protocol/protocol.ts';
import { PROTOCOLS } from '../src/protocol/registry.ts';
import { writeFindingsPage } from './findings-page.ts';

/** The file that is generated. */
export const PAGE = new URL('../docs/protocols.md', import.meta.url);

/** Requests whose refusals the page shows, by protocol: what they ask, and their bytes. */
const REFUSED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  modbus: [
    ['write holding register 40', '00 01 00 00 00 06 01 06 00 28 37 14'],
    ['read 10 holding registers', '00 02 00 00 00 06 01 03 00 00 00 0a'],
    ['function 100, which is not known', '00 03 00 00 00 02 01 64'],
  ],
  s7comm: [
    [
      'write 2 bytes to DB1 from byte 0',
      '03 00 00 25 02 f0 80 32 01 00 00 00 05 00 0e 00 06 05 01 12 0a 10 02 00 02 00 01 84 00 00 00 00 04 00 10 12 34',
    ],
    [
      'stop the controller',
      '03 00 00 21 02 f0 80 32 01 00 00 00 06 00 10 00 00 29 00 00 00 00 00 09 50 5f 50 52 4f 47 52 41 4d',
    ],
    [
      'read the SZL 0x0011',
      '03 00 00 21 02 f0 80 32 07 00 00 00 07 00 08 00 08 00 01 12 04 11 44 01 00 ff 09 00 04 00 11 00 00',
    ],
  ],
};

/** The page as it should be. */
export function protocolsPage(): string {
  const parts = [
    '# Protocols',
    'Made from the code by `npm run docs`; do not edit by hand.',
    'Cofferdam reduces every protocol to operations: a verb, done to objects of a station. This page lists what it knows of each protocol, and the words that policies, records and summaries use.',
    contents(),
    ...PROTOCOLS.flatMap(aboutProtocol),
    ...aboutTransfers(),
    ...aboutVerbs(),
    ...aboutValues(),
    ...aboutAnomalies(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function contents(): string {
  const titles = [...PROTOCOLS.map(p => p.title), TRANSFERS, 'Verbs', 'Value types', 'Anomalies'];
  return titles.map(title => `- [${title}](#${anchor(title)})`).join('\n');
}

/** As GitHub makes it from a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function aboutProtocol(protocol: Protocol): string[] {
  const { name, title, standard, ports, maxMessage } = protocol;
  return [
    `## ${title}`,
    table(
      ['', ''],
      [
        ['in policies', `\`${name}\``],
        ['standard', standard],
        ['usual TCP ports', ports.join(', ')],
        ['longest message', `${maxMessage} bytes`],
      ],
    ),
    ...aboutObjects(protocol),
    ...aboutStations(protocol),
    ...aboutFunctions(protocol),
    ...aboutRefusals(protocol),
  ];
}

function aboutObjects({ title, spaces, objects }: Protocol): string[] {
  const rows = spaces
    .slice(1)
    .map(space => [`\`${space.name}\``, space.meaning, String(space.bits), space.areas ? 'yes' : '']);
  const examples = objects.examples.map(example => {
    const range = objects.parse(example);
    if ('problem' in range) throw new Error(`${title}: example '${example}': ${range.problem}`);
    return [`\`${example}\``, extentOf(range), code(objects.formatRange(range)), objects.alias(range)];
  });
  return [
    `### Objects of ${title}`,
    'Addresses are zero-based, as on the wire.',
    table(['space', 'what it is', 'bits a unit', 'several, by number'], rows),
    'As written in a policy:',
    table(['written', 'width', 'shown as', 'known to engineers as'], examples),
  ];
}

function extentOf({ from, to, sized }: ObjectRange): string {
  const bits = to - from;
  return sized ? `${bits} bit${bits === 1 ? '' : 's'}` : `one unit, or as its tag's type says`;
}

function aboutStations({ title, stations }: Protocol): string[] {
  return [
    `### Stations of ${title}`,
    `The addressee behind the address: \`${stations.word}\`. Where a policy names none, \`${stations.format(stations.standard)}\` is meant.`,
  ];
}

function aboutFunctions({ title, functions }: Protocol): string[] {
  const sections = Map.groupBy(functions.slice(1), row => row.section);
  const parts = [`### Functions of ${title}`];
  for (const [section, rows] of sections) {
    if (section !== '') parts.push(`#### ${section}`);
    if (rows.every(row => row.vendor))
      parts.push(
        'Functions of a vendor’s own: a policy allows them by number, those that load programs by `download`.',
      );
    parts.push(functionTable(rows));
  }
  const [other] = functions;
  const source = other!.source === '' ? '' : ` (${other!.source})`;
  parts.push(`Anything else is \`${VERBS[other!.verb]!.name}\`${source}.`);
  return parts;
}

function functionTable(rows: readonly FunctionRow[]): string {
  const subs = rows.some(row => row.sub >= 0);
  const head = ['code', ...(subs ? ['sub-function'] : []), 'name', 'verb', 'technique', 'source'];
  return table(
    head,
    rows.map(row => [
      number(row.code),
      ...(subs ? [row.sub < 0 ? '' : number(row.sub)] : []),
      row.name,
      [row.verb, ...(row.otherVerbs ?? [])].map(verb => `\`${VERBS[verb]!.name}\``).join(' '),
      row.technique ?? VERBS[row.verb]!.technique,
      row.source,
    ]),
  );
}

/** Asks the protocol itself what it answers. */
function aboutRefusals(protocol: Protocol): string[] {
  const rows: string[][] = [];
  for (const [asked, bytes] of REFUSED[protocol.name] ?? []) {
    const request = viewOf(bytes);
    // All reasons for the first, to show how they differ; for the others what a policy's denial looks like.
    const reasons = rows.length === 0 ? Object.keys(Why) : ['denied'];
    for (const why of reasons as (keyof typeof Why)[]) {
      const conversation = protocol.open({ requests: 4, bytes: 4096 });
      const answer = new Answer();
      const answered = conversation.refuse(Side.client, request, 0, request.byteLength, Why[why], answer);
      rows.push(
        answered
          ? [asked, why, ...shown(protocol, request, answer)]
          : [asked, why, 'nothing: it is dropped', ''],
      );
    }
  }
  if (rows.length === 0) return [];
  return [
    `### Refusals of ${protocol.title}`,
    'What a client is told, in the protocol’s own words, when its request is not let through.',
    table(['request', 'why', 'answer', 'its bytes'], rows),
  ];
}

/** The answer as the client reads it: its error, and its bytes. */
function shown(protocol: Protocol, request: DataView, answer: Answer): [string, string] {
  const conversation = protocol.open({ requests: 4, bytes: 4096 });
  conversation.follow(Side.client, request, 0, request.byteLength);
  const errors: string[] = [];
  conversation.decode(Side.server, answer.view, 0, answer.length, new Operation(), {
    operation: op => errors.push(protocol.errorName(op.error)),
  });
  const hex = Buffer.from(answer.bytes.subarray(0, answer.length)).toString('hex');
  return [errors.join('; '), `\`${hex.replace(/..(?!$)/g, '$& ')}\``];
}

function viewOf(hex: string): DataView {
  const bytes = hex.split(' ').map(byte => Number.parseInt(byte, 16));
  return new DataView(Uint8Array.from(bytes).buffer);
}

const TRANSFERS = 'What a program transfer shows';

function aboutTransfers(): string[] {
  return [
    `## ${TRANSFERS}`,
    'What a permit can hold a program download to, as far as the protocol shows it. What cannot be seen passes only under a permit that says so; then the permit covers the operation, not its content.',
    table(
      ['protocol', 'begins with', 'content in', 'ends with', 'takes effect by', 'what is seen'],
      PROTOCOLS.map(({ title, functions, program }) => {
        if (program === undefined) return [title, '', '', '', '', 'Nothing.'];
        const named = (step: Step) => functions.filter(row => row.step === step).map(row => row.name);
        const columns = [Step.begin, Step.content, Step.end].map(step => named(step).join(', '));
        const effect = program.takesEffect === 'end' ? 'its end' : 'an operation `activate`';
        return [title, ...columns, effect, program.shows];
      }),
    ),
  ];
}

function aboutVerbs(): string[] {
  const groups = Object.keys(VerbGroup);
  return [
    '## Verbs',
    'What kind of thing an operation does, the same words for every protocol. The technique is that of MITRE ATT&CK for ICS which an intruder would be practising with it.',
    table(
      ['verb', 'group', 'what it does', 'technique'],
      VERBS.map(verb => [`\`${verb.name}\``, groups[verb.group]!, verb.meaning, verb.technique]),
    ),
  ];
}

function aboutValues(): string[] {
  const meanings = docComments('../src/operation/value.ts');
  return [
    '## Value types',
    'How the values that an operation carries lie in the message. Types of several bytes are big-endian.',
    table(
      ['type', 'bits a value', 'what it is'],
      VALUE_TYPES.map((type, i) => [
        `\`${type}\``,
        VALUE_BITS[i] === 0 ? '' : String(VALUE_BITS[i]),
        meanings.get(type) ?? plainType(type),
      ]),
    ),
  ];
}

/** What a type's name says by itself. */
function plainType(type: string): string {
  if (!/^[uif]\d+$/.test(type)) return '';
  return type.startsWith('u')
    ? 'Unsigned integer.'
    : type.startsWith('i')
      ? 'Signed integer.'
      : 'IEEE 754 number.';
}

function aboutAnomalies(): string[] {
  const meanings = docComments('../src/operation/anomaly.ts');
  return [
    '## Anomalies',
    'What is wrong with, or strange about, a message. A message with one of those marked here is never forwarded in line, whatever the policy says.',
    table(
      ['anomaly', 'what it means', 'never forwarded'],
      Object.entries(Anomaly).map(([name, bit]) => [
        `\`${name}\``,
        meanings.get(name) ?? '',
        MALFORMED & bit ? 'never' : '',
      ]),
    ),
  ];
}

/** The one-line documentation comments of a constant table's members, by member. */
function docComments(path: string): Map<string, string> {
  const source = readFileSync(new URL(path, import.meta.url), 'utf8');
  const members = source.matchAll(/^ {2}\/\*\*\s+(?:\* )?((?:(?!\*\/)[\s\S])+?)\s*\*\/\n {2}(\w+):/gm);
  return new Map(Array.from(members, ([, comment, member]) => [member!, comment!.replace(/\n\s*\* /g, ' ')]));
}

/** 43 (0x2b). */
function number(value: number): string {
  return value < 10 ? String(value) : `${value} (0x${value.toString(16).padStart(2, '0')})`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  writeFileSync(PAGE, protocolsPage());
  await writeFindingsPage();
}
