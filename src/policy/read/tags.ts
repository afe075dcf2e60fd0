/**
 * Tags of a policy.
 *
 * @module
 */

import type { ObjectRange, Protocol } from '../../protocol/protocol.ts';
import type { Scaling } from '../limit.ts';
import type { Host, Tag } from '../model.ts';
import { ONE, ZERO } from '../ratio.ts';
import { TAG_TYPES, type TagType, type ValueForm, valueForm } from '../value-form.ts';
import { limitOf, readLimits } from './limits.ts';
import { suggestion } from './nearest.ts';
import { overlaps, parseStationedRange } from './objects.ts';
import type { Entry, Place, Reader } from './reader.ts';
import type { Places } from './zones.ts';

export const TAG_KEYS = [
  'at',
  'about',
  'type',
  'words',
  'bytes',
  'scale',
  'offset',
  'unit',
  'range',
  'values',
  'step',
] as const;
export const ORDERS = ['big', 'little'] as const;

const TYPES = Object.keys(TAG_TYPES) as TagType[];
const EXAMPLE = '`{ at: plc-7 modbus holding 40, type: uint16 }`';
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** Tags by name; undefined for those whose definition has a mistake. */
export type Tags = ReadonlyMap<string, Tag | undefined>;

export function readTags(reader: Reader, place: Place, places: Places, protocols: readonly Protocol[]): Tags {
  const tags = new Map<string, Tag | undefined>();
  const keys = new Map<string, number>();
  for (const entry of reader.entries(place, 'tags', `\`rotor.speed: ${EXAMPLE.slice(1)}`) ?? []) {
    if (!NAME.test(entry.key) || entry.key === 'anything') {
      reader.problem(
        entry.keyAt,
        entry.key === 'anything'
          ? `'anything' means every object and cannot be a tag; give the tag another name`
          : `'${entry.key}' is no name for a tag; begin with a letter, then use letters, digits, '.', '-' and '_'`,
      );
    }
    keys.set(entry.key, entry.keyAt);
    tags.set(entry.key, readTag(reader, entry, places, protocols));
  }
  checkOverlaps(reader, keys, tags);
  return tags;
}

function readTag(
  reader: Reader,
  entry: Entry,
  places: Places,
  protocols: readonly Protocol[],
): Tag | undefined {
  const what = `tag '${entry.key}'`;
  const fields = reader.fields(entry.value, what, TAG_KEYS, EXAMPLE);
  if (fields === undefined) return undefined;
  const about = fields.get('about');
  if (about !== undefined) reader.text(about.value, `about of ${what}`, 'a sentence');
  const unit = fields.get('unit');
  const unitText = unit === undefined ? '' : reader.text(unit.value, `unit of ${what}`, 'a unit such as Hz');

  const at = fields.get('at');
  let where: Where | undefined;
  if (at !== undefined) where = readWhere(reader, at.value, what, places, protocols);
  else
    reader.problem(
      entry.keyAt,
      `${what} has no place; write \`at: HOST PROTOCOL OBJECT\`, such as \`at: plc-7 modbus holding 40\``,
    );

  const type = fields.get('type');
  let typeName: TagType | undefined;
  if (type !== undefined) typeName = readType(reader, type.value, what);
  else
    reader.problem(
      entry.keyAt,
      `${what} has no type; write \`type: uint16\` or another of ${TYPES.join(', ')}`,
    );
  const form = typeName && readForm(reader, fields, what, typeName);

  const scaling = readScaling(reader, fields, what, form);
  const written = readLimits(reader, fields, what);
  const limit = form && scaling && written && limitOf(reader, fields, what, form, scaling, written);
  const range = where && form && fit(reader, at!.value, what, where, form);
  if (where === undefined || form === undefined || scaling === undefined || range === undefined)
    return undefined;
  return {
    name: entry.key,
    host: where.host,
    protocol: where.protocol,
    station: where.station,
    range,
    form,
    scaling,
    unit: unitText ?? '',
    written,
    limit,
    line: reader.line(entry.keyAt),
  };
}

interface Where {
  readonly host: Host;
  readonly protocol: Protocol;
  readonly station: number;
  readonly range: ObjectRange;
}

function readWhere(
  reader: Reader,
  place: Place,
  what: string,
  places: Places,
  protocols: readonly Protocol[],
): Where | undefined {
  const text = reader.text(
    place,
    `at of ${what}`,
    '`HOST PROTOCOL OBJECT`, such as `plc-7 modbus holding 40`',
  );
  if (text === undefined) return undefined;
  const [hostName = '', protocolName, ...rest] = text.trim().split(/\s+/);
  if (protocolName === undefined || rest.length === 0) {
    return reader.problem(
      place.at,
      `at of ${what} is '${text}'; write \`HOST PROTOCOL OBJECT\`, such as \`plc-7 modbus holding 40\``,
    );
  }
  const host = places.singleNamed(reader, place.at, hostName, `at of ${what}`);
  const protocol = protocols.find(p => p.name === protocolName);
  if (protocol === undefined) {
    const names = protocols.map(p => p.name);
    return reader.problem(
      place.at,
      () => `at of ${what}: no protocol '${protocolName}'${suggestion(protocolName, names)}`,
    );
  }
  const object = parseStationedRange(protocol, rest.join(' '));
  if ('problem' in object) return reader.problem(place.at, `at of ${what}: ${object.problem}`);
  return host && { host, protocol, ...object };
}

function readType(reader: Reader, place: Place, what: string): TagType | undefined {
  const text = reader.text(place, `type of ${what}`, TYPES.join(', '));
  if (text === undefined) return undefined;
  const type = TYPES.find(t => t === text);
  return (
    type ?? reader.problem(place.at, () => `type of ${what}: no type '${text}'${suggestion(text, TYPES)}`)
  );
}

function readForm(
  reader: Reader,
  fields: ReadonlyMap<string, Entry>,
  what: string,
  type: TagType,
): ValueForm | undefined {
  const words = fields.get('words');
  const bytes = fields.get('bytes');
  const wordsOrder = words && reader.word(words.value, `words of ${what}`, ORDERS);
  const bytesOrder = bytes && reader.word(bytes.value, `bytes of ${what}`, ORDERS);
  const { bits } = TAG_TYPES[type];
  if (words !== undefined && bits < 32) {
    return reader.problem(words.keyAt, `${what}: a ${type} has no order of words; leave \`words\` out`);
  }
  if (bytes !== undefined && bits < 16) {
    return reader.problem(bytes.keyAt, `${what}: a ${type} has no order of bytes; leave \`bytes\` out`);
  }
  return valueForm(type, wordsOrder === 'little', bytesOrder === 'little');
}

function readScaling(
  reader: Reader,
  fields: ReadonlyMap<string, Entry>,
  what: string,
  form: ValueForm | undefined,
): Scaling | undefined {
  const scaleField = fields.get('scale');
  const offsetField = fields.get('offset');
  const scale = scaleField
    ? reader.number(scaleField.value, `scale of ${what}`, 'a number such as 0.1')
    : ONE;
  const offset = offsetField
    ? reader.number(offsetField.value, `offset of ${what}`, 'a number such as -40')
    : ZERO;
  if (scale?.n === 0n) {
    return reader.problem(
      scaleField!.value.at,
      `scale of ${what} is 0; write what one count in the device is worth, such as 0.1`,
    );
  }
  const first = scaleField ?? offsetField;
  if (form?.type === 'bool' && first !== undefined) {
    return reader.problem(
      first.keyAt,
      `${what}: a bool has neither scale nor offset; leave \`${first.key}\` out`,
    );
  }
  return scale && offset && { scale, offset };
}

/** The bits that the tag occupies, if its type fits its place. */
function fit(
  reader: Reader,
  place: Place,
  what: string,
  where: Where,
  form: ValueForm,
): ObjectRange | undefined {
  const { protocol, range } = where;
  const width = range.to - range.from;
  const unit = protocol.spaces[range.space]!.bits;
  const text = protocol.objects.formatRange(range);
  if (range.sized || form.bits < unit || form.bits % unit !== 0 || (unit === 1 && form.bits > 1)) {
    if (width === form.bits) return range;
    const types = TYPES.filter(t => TAG_TYPES[t].bits === width);
    const instead =
      types.length > 0 ? `write \`type: ${types.join('` or `type: ')}\`` : 'name a place of that width';
    const bit = form.bits === 1 && unit > 1 ? `, or one bit of it, such as \`${text}.0\`` : '';
    return reader.problem(
      place.at,
      `${what}: a ${form.type} has ${form.bits} ${form.bits === 1 ? 'bit' : 'bits'}, ${text} has ${width}; ${instead}${bit}`,
    );
  }
  return { ...range, to: range.from + form.bits, sized: true };
}

function checkOverlaps(reader: Reader, keys: ReadonlyMap<string, number>, tags: Tags): void {
  const entries = [...tags.values()].filter(tag => tag !== undefined);
  entries.sort(
    (a, b) =>
      compareText(a.host.name, b.host.name) ||
      compareText(a.protocol.name, b.protocol.name) ||
      a.station - b.station ||
      a.range.space - b.range.space ||
      a.range.area - b.range.area ||
      a.range.from - b.range.from,
  );
  let reach: Tag | undefined;
  for (const tag of entries) {
    const same =
      reach !== undefined &&
      reach.host === tag.host &&
      reach.protocol === tag.protocol &&
      reach.station === tag.station &&
      overlaps(reach.range, tag.range);
    if (reach !== undefined && same) {
      const [first, second] = reach.line <= tag.line ? [reach, tag] : [tag, reach];
      reader.problem(
        keys.get(second.name)!,
        `tag '${second.name}' overlaps tag '${first.name}' (line ${first.line}); correct one address, or its type`,
      );
    }
    if (reach === undefined || !same || tag.range.to > reach.range.to) reach = tag;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
