/**
 * Conduits of a policy.
 *
 * @module
 */

import { Verb } from '../../operation/verb.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { type FunctionNumber, mayLoad } from '../function-number.ts';
import { type Conduit, type Host, LISTS, type List, REFUSALS, type Rule } from '../model.ts';
import { suggestion } from './nearest.ts';
import { parseStation } from './objects.ts';
import type { Entry, Place, Reader } from './reader.ts';
import { type Draft, type RuleContext, readRules } from './rules.ts';
import type { Tags } from './tags.ts';
import type { Places } from './zones.ts';

export const CONDUIT_KEYS = [
  'from',
  'to',
  'protocol',
  'station',
  'reason',
  'owner',
  'review',
  'allow',
  'alert',
  'deny',
  'download',
  'refuse',
  'opaque',
] as const;
export const DOWNLOADS = ['permit', 'deny', 'allow'] as const;
export const OPAQUES = ['deny', 'allow'] as const;

const REQUIRED = {
  from: 'who may use it: a host, a zone or a list',
  to: 'the host or zone it leads to',
  protocol: 'the protocol it carries',
  reason: 'why it exists, in a sentence',
  owner: 'who answers for it',
  review: 'when to look at it again, such as 2027-05-01',
} as const;

export function readConduits(
  reader: Reader,
  place: Place,
  places: Places,
  tags: Tags,
  protocols: readonly Protocol[],
  today: string,
): { conduits: Conduit[]; rules: Rule[] } {
  const conduits: Conduit[] = [];
  const rules: Rule[] = [];
  for (const item of reader.list(place, 'conduits', '`- from: control-room`, `to: plc-7` and so on') ?? []) {
    const read = readConduit(reader, item, places, tags, protocols, today);
    if (read === undefined) continue;
    conduits.push(read.conduit);
    for (const draft of read.drafts) {
      const rule = { ...draft, index: rules.length, conduit: read.conduit };
      rules.push(rule);
      read.conduit.rules.push(rule);
    }
  }
  return { conduits, rules };
}

function readConduit(
  reader: Reader,
  place: Place,
  places: Places,
  tags: Tags,
  protocols: readonly Protocol[],
  today: string,
): { conduit: Conduit; drafts: Draft[] } | undefined {
  const fields = reader.fields(
    place,
    'the conduit',
    CONDUIT_KEYS,
    '`from: control-room`, `to: plc-7`, `protocol: modbus`',
  );
  if (fields === undefined) return undefined;
  for (const [key, meaning] of Object.entries(REQUIRED)) {
    if (!fields.has(key))
      reader.problem(place.at, `the conduit has no ${key}; write \`${key}:\` and ${meaning}`);
  }
  const from = readHosts(reader, fields.get('from'), places);
  const to = readHosts(reader, fields.get('to'), places);
  const protocol = readProtocol(reader, fields.get('protocol'), protocols);
  const stations = readStations(reader, fields.get('station'), protocol);
  const reason = readWords(reader, fields.get('reason'), REQUIRED.reason);
  const owner = readWords(reader, fields.get('owner'), REQUIRED.owner);
  const review = readReview(reader, fields.get('review'), today);
  const refuse = readWord(reader, fields.get('refuse'), REFUSALS);
  const opaque = readWord(reader, fields.get('opaque'), OPAQUES);
  const download = fields.get('download');
  const programs = download === undefined ? [] : downloadRules(reader, download, protocol);
  const permit = programs.some(rule => rule.permit);
  const drafts: Draft[] = [];
  const context: RuleContext = { reader, places, tags, from, to, protocol, stations, permit };
  for (const list of LISTS) {
    const field = fields.get(list);
    if (field !== undefined) drafts.push(...readRules(context, list, field.value));
  }
  drafts.push(...programs);
  drafts.sort((a, b) => a.line - b.line);
  if (from === undefined || to === undefined || protocol === undefined || stations === undefined)
    return undefined;
  const line = reader.line(place.at);
  const conduit = { from, to, protocol, stations, reason, owner, review, refuse, opaque, rules: [], line };
  return { conduit, drafts };
}

function readHosts(reader: Reader, field: Entry | undefined, places: Places): readonly Host[] | undefined {
  if (field === undefined) return undefined;
  const hosts = new Set<Host>();
  for (const item of reader.list(field.value, field.key, 'the name of a host or a zone') ?? []) {
    for (const host of places.resolve(reader, item, field.key) ?? []) hosts.add(host);
  }
  return hosts.size > 0 ? [...hosts] : undefined;
}

export function readProtocol(
  reader: Reader,
  field: Entry | undefined,
  protocols: readonly Protocol[],
): Protocol | undefined {
  if (field === undefined) return undefined;
  const names = protocols.map(p => p.name);
  const text = reader.text(field.value, 'protocol', names.join(' or '));
  if (text === undefined) return undefined;
  const protocol = protocols.find(p => p.name === text);
  return protocol ?? reader.problem(field.value.at, () => `no protocol '${text}'${suggestion(text, names)}`);
}

function readStations(
  reader: Reader,
  field: Entry | undefined,
  protocol: Protocol | undefined,
): readonly number[] | undefined {
  if (protocol === undefined) return undefined;
  if (field === undefined) return [protocol.stations.standard];
  const { word, standard, format } = protocol.stations;
  const example = `a ${word} such as ${format(standard)}, or a list of them`;
  const stations: number[] = [];
  for (const item of reader.list(field.value, 'station', example) ?? []) {
    const text = reader.text(item, 'station', example);
    if (text === undefined) continue;
    const station = parseStation(protocol, text);
    if (typeof station === 'number') stations.push(station);
    else reader.problem(item.at, `station: ${station.problem}`);
  }
  return stations.length > 0 ? stations : undefined;
}

function readText(reader: Reader, field: Entry | undefined, example: string): string {
  return field === undefined ? '' : (reader.text(field.value, field.key, example) ?? '');
}

/** Text that says something to people. */
function readWords(reader: Reader, field: Entry | undefined, example: string): string {
  const text = readText(reader, field, example);
  if (field !== undefined && text !== '' && !/\p{L}/u.test(text))
    reader.problem(field.value.at, `${field.key} is '${text}'; write ${example}`);
  return text;
}

function readWord<W extends string>(
  reader: Reader,
  field: Entry | undefined,
  words: readonly W[],
): W | undefined {
  return field && reader.word(field.value, field.key, words);
}

function readReview(reader: Reader, field: Entry | undefined, today: string): string {
  const text = readText(reader, field, REQUIRED.review);
  if (field === undefined || text === '') return '';
  const date = new Date(`${text}T00:00:00Z`);
  const real = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime());
  if (!real || date.toISOString().slice(0, 10) !== text) {
    reader.problem(field.value.at, `review is '${text}'; write a day as YYYY-MM-DD, such as 2027-05-01`);
  } else if (text < today) {
    reader.warn(field.value.at, `the review was due on ${text}; review the conduit and write the next date`);
  }
  return text;
}

/** What a program is changed by: denied without a permit, whatever else allows it. */
const CHANGES_PROGRAM = [Verb.download, Verb.activate, Verb.delete, Verb.firmware];
/** What work on a program may need besides: a permit lets it pass where nothing else does. */
const NEEDED_BESIDES = [Verb.start, Verb.stop, Verb.restart, Verb.mode];

/** `download:` as the rules that it stands for. */
function downloadRules(reader: Reader, field: Entry, protocol: Protocol | undefined): Draft[] {
  const word = reader.word(field.value, 'download', DOWNLOADS);
  if (word === undefined) return [];
  const rule = (list: List, verb: Verb | undefined, numbered?: FunctionNumber): Draft => ({
    list,
    verb,
    numbered,
    from: undefined,
    objects: [{ range: undefined, tag: undefined, limit: undefined }],
    rate: undefined,
    vendor: true,
    permit: word === 'permit',
    text: `download: ${word}`,
    line: reader.line(field.keyAt),
  });
  switch (word) {
    case 'deny':
      return [rule('deny', Verb.download)];
    case 'permit':
      return [
        ...CHANGES_PROGRAM.map(verb => rule('deny', verb)),
        // What can change a program although its verb does not say so, whatever allows it by its number.
        ...(protocol === undefined ? [] : mayLoad(protocol)).map(number => rule('deny', undefined, number)),
        ...NEEDED_BESIDES.map(verb => rule('allow', verb)),
      ];
    case 'allow':
      // What was loaded takes effect by being activated: allowing the one without the other helps nobody.
      return [rule('allow', Verb.download), rule('allow', Verb.activate)];
  }
}
