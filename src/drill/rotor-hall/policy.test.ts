import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { TAGS } from '../../plant/rotor-hall/tags.ts';
import { objectText } from '../../plant/tag.ts';
import { policyVariant } from './policy-variant.ts';

const FILE = fileURLToPath(new URL('../../../policies/rotor-hall.yaml', import.meta.url));
const TEXT = readFileSync(FILE, 'utf8');

test('every tag of the hall that has a range stands in the shipped policy, with that range', () => {
  for (const { name, controller, place, type, range, scale, ...tag } of TAGS) {
    if (range === undefined) continue;
    const at = `at: ${controller} ${place.protocol} ${objectText({ name, controller, place, type, scale, ...tag })},`;
    const line = TEXT.split('\n').find(each => each.includes(at));
    assert.match(line ?? '', new RegExp(`^ +${name}: `));
    assert.match(line!, new RegExp(`range: \\[${range.join(', ')}\\]`));
  }
});

test('a variant without permits or limits is a policy too, and differs in that alone', () => {
  const shipped = policyVariant(TEXT, FILE, { permits: true, limits: true });
  for (const inLine of [
    { permits: false, limits: true },
    { permits: true, limits: false },
    { permits: false, limits: false },
  ]) {
    const variant = policyVariant(TEXT, FILE, inLine);
    assert.equal(variant.conduits.length, shipped.conduits.length);
    assert.equal(variant.tags.size, shipped.tags.size);
    assert.equal(
      [...variant.tags.values()].some(tag => tag.limit !== undefined),
      inLine.limits,
    );
  }
});
