/**
 * JSON Schema of what NDJSON says of an operation: schema/operation.schema.json, and `cofferdam inspect --schema`.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { OUTCOMES, PHASES } from '../../operation/operation.ts';
import { SIDES } from '../../operation/side.ts';
import { VALUE_TYPES } from '../../operation/value.ts';
import { VERBS } from '../../operation/verb.ts';
import { PROTOCOLS } from '../../protocol/registry.ts';

const text = (description: string) => ({ description, type: 'string' });
const whole = (description: string, minimum = 0) => ({ description, type: 'integer', minimum });
const endpoint = (description: string) => ({ description, type: 'string', pattern: '^(.+):[0-9]{1,5}$' });
const one = (description: string, names: readonly string[]) => ({ description, enum: names });

export const OPERATION_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Operation',
  description: 'One line of cofferdam inspect --ndjson: what one item of one message asks or answers',
  type: 'object',
  additionalProperties: false,
  required: [
    'time',
    'flow',
    'protocol',
    'client',
    'server',
    'from',
    'phase',
    'station',
    'reference',
    'code',
    'function',
    'verb',
    'outcome',
  ],
  properties: {
    time: {
      description:
        'Seconds since 1970-01-01 UTC, to the microsecond, of the packet that completed the message',
      type: 'number',
    },
    flow: whole('Number of the TCP connection in this reading: that of its first packet, from 1', 1),
    protocol: one(
      'Control protocol',
      PROTOCOLS.map(({ name }) => name),
    ),
    client: endpoint('Address and port of who opened the connection'),
    server: endpoint('Address and port of the device'),
    from: one('Who sent the message', SIDES),
    phase: one('Asked, answered, or told unasked', PHASES),
    station: text('The addressee behind the address, as policies write it; in responses too'),
    reference: whole('The identifier that pairs request and response, as on the wire'),
    kind: whole("The protocol's own message type, as on the wire"),
    code: whole('Function code, as on the wire'),
    sub: whole('Sub-function, as on the wire'),
    function: text('Name of the function'),
    verb: one(
      'What kind of thing it does',
      VERBS.map(({ name }) => name),
    ),
    item: whole('Which of several items of the message this is, from 0'),
    items: whole('How many items the message has', 0),
    outcome: one('Asked; done; refused', OUTCOMES),
    object: text('The object, as policies write it'),
    space: text('Kind of object'),
    area: whole('Which one of several spaces of the kind: DB number, file number'),
    address: whole("First address in the space's own unit, from 0, as on the wire"),
    extent: whole('How many units from there'),
    name: text("The object's name, one character a byte (ISO 8859-1)"),
    type: one('How the values are encoded', VALUE_TYPES.slice(1)),
    values: {
      description:
        'Numbers and booleans; 64-bit integers and what JSON numbers have not (NaN, Infinity) as text; bytes as hexadecimal',
      type: 'array',
      items: { type: ['number', 'boolean', 'string'] },
    },
    error: whole("The protocol's error code"),
    errorName: text('Its name'),
    anomalies: {
      description: 'What is wrong with the message, or strange about it',
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { enum: Object.keys(Anomaly) },
    },
  },
  dependentRequired: {
    space: ['area', 'address', 'extent'],
    type: ['values'],
    values: ['type'],
    error: ['errorName'],
    item: ['items'],
  },
} as const;
