import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { contains, parseAddress, parseNetwork } from './address.ts';
import { compileLimit, within } from './limit.ts';
import { ratioOf, toNumber } from './ratio.ts';
import { valueForm } from './value-form.ts';

/** `digits` with the point four places from the right. */
function decimal(digits: number): string {
  const text = String(Math.abs(digits)).padStart(5, '0');
  return `${digits < 0 ? '-' : ''}${text.slice(0, -4)}.${text.slice(-4)}`;
}

test('a limit lets exactly those counts pass whose scaled value is within', () => {
  const scales = fc.integer({ min: -50_000, max: 50_000 }).filter(scale => scale !== 0);
  const number = fc.integer({ min: -100_000_000, max: 100_000_000 });
  const raws = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(scales, number, number, number, raws, (scale, offset, a, b, some) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const scaling = { scale: ratioOf(decimal(scale))!, offset: ratioOf(decimal(offset))! };
      const range = [ratioOf(decimal(min))!, ratioOf(decimal(max))!] as const;
      const limit = compileLimit(valueForm('int16'), scaling, { range, values: undefined, step: undefined });
      if ('problem' in limit) return;
      for (const raw of [...some, limit.min, limit.max, limit.min - 1, limit.max + 1]) {
        // In ten thousandths everything is a whole number, and small enough to be exact.
        const value = raw * scale + offset;
        assert.equal(within(limit, raw), value >= min && value <= max);
      }
    }),
  );
});

test('numbers are read exactly and become the nearest double', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      const text = String(value);
      const ratio = ratioOf(text);
      if (ratio !== undefined) assert.equal(toNumber(ratio) + 0, value + 0, text);
    }),
  );
  assert.equal(toNumber(ratioOf('0x1f')!), 31);
  for (const text of ['', '.', '-', '1e', '1e999', '1.2.3', '1_000', 'NaN', 'Infinity', '0x', '١']) {
    assert.equal(ratioOf(text), undefined, text);
  }
});

test('ranges of addresses contain what the platform says', () => {
  const check = (address: string, base: string, prefix: number, family: 'ipv4' | 'ipv6') => {
    const list = new BlockList();
    list.addSubnet(base, prefix, family);
    const written = parseNetwork(`${base}/${prefix}`);
    // A base with bits behind the prefix is refused, with the base that was meant.
    const meant = 'problem' in written ? /write (\S+)$/.exec(written.problem)![1]! : `${base}/${prefix}`;
    const network = parseNetwork(meant);
    assert.ok(!('problem' in network), meant);
    assert.equal(
      contains(network, parseAddress(address)!),
      list.check(address, family),
      `${address} in ${meant}`,
    );
  };
  const small = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(255), fc.nat(3), fc.nat(255));
  fc.assert(
    fc.property(small, small, fc.integer({ min: 1, max: 32 }), (a, b, prefix) =>
      check(a.join('.'), b.join('.'), prefix, 'ipv4'),
    ),
  );
  const groups = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 });
  const six = groups.map(list => list.map((group, i) => (i === 0 ? 0x2001 : group).toString(16)).join(':'));
  fc.assert(
    fc.property(six, six, fc.integer({ min: 1, max: 128 }), (a, b, prefix) => check(a, b, prefix, 'ipv6')),
  );
});
