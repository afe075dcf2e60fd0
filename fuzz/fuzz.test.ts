/**
 * The harness for a few seconds, with seeds that are new in each run, and every case that went wrong once. A run is
 * repeated with the seed of its test's name: `npm run fuzz -- --target NAME --runs N --seed SEED --no-captures`.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../bench/generate/random.ts';
import { formatCase, parseCase, sizeOf } from './case.ts';
import { readCases } from './corpus.ts';
import { attempt, fuzz, minimise } from './engine.ts';
import { mutatePart } from './mutate.ts';
import { MODBUS } from './structure/modbus.ts';
import { S7COMM } from './structure/s7comm.ts';
import { read } from './structure/structure.ts';
import type { Target } from './target.ts';
import { TARGETS, targetNamed } from './targets.ts';

/** Messages, packets or files of a run in the tests. */
const RUNS: Readonly<Record<string, number>> = {
  modbus: 60_000,
  s7comm: 60_000,
  'modbus-flow': 6000,
  's7comm-flow': 6000,
  pcap: 1500,
  pcapng: 1500,
  policy: 150,
};
const MOST_RUNS = 30_000;

describe('mutated', () => {
  for (const target of TARGETS) {
    const runs = RUNS[target.name] ?? MOST_RUNS;
    const seed = 1 + Math.floor(Math.random() * 2 ** 30);
    it(`${target.name}: ${runs}, seed ${seed}`, async () => {
      const { failure, mutated } = await fuzz(target, { seed, runs });
      if (failure !== undefined) {
        assert.fail(`${failure.error.stack}\n${formatCase(failure.parts, target.sides)}`);
      }
      assert.ok(mutated > runs / 4, `only ${mutated} were mutated`);
    });
  }
});

describe('regressions', () => {
  for (const target of TARGETS) {
    for (const [name, parts] of readCases('regressions', target.name)) {
      it(`${target.name}: ${name}`, async () => {
        assert.equal((await attempt(target.open(), parts))?.stack, undefined);
      });
    }
  }
});

describe('the corpus', () => {
  for (const target of TARGETS) {
    it(`of ${target.name} is as it should be`, async () => {
      const seeds = await target.seeds(false);
      assert.ok(seeds.length > 0);
      const subject = target.open();
      for (const parts of seeds) assert.equal((await attempt(subject, parts))?.stack, undefined);
    });
  }
});

describe('the harness', () => {
  /** A decoder that believes a length where it says 200 and there are fewer bytes. */
  const faulty: Target = {
    ...targetNamed('modbus')!,
    open: () => ({
      run(parts) {
        for (const { bytes } of parts) {
          if (bytes[7] === 3 && bytes[8] === 0xff && bytes.length < 100) throw new RangeError('at 255');
        }
      },
    }),
  };

  it('finds a fault that only a certain length in a certain function shows, and makes the case small', async () => {
    const { failure } = await fuzz(faulty, { seed: 1, runs: 400_000 });
    assert.ok(failure !== undefined, 'it is found');
    const small = await minimise(faulty, failure);
    assert.equal(small.parts.length, 1);
    assert.equal(sizeOf(small.parts), 9);
    assert.equal(small.error.message, 'at 255');
  });

  it('tells what grows', async () => {
    const kept: Uint8Array[] = [];
    const grows: Target = { ...faulty, open: () => ({ run: () => void kept.push(new Uint8Array(20_000)) }) };
    const { failure } = await fuzz(grows, { seed: 1, runs: 40_000 });
    assert.match(failure?.error.message ?? '', /^the heap grew from \d+ to \d+ bytes$/);
  });

  it('does the same with the same seed', async () => {
    const cases = async (seed: number) => {
      const seen: string[] = [];
      const target: Target = {
        ...faulty,
        open: () => ({ run: parts => void seen.push(formatCase(parts, true)) }),
      };
      await fuzz(target, { seed, runs: 200 });
      return seen;
    };
    assert.deepEqual(await cases(7), await cases(7));
    assert.notDeepEqual(await cases(7), await cases(8));
  });

  it('writes cases as it reads them', () => {
    const text = '> 0001\n< ff';
    assert.equal(formatCase(parseCase(`# about\n> 00 01 # more\n\n< ff`), true), text);
    assert.equal(formatCase(parseCase('113 0800\n1 '), false), '113 0800\n1 ');
    assert.throws(() => parseCase('> 0'), /line 1: write/);
  });

  // Mutants whose lengths all agree go deepest; those with a single one that does not are where decoders err.
  for (const [name, grammar] of Object.entries({ modbus: MODBUS, s7comm: S7COMM })) {
    it(`makes mutants of ${name} whose lengths agree, and such whose do not`, () => {
      const random = new Random(3);
      const seeds = [...readCases('corpus', name).values()].flat();
      let agree = 0;
      let longer = 0;
      for (let i = 0; i < 4000; i++) {
        const part = random.pick(seeds);
        const { bytes } = mutatePart(random, part, grammar, seeds);
        if (bytes.length === part.bytes.length) continue;
        longer++;
        const [total] = grammar.structure(bytes, part.kind).lengths;
        if (total !== undefined && read(bytes, total) === total.to - total.from) agree++;
      }
      assert.ok(agree > longer / 4 && agree < longer * 0.9, `${agree} of ${longer}`);
    });
  }
});
