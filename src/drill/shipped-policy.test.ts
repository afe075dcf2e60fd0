import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { TAGS } from '../plant/compressor/tags.ts';
import { isLoopback } from '../plant/loopback.ts';
import { objectText } from '../plant/tag.ts';
import { parsePolicy } from '../policy/parse.ts';
import { STATIONS } from './hosts.ts';

const FILE = fileURLToPath(new URL('../../policies/compressor-station.yaml', import.meta.url));
const { policy, problems } = parsePolicy(readFileSync(FILE, 'utf8'), FILE);

test('the shipped policy has no mistakes, nothing to look at, and the hosts of the exercise, all on loopback', () => {
  assert.deepEqual(problems, []);
  assert.deepEqual(policy?.warnings, []);
  for (const name of STATIONS) assert.ok(policy?.hosts.has(name), name);
  for (const host of policy?.hosts.values() ?? []) assert.ok(isLoopback(host.network.text), host.name);
  for (const listener of policy?.listeners ?? []) assert.ok(isLoopback(listener.address));
});

test('its tags are the plant’s tags: the same object, type and scale, and no wider a range', () => {
  for (const tag of policy?.tags.values() ?? []) {
    const mine = TAGS.find(({ name }) => name === tag.name);
    assert.ok(mine !== undefined, `${tag.name} is a tag of the plant`);
    assert.equal(tag.host.name, mine.controller);
    assert.equal(tag.protocol.name, mine.place.protocol);
    assert.equal(tag.form.type, mine.type);
    assert.equal(tag.unit, mine.unit);
    assert.equal(tag.protocol.objects.formatRange(tag.range), objectText(mine));
    const source = readFileSync(FILE, 'utf8').split('\n')[tag.line - 1]!;
    assert.match(source, new RegExp(`range: \\[${mine.range?.join(', ')}\\]`));
    assert.ok(mine.scale === 1 || source.includes(`scale: ${mine.scale},`));
  }
});
