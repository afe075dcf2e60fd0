/**
 * The allow, alert and deny lists of a conduit.
 *
 * @module
 */

import { VERBS, Verb, VerbGroup, type VerbName, verbNamed } from '../../operation/verb.ts';
import type { ObjectRange, Protocol } from '../../protocol/protocol.ts';
import {
  FUNCTION_EXAMPLE,
  type FunctionNumber,
  functionRow,
  isVendors,
  loadingRows,
  parseFunction,
} from '../function-number.ts';
import type { Host, List, Rate, Rule, RuleObject } from '../model.ts';
import { ONE, ZERO } from '../ratio.ts';
import { type TagType, valueForm } from '../value-form.ts';
import { limitOf, readLimits } from './limits.ts';
import { nearest, suggestion } from './nearest.ts';
import { meantAsTag } from './objects.ts';
import type { Entry, Place, Reader } from './reader.ts';
import type { Tags } from './tags.ts';
import { absentVerb } from './verbs.ts';
import type { Places } from './zones.ts';

/** Keys of a rule besides its verb. */
export const RULE_KEYS = ['from', 'values', 'range', 'step', 'rate'] as const;
/** Verbs that a rule can name: all but `unknown`, which is allowed by function number only. */
export const RULE_VERBS: readonly VerbName[] = VERBS.map(v => v.name).filter(name => name !== 'unknown');
/** Verbs of these groups are done to the whole controller or session: their rules name no objects. */
export const HAVE_NO_OBJECT: readonly VerbGroup[] = [VerbGroup.session, VerbGroup.state];

const MAX_RATE = 10_000;
const RATE = /^(\d{1,6})\s*\/\s*(s|min|h|day)$/;
const SECONDS = { s: 1, min: 60, h: 3600, day: 86_400 } as const;
const EXAMPLE = '`- read: anything` or `- write: holding 40-49`';
/** Rules about registers and coils as such: how one unit of the space is read. */
const UNIT_TYPES: Readonly<Record<number, TagType>> = { 1: 'bool', 8: 'uint8', 16: 'uint16', 32: 'uint32' };

/** What the rules of one conduit are read against. */
export interface RuleContext {
  readonly reader: Reader;
  readonly places: Places;
  readonly tags: Tags;
  /** What of it could be read: a conduit with a mistake still has its rules checked. */
  readonly from: readonly Host[] | undefined;
  readonly to: readonly Host[] | undefined;
  readonly protocol: Protocol | undefined;
  readonly stations: readonly number[] | undefined;
  /** Whether programs are changed under a permit only. */
  readonly permit: boolean;
}

/** A rule before it has its number. */
export type Draft = Omit<Rule, 'index' | 'conduit'>;

export function readRules(context: RuleContext, list: List, place: Place): Draft[] {
  const { reader } = context;
  const rules: Draft[] = [];
  for (const item of reader.list(place, `${list} list`, EXAMPLE) ?? []) {
    const rule = readRule(context, list, item);
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

function readRule(context: RuleContext, list: List, place: Place): Draft | undefined {
  const { reader } = context;
  if (!reader.isMap(place)) {
    const text = reader.source(place).slice(0, 60);
    const verb = RULE_VERBS.includes(text as VerbName) ? text : 'read';
    return reader.problem(place.at, `'${text}' is no rule; write \`${verb}: anything\`, or name its objects`);
  }
  const entries = reader.entries(place, 'the rule', EXAMPLE) ?? [];
  const fields = new Map<string, Entry>();
  const subjects: Entry[] = [];
  for (const entry of entries) {
    if ((RULE_KEYS as readonly string[]).includes(entry.key)) fields.set(entry.key, entry);
    else if (entry.key === 'function' || verbNamed(entry.key) !== undefined) subjects.push(entry);
    else {
      reader.problem(entry.keyAt, () => {
        const near = nearest(entry.key, [...RULE_VERBS, 'function', ...RULE_KEYS]);
        const hint =
          near === undefined
            ? `; a rule begins with a verb: ${RULE_VERBS.join(', ')}`
            : `; did you mean '${near}'?`;
        return `unknown key '${entry.key}' in a rule${hint}`;
      });
      // What the rule is about is unknown: its other keys can't be judged.
      if (subjects.length === 0 && entry === entries[0]) return undefined;
    }
  }
  const [subject, second] = subjects;
  if (subject === undefined) {
    return reader.problem(place.at, `the rule says no verb; write ${EXAMPLE}`);
  }
  if (second !== undefined) {
    return reader.problem(
      second.keyAt,
      `the rule has two verbs, '${subject.key}' and '${second.key}'; write two rules`,
    );
  }
  const from = readFrom(context, fields.get('from'));
  const rate = readRate(reader, list, fields.get('rate'));
  const common = {
    list,
    from: from ?? undefined,
    rate: rate ?? undefined,
    permit: false,
    text: `${list}: ${reader.source(place).replace(/^\{ ?| ?\}$/g, '')}`,
    line: reader.line(subject.keyAt),
  };
  if (subject.key === 'function') {
    const limited = ['range', 'values', 'step']
      .map(key => fields.get(key))
      .find(field => field !== undefined);
    if (limited !== undefined) {
      reader.problem(
        limited.keyAt,
        `a function's values are not known, so it takes no '${limited.key}'; leave it out`,
      );
    }
    const numbered = readFunction(context, list, subject.value);
    return (
      numbered && {
        ...common,
        vendor: list === 'deny' || isVendors(numbered, context.protocol),
        verb: undefined,
        numbered,
        objects: [{ range: undefined, tag: undefined, limit: undefined }],
      }
    );
  }
  const verb = verbNamed(subject.key)!;
  if (verb.verb === Verb.unknown) {
    return reader.problem(
      subject.keyAt,
      `what is not known cannot be named by verb; write \`function: CODE\` with its number`,
    );
  }
  if (verb.verb === Verb.download && list !== 'deny') {
    return reader.problem(
      subject.keyAt,
      'downloads have a key of the conduit; write `download: allow` (or permit) beside from and to',
    );
  }
  const absent = context.protocol && absentVerb(context.protocol, list, verb);
  if (absent !== undefined) return reader.problem(subject.keyAt, absent);
  const objects = readObjects(context, list, verb.group, subject, fields);
  const vendor = list === 'deny';
  return objects && { ...common, vendor, verb: verb.verb, numbered: undefined, objects };
}

/** Undefined where not written; null where there is a mistake. */
function readFrom(context: RuleContext, field: Entry | undefined): readonly Host[] | undefined | null {
  if (field === undefined) return undefined;
  const { reader, places, from } = context;
  const hosts: Host[] = [];
  for (const item of reader.list(field.value, 'from of the rule', 'the name of a host or a zone') ?? []) {
    const named = places.resolve(reader, item, 'from of the rule');
    if (named === undefined) continue;
    const outside = from && named.find(host => !from.includes(host));
    if (outside !== undefined) {
      reader.problem(
        item.at,
        `from of the rule: '${outside.name}' is not among those that the conduit comes from; add it there, or name another`,
      );
    }
    hosts.push(...named);
  }
  return hosts.length > 0 ? hosts : null;
}

function readRate(reader: Reader, list: List, field: Entry | undefined): Rate | undefined {
  if (field === undefined) return undefined;
  if (list === 'deny') {
    return reader.problem(field.keyAt, 'a deny rule takes no rate; write the rate at the allow rule');
  }
  const example = 'such as 6/min (s, min, h or day)';
  const text = reader.text(field.value, 'rate', `how many in which time, ${example}`);
  if (text === undefined) return undefined;
  const match = RATE.exec(text.trim());
  const count = Number(match?.[1] ?? 0);
  if (match === null || count < 1 || count > MAX_RATE) {
    return reader.problem(
      field.value.at,
      `rate is '${text}'; write a number from 1 to ${MAX_RATE} and a time, ${example}`,
    );
  }
  return { count, seconds: SECONDS[match[2] as keyof typeof SECONDS], text: text.replace(/\s/g, '') };
}

function readFunction(context: RuleContext, list: List, place: Place): FunctionNumber | undefined {
  const { reader, protocol } = context;
  const text = reader.text(place, 'function', FUNCTION_EXAMPLE);
  if (text === undefined) return undefined;
  const numbered = parseFunction(protocol, text);
  if ('problem' in numbered) return reader.problem(place.at, numbered.problem);
  const row = protocol && functionRow(protocol, numbered);
  if (list !== 'deny' && row?.verb === Verb.download) {
    return reader.problem(
      place.at,
      `function ${text} is '${row.name}', a download; write \`download: allow\` (or permit) at the conduit`,
    );
  }
  if (list !== 'deny' && context.permit && protocol !== undefined) {
    const names = loadingRows(protocol, numbered).map(({ name }) => name);
    if (names.length > 0) {
      reader.warn(
        place.at,
        `function ${text} (${names.join(', ')}) can change the program, so under \`download: permit\` it passes only ` +
          'with a permit for what cannot be seen (`permit request --unseen`), although this rule allows it',
      );
    }
  }
  return numbered;
}

function readObjects(
  context: RuleContext,
  list: List,
  group: VerbGroup,
  subject: Entry,
  fields: ReadonlyMap<string, Entry>,
): RuleObject[] | undefined {
  const { reader, protocol } = context;
  const what = `the ${subject.key} rule`;
  const items = reader.list(subject.value, what, '`anything`, a tag, or objects');
  const limited = ['range', 'values', 'step'].map(key => fields.get(key)).find(field => field !== undefined);
  if (limited !== undefined && (group === VerbGroup.observe || group === VerbGroup.session)) {
    reader.problem(
      limited.keyAt,
      `${subject.key} changes no value, so it takes no '${limited.key}'; leave it out`,
    );
    return undefined;
  }
  const step = fields.get('step');
  if (list === 'deny' && step !== undefined) {
    reader.problem(step.keyAt, 'a deny rule takes no step; write the step at the tag');
  }
  const written = readLimits(reader, fields, what);
  if (items === undefined || (limited !== undefined && written === undefined)) return undefined;
  const objects: RuleObject[] = [];
  for (const item of items) {
    const text = reader.text(item, what, '`anything`, a tag, or objects')?.trim();
    if (text === undefined) continue;
    if (text === 'anything') {
      if (limited !== undefined) {
        reader.problem(
          limited.keyAt,
          `'anything' has no type, so it takes no '${limited.key}'; name a tag or objects`,
        );
      } else objects.push({ range: undefined, tag: undefined, limit: undefined });
      continue;
    }
    if (HAVE_NO_OBJECT.includes(group)) {
      reader.problem(item.at, `${subject.key} has no object; write \`${subject.key}: anything\``);
      continue;
    }
    if (context.tags.has(text)) {
      const tag = context.tags.get(text);
      if (tag === undefined || !reaches(context, item, tag)) continue;
      const limit = written && limitOf(reader, fields, what, tag.form, tag.scaling, written);
      if (written === undefined || limit !== undefined) {
        objects.push({ range: tag.range, tag, limit: limit && { form: tag.form, limit } });
      }
      continue;
    }
    if (protocol === undefined) continue;
    const range = protocol.objects.parse(text);
    if ('problem' in range) {
      const { problem } = range;
      reader.problem(item.at, () => {
        const tags = [...context.tags.keys()];
        return meantAsTag(protocol, text, tags)
          ? `no tag '${text}'${suggestion(text, tags, '; define it under tags:')}`
          : `${what}: ${problem}`;
      });
      continue;
    }
    if (written === undefined) {
      objects.push({ range, tag: undefined, limit: undefined });
      continue;
    }
    const type = unitType(protocol, range);
    if (step !== undefined || type === undefined) {
      const key = step !== undefined ? 'step' : limited!.key;
      reader.problem(
        fields.get(key)!.keyAt,
        `'${key}' needs a tag; define one for ${text} under tags: and name it here`,
      );
      continue;
    }
    const form = valueForm(type);
    const limit = limitOf(reader, fields, what, form, { scale: ONE, offset: ZERO }, written);
    if (limit !== undefined) objects.push({ range, tag: undefined, limit: { form, limit } });
  }
  return objects.length > 0 ? objects : undefined;
}

/** True where the conduit reaches the tag. */
function reaches(
  { reader, to, protocol, stations }: RuleContext,
  place: Place,
  tag: NonNullable<RuleObject['tag']>,
): boolean {
  if (to !== undefined && !to.includes(tag.host)) {
    reader.problem(
      place.at,
      `tag '${tag.name}' is at ${tag.host.name}, where this conduit does not lead; add it to \`to\``,
    );
    return false;
  }
  if (protocol === undefined) return false;
  if (tag.protocol !== protocol) {
    reader.problem(
      place.at,
      `tag '${tag.name}' speaks ${tag.protocol.name}, this conduit ${protocol.name}; write a conduit for ${tag.protocol.name}`,
    );
    return false;
  }
  if (stations === undefined || stations.includes(tag.station)) return true;
  const station = protocol.stations.format(tag.station);
  reader.problem(
    place.at,
    `tag '${tag.name}' is at station ${station}, which this conduit does not allow; add \`station: ${station}\` to the conduit`,
  );
  return false;
}

/** How single values of a range are read where no tag says it; undefined where that is not plain. */
function unitType(protocol: Protocol, { space, from, to }: ObjectRange): TagType | undefined {
  if (to - from === 1) return 'bool';
  const { bits } = protocol.spaces[space]!;
  return from % bits === 0 && to % bits === 0 ? UNIT_TYPES[bits] : undefined;
}
