/**
 * The JSON Schema of the language, for completion and first checks in editors. Made from the same tables as the
 * reader, so that neither knows a key that the other does not; what needs the whole file (names, ranges, overlaps)
 * only `cofferdam policy check` can tell.
 *
 * @module
 */

import { VERBS, Verb, VerbGroup } from '../operation/verb.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { LISTS, type List, REFUSALS } from './model.ts';
import { type CONDUIT_KEYS, DOWNLOADS, OPAQUES } from './read/conduits.ts';
import { type INTERLOCK_KEYS, USUAL_AGE } from './read/interlocks.ts';
import type { LISTENER_KEYS } from './read/listeners.ts';
import type { POLICY_KEYS } from './read/policy.ts';
import { HAVE_NO_OBJECT, type RULE_KEYS, RULE_VERBS } from './read/rules.ts';
import { ORDERS, type TAG_KEYS } from './read/tags.ts';
import { type HOST_KEYS, LEVELS, TARGETS, type ZONE_KEYS } from './read/zones.ts';
import { TAG_TYPES } from './value-form.ts';

/** A schema, or a part of one. */
export type Schema = { readonly [key: string]: unknown };
type Properties<Keys extends readonly string[]> = Record<Keys[number], Schema>;

const TEXT = { type: 'string', minLength: 1 } as const;
const SCALAR = { type: ['string', 'number', 'boolean'] } as const;
const PROTOCOL = {
  description: `The protocol: ${PROTOCOLS.map(p => `${p.name} (${p.title})`).join(', ')}`,
  enum: PROTOCOLS.map(p => p.name),
};
/** Kinds of function, as a rule names them. */
const KINDS = PROTOCOLS.filter(p => p.kinds !== undefined)
  .map(p => `${p.name} ${p.kinds!.map(({ name }) => name).join(', ')}`)
  .join('; ');

export function policySchema(): Schema {
  const properties: Properties<typeof POLICY_KEYS> = {
    cofferdam: { description: 'Version of this language', const: 1 },
    plant: { ...TEXT, description: 'Name of the plant that the policy is for' },
    about: { ...TEXT, description: 'A remark' },
    zones: {
      description: 'Zones (IEC 62443-3-2) and the hosts in each',
      type: 'object',
      additionalProperties: ref('zone'),
    },
    tags: {
      description: 'Engineering names for objects of hosts',
      type: 'object',
      additionalProperties: ref('tag'),
    },
    interlocks: {
      description:
        'What writes require of the last known values of other tags, whichever conduit they come by',
      ...oneOrMore(ref('interlock')),
    },
    conduits: {
      description: 'Who may do what. What is not written here is denied',
      ...oneOrMore(ref('conduit')),
    },
    listeners: {
      description: 'Addresses on which a gateway stands in for hosts',
      ...oneOrMore(ref('listener')),
    },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Cofferdam policy',
    description: 'What may be done to the controllers of a plant, by whom. See docs/policy.md.',
    type: 'object',
    required: ['cofferdam', 'plant'],
    additionalProperties: false,
    properties,
    definitions: {
      zone: zone(),
      host: host(),
      tag: tag(),
      interlock: interlock(),
      conduit: conduit(),
      listener: listener(),
      ...Object.fromEntries(LISTS.map(list => [`${list}Rule`, rule(list)])),
    },
  };
}

function zone(): Schema {
  const properties: Properties<typeof ZONE_KEYS> = {
    about: { ...TEXT, description: 'A remark' },
    level: { description: 'Level of the Purdue model', enum: LEVELS.map(Number) },
    target: { description: 'Target security level (IEC 62443-3-3)', enum: TARGETS },
    hosts: { description: 'Hosts by name', type: 'object', additionalProperties: ref('host') },
  };
  return { ...closed(properties), required: ['hosts'] };
}

function host(): Schema {
  const address = { ...TEXT, description: 'An address such as 10.1.0.11, or a range such as 10.1.0.0/24' };
  const properties: Properties<typeof HOST_KEYS> = {
    at: address,
    about: { ...TEXT, description: 'A remark' },
    vendor: { ...SCALAR, description: 'Who made it' },
    model: { ...SCALAR, description: 'What it is' },
  };
  return { anyOf: [address, { ...closed(properties), required: ['at'] }] };
}

function tag(): Schema {
  const properties: Properties<typeof TAG_KEYS> = {
    at: {
      ...TEXT,
      description: `Where: HOST PROTOCOL [STATION] OBJECT, addresses zero-based as on the wire. ${PROTOCOLS.map(p => `${p.name}: ${p.objects.examples.join(', ')}`).join('; ')}`,
    },
    about: { ...TEXT, description: 'A remark' },
    type: { description: 'How the value lies in the device', enum: Object.keys(TAG_TYPES) },
    words: {
      description:
        'Which 16-bit word of a wider value comes first: the most (big) or least (little) significant',
      enum: ORDERS,
    },
    bytes: { description: 'Which byte of each 16-bit word comes first', enum: ORDERS },
    scale: {
      type: 'number',
      description: 'What one count in the device is worth: value = raw × scale + offset',
    },
    offset: { type: 'number', description: 'The value where the device holds 0' },
    unit: { ...TEXT, description: 'Unit of range, values and step, such as Hz' },
    ...limits(),
  };
  return { ...closed(properties), required: ['at', 'type'] };
}

function interlock(): Schema {
  const condition = oneOrMore(TEXT);
  const properties: Properties<typeof INTERLOCK_KEYS> = {
    'not both': {
      type: 'array',
      items: TEXT,
      minItems: 2,
      maxItems: 2,
      description:
        'Two conditions that no write may bring together: a tag (on), or a tag, =, !=, <, <=, > or >=, and a value',
    },
    write: { ...condition, description: 'Tags, or values of them, that may be written only when …' },
    'only when': { ...condition, description: '… all of these conditions hold' },
    age: {
      type: 'string',
      pattern: '^\\d+\\s*(s|min|h)$',
      description: `For how long a value counts as known: 10s; ${USUAL_AGE}s without this key`,
    },
    about: { ...TEXT, description: 'A remark' },
  };
  return {
    ...closed(properties),
    oneOf: [{ required: ['not both'] }, { required: ['write', 'only when'] }],
  };
}

function conduit(): Schema {
  const hosts = oneOrMore(TEXT);
  const properties: Properties<typeof CONDUIT_KEYS> = {
    from: { ...hosts, description: 'Who may use it: a host, a zone or a list' },
    to: { ...hosts, description: 'Where it leads: a host, a zone or a list' },
    protocol: PROTOCOL,
    station: {
      ...oneOrMore({ type: ['string', 'integer'] }),
      description: `Station or stations behind the address; without it the standard one: ${PROTOCOLS.map(p => `${p.name} ${p.stations.word} ${p.stations.format(p.stations.standard)}`).join(', ')}`,
    },
    reason: { ...TEXT, description: 'Why the conduit exists' },
    owner: { ...TEXT, description: 'Who answers for it' },
    review: { type: 'string', format: 'date', description: 'When to look at it again: YYYY-MM-DD' },
    allow: { ...oneOrMore(ref('allowRule')), description: 'What is let through' },
    alert: { ...oneOrMore(ref('alertRule')), description: 'What is let through and told' },
    deny: { ...oneOrMore(ref('denyRule')), description: 'What is denied, whatever allows it' },
    download: {
      description: 'Program downloads: only with a permit, never (as without this key), or freely',
      enum: DOWNLOADS,
    },
    refuse: {
      description:
        "How a denial is told: in the protocol's own words, not at all, or by closing the connection",
      enum: REFUSALS,
    },
    opaque: { description: 'Encrypted sessions', enum: OPAQUES },
  };
  const required = ['from', 'to', 'protocol', 'reason', 'owner', 'review'];
  return { ...closed(properties), required };
}

function listener(): Schema {
  const properties: Properties<typeof LISTENER_KEYS> = {
    listen: { ...TEXT, description: 'Address and port to listen on: 127.0.0.1:1502, "[::1]:1502"' },
    to: { ...TEXT, description: 'The host that it stands in for' },
    protocol: PROTOCOL,
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: "The host's port, where it is not the protocol's own",
    },
  };
  return { ...closed(properties), required: ['listen', 'to', 'protocol'] };
}

function rule(list: List): Schema {
  const verbs = VERBS.filter(
    v => RULE_VERBS.includes(v.name) && (list === 'deny' || v.verb !== Verb.download),
  );
  const objects = oneOrMore(TEXT);
  const anything = oneOrMore({ const: 'anything' });
  const { step, ...others } = limits();
  const properties: Properties<typeof RULE_KEYS> = {
    from: {
      ...objects,
      description: 'Only for these: a host, a zone or a list, of those that the conduit comes from',
    },
    ...others,
    step,
    rate: {
      type: 'string',
      pattern: '^\\d+\\s*/\\s*(s|min|h|day)$',
      description: 'How often at most: 6/min',
    },
  };
  const subjects: Record<string, Schema> = Object.fromEntries(
    verbs.map(v => [
      v.name,
      HAVE_NO_OBJECT.includes(v.group)
        ? { ...anything, description: `${v.meaning}: anything` }
        : { ...objects, description: `${v.meaning}: anything, a tag, objects, or a list of them` },
    ]),
  );
  subjects.function = {
    type: ['string', 'integer'],
    description: `A function by its number: 0x5a, or with its sub-function 0x5a/0x10; with the kind of message where a protocol has several: ${KINDS}`,
  };
  const kept: Record<string, Schema> = { ...properties };
  if (list === 'deny') {
    delete kept.step;
    delete kept.rate;
  }
  const changing = verbs
    .filter(v => v.group !== VerbGroup.observe && v.group !== VerbGroup.session)
    .map(v => v.name);
  return {
    ...closed({ ...subjects, ...kept }),
    oneOf: Object.keys(subjects).map(name => ({ required: [name] })),
    dependencies: Object.fromEntries(
      ['range', 'values', ...(list === 'deny' ? [] : ['step'])].map(key => [
        key,
        { anyOf: changing.map(name => ({ required: [name] })) },
      ]),
    ),
  };
}

function limits(): Record<'range' | 'values' | 'step', Schema> {
  return {
    range: {
      type: 'array',
      items: { type: 'number' },
      minItems: 2,
      maxItems: 2,
      description: "Least and greatest value, in the tag's unit",
    },
    values: {
      ...oneOrMore({ type: ['number', 'boolean', 'string'] }),
      description: 'The only values allowed',
    },
    step: {
      type: 'number',
      exclusiveMinimum: 0,
      description: "Greatest change that one write may make, in the tag's unit",
    },
  };
}

function closed(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, properties };
}

function oneOrMore(item: Schema): Schema {
  return { anyOf: [item, { type: 'array', minItems: 1, items: item }] };
}

function ref(name: string): Schema {
  return { $ref: `#/definitions/${name}` };
}
