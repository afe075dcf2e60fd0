/**
 * Reads a policy's text: YAML to the checked model, with every mistake reported at its place.
 *
 * @module
 */

import { type Document, LineCounter, parseDocument } from 'yaml';
import type { Protocol } from '../../protocol/protocol.ts';
import { MAX_RULES } from '../decision.ts';
import type { Tag } from '../model.ts';
import { Policy } from '../policy.ts';
import type { Problem } from '../problem.ts';
import { readConduits } from './conduits.ts';
import { readInterlocks } from './interlocks.ts';
import { readListeners } from './listeners.ts';
import { Reader } from './reader.ts';
import { readTags } from './tags.ts';
import { Places, readZones } from './zones.ts';

/** Characters of a policy at most. */
export const MAX_LENGTH = 1 << 20;

export const POLICY_KEYS = [
  'cofferdam',
  'plant',
  'about',
  'zones',
  'tags',
  'interlocks',
  'conduits',
  'listeners',
] as const;

/** A policy, or all that is wrong with it. */
export type Parsed =
  | { readonly policy: Policy; readonly problems: readonly [] }
  | { readonly policy: undefined; readonly problems: readonly Problem[] };

/** {@link parsePolicy} with the protocols that the policy may name, and the day (`YYYY-MM-DD`) that reviews are compared with. */
export function readPolicy(
  text: string,
  file: string,
  protocols: readonly Protocol[],
  today: string,
): Parsed {
  if (text.length > MAX_LENGTH) {
    return wrong(
      file,
      `the policy is longer than ${MAX_LENGTH} characters; split the plant into several policies`,
    );
  }
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const reader = new Reader(document, lines, file, text);
  readSyntax(reader, document);
  if (!reader.problems.empty) return { policy: undefined, problems: reader.problems.list() };
  const parts = readParts(reader, file, protocols, today);
  if (!reader.problems.empty || parts === undefined)
    return { policy: undefined, problems: reader.problems.list() };
  return { policy: new Policy({ ...parts, warnings: reader.warnings.list() }), problems: [] };
}

/** The parser makes an error object of each mistake; without their stack traces it is four times as fast. */
export function parseYaml(text: string, lineCounter: LineCounter): Document {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false, schema: 'core' });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * What the YAML parser has to say of `what` (`a policy`): one message a line, since what follows from a mistake is
 * no mistake.
 */
export function readSyntax(reader: Reader, document: Document, what = 'a policy'): void {
  const told = new Set<number>();
  for (const error of [...document.errors, ...document.warnings]) {
    const line = reader.line(error.pos[0]);
    if (told.has(line)) continue;
    told.add(line);
    if (error.code === 'MULTIPLE_DOCS') {
      reader.problem(error.pos[0], `a second document begins here; ${what} is one, so take the \`---\` out`);
      continue;
    }
    reader.problem(error.pos[0], () => {
      const [first = ''] = error.message.split('\n');
      // The parser descends into nested lists with the call stack.
      const wrong = first.includes('call stack') ? 'it is nested too deeply' : first;
      return `this is no YAML: ${wrong.replace(/[.:]\s*$/, '')}; correct it, and mind the indentation`;
    });
  }
}

function readParts(reader: Reader, file: string, protocols: readonly Protocol[], today: string) {
  const root = reader.root();
  const fields = reader.fields(
    root,
    'the policy',
    POLICY_KEYS,
    '`cofferdam: 1`, `plant:`, `zones:` and so on',
  );
  if (fields === undefined) return undefined;
  const version = fields.get('cofferdam');
  if (version === undefined) {
    reader.problem(
      root.at,
      "the policy does not say its language's version; write `cofferdam: 1` as its first line",
    );
  } else {
    const text = reader.text(version.value, 'cofferdam', '1, the version of this language');
    if (text !== undefined && text !== '1') {
      reader.problem(
        version.value.at,
        `version '${text}' of the language is not known; write \`cofferdam: 1\``,
      );
    }
  }
  const plantField = fields.get('plant');
  if (plantField === undefined)
    reader.problem(root.at, 'the policy names no plant; write `plant:` and its name');
  const plant = plantField && reader.text(plantField.value, 'plant', 'the name of the plant');
  const about = fields.get('about');
  if (about !== undefined) reader.text(about.value, 'about', 'a sentence');

  const zones = fields.get('zones');
  const tagsField = fields.get('tags');
  const conduitsField = fields.get('conduits');
  const listenersField = fields.get('listeners');
  const places = zones ? readZones(reader, zones.value) : new Places();
  const tags = tagsField ? readTags(reader, tagsField.value, places, protocols) : new Map<string, Tag>();
  const interlocksField = fields.get('interlocks');
  const interlocks = interlocksField ? readInterlocks(reader, interlocksField.value, tags) : [];
  const read = conduitsField && readConduits(reader, conduitsField.value, places, tags, protocols, today);
  const { conduits, rules } = read ?? { conduits: [], rules: [] };
  if (rules.length > MAX_RULES)
    reader.problem(conduitsField!.keyAt, `more than ${MAX_RULES} rules; split the policy`);
  const listeners = listenersField ? readListeners(reader, listenersField.value, places, protocols) : [];
  const whole = new Map([...tags].filter((entry): entry is [string, Tag] => entry[1] !== undefined));
  return {
    file,
    plant: plant ?? '',
    protocols,
    zones: places.zones,
    hosts: places.hosts,
    tags: whole,
    interlocks,
    conduits,
    rules,
    listeners,
  };
}

function wrong(file: string, message: string): Parsed {
  return { policy: undefined, problems: [{ file, line: 1, column: 1, message }] };
}
