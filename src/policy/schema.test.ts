import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { parsePolicy } from './parse.ts';
import { policySchema } from './schema.ts';

const ROOT = new URL('../../', import.meta.url);
const validate = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  formats: { date: true },
  allErrors: true,
}).compile(policySchema());

test('the published schema is the one that the code makes', () => {
  const published = readFileSync(new URL('schema/policy.schema.json', ROOT), 'utf8');
  assert.deepEqual(
    JSON.parse(published),
    JSON.parse(JSON.stringify(policySchema())),
    'write it anew: cofferdam policy schema > schema/policy.schema.json',
  );
});

test('the shipped examples are good, and the schema agrees', () => {
  const folder = new URL('policies/', ROOT);
  const files = readdirSync(folder).filter(name => name.endsWith('.yaml'));
  assert.ok(files.length > 0);
  for (const name of files) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    assert.deepEqual(parsePolicy(text, name).problems, []);
    assert.ok(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`);
  }
});

const HEAD = 'cofferdam: 1\nplant: P\nzones: { z: { hosts: { a: 10.0.0.1, b: 10.0.0.2 } } }\n';
const conduit = (more: string) =>
  `${HEAD}conduits: [{ from: a, to: b, protocol: modbus, reason: r, owner: o, review: 2027-01-01, ${more} }]`;

test('what the schema can see of a mistake it tells, like the reader', () => {
  const wrong = [
    'cofferdam: 2\nplant: P',
    'plant: P',
    `${HEAD}zone: {}`,
    'cofferdam: 1\nplant: P\nzones: { z: { level: 9, hosts: {} } }',
    'cofferdam: 1\nplant: P\nzones: { z: { level: 2 } }',
    `${HEAD}tags: { t: { at: b modbus holding 1, type: uint17 } }`,
    `${HEAD}tags: { t: { type: uint16 } }`,
    `${HEAD}tags: { t: { at: b modbus holding 1, type: uint16, range: [1] } }`,
    `${HEAD}tags: { t: { at: b modbus holding 1, type: uint16, step: 0 } }`,
    `${HEAD}conduits: [{ from: a, to: b }]`,
    `${HEAD}listeners: [{ listen: 127.0.0.1:1502 }]`,
    conduit('allow: [{ raed: anything }]'),
    conduit('allow: [{ read: anything, write: anything }]'),
    conduit('allow: [{ download: anything }]'),
    conduit('allow: [{ read: holding 1, range: [0, 1] }]'),
    conduit('deny: [{ write: holding 1, rate: 6/min }]'),
    conduit('allow: [{ read: anything, rate: 6 per minute }]'),
    conduit('deny: [{ stop: holding 3 }]'),
    conduit('refuse: ignore'),
    conduit('allow: []'),
    `${HEAD}interlocks: [{ not both: [a] }]`,
    `${HEAD}interlocks: [{ write: a }]`,
    `${HEAD}interlocks: [{ write: a, only when: b, age: soon }]`,
  ];
  for (const text of wrong) {
    assert.ok(parsePolicy(text, 'p').problems.length > 0, `the reader takes ${text}`);
    assert.ok(!validate(parse(text)), `the schema takes ${text}`);
  }
  for (const text of [
    conduit('allow: { read: anything }'),
    conduit('allow: [{ write: [coil 1, holding 3], values: on, rate: 6/min }]'),
  ]) {
    assert.deepEqual(parsePolicy(text, 'p').problems, []);
    assert.ok(validate(parse(text)), `${text}: ${JSON.stringify(validate.errors)}`);
  }
});
