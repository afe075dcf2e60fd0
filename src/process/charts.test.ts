/**
 * CUSUM and EWMA against worked examples and run lengths from the literature.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cusum, cusumLimit, cusumRunLength } from './cusum.ts';
import { Ewma } from './ewma.ts';
import { normals } from './testing.ts';

test('the CUSUM of NIST/SEMATECH e-Handbook 6.3.2.3', () => {
  // biome-ignore format: a table
  const values = [
    324.925, 324.675, 324.725, 324.35, 325.35, 325.225, 324.125, 324.525, 325.225, 324.6,
    324.625, 325.15, 328.325, 327.25, 327.825, 328.5, 326.675, 327.775, 326.875, 328.35,
  ];
  const high = [0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.0, 19.04];
  const low = [0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.25, 0.31, 0];
  const cusum = new Cusum({ mean: 325, allowance: 0.3175, limit: 4.1959 });
  const alarms: number[] = [];
  for (const [i, value] of values.entries()) {
    if (cusum.next(value)) alarms.push(i + 1);
    assert.ok(Math.abs(cusum.high - high[i]!) < 0.0101, `high ${i + 1}: ${cusum.high}`);
    assert.ok(Math.abs(cusum.low - (low[i] ?? 0)) < 0.0101, `low ${i + 1}: ${cusum.low}`);
  }
  assert.deepEqual(alarms, [14, 15, 16, 17, 18, 19, 20]);
});

test('the CUSUM of Montgomery and Runger, table 16-8', () => {
  // biome-ignore format: a table
  const values = [102, 94.8, 98.3, 98.4, 102, 98.5, 99, 97.7, 100, 98.1, 101.3, 98.7, 101.1, 98.4, 97, 96.7, 100.3, 101.4, 97.2, 101];
  // biome-ignore format: a table
  const high = [2, 0, 0, 0, 2, 0.5, 0, 0, 0, 0, 1.3, 0, 1.1, 0, 0, 0, 0.3, 1.7, 0, 1];
  // biome-ignore format: a table
  const low = [0, 3.2, 2.9, 2.5, 0, 0, 0, 0.3, 0, 0, 0, 0, 0, 0, 1, 2.3, 0, 0, 0.8, 0];
  const cusum = new Cusum({ mean: 99, allowance: 1, limit: 10 });
  for (const [i, value] of values.entries()) {
    assert.equal(cusum.next(value), false);
    assert.ok(Math.abs(cusum.high - high[i]!) < 1e-9, `high ${i + 1}`);
    assert.ok(Math.abs(cusum.low - low[i]!) < 1e-9, `low ${i + 1}`);
  }
});

test('the EWMA of NIST/SEMATECH e-Handbook 6.3.2.4', () => {
  // biome-ignore format: a table
  const values = [
    52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
  ];
  // biome-ignore format: a table
  const averages = [
    50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92,
    50.73, 51.23, 51.94, 51.99,
  ];
  const ewma = new Ewma({ mean: 50, sigma: 2.0539, weight: 0.3, width: 3 });
  assert.ok(Math.abs(ewma.upper - 52.5884) < 1e-3);
  assert.ok(Math.abs(ewma.lower - 47.4115) < 1e-3);
  for (const [i, value] of values.entries()) {
    assert.equal(ewma.next(value), false);
    assert.ok(Math.abs(ewma.average - averages[i]!) < 0.0101, `${i + 1}: ${ewma.average}`);
  }
});

// D. C. Montgomery, "Introduction to Statistical Quality Control", table 9.3: k = 0.5, two-sided.
const RUN_LENGTHS = [
  { limit: 4, shift: 0, values: 168 },
  { limit: 4, shift: 1, values: 8.38 },
  { limit: 5, shift: 0, values: 465 },
  { limit: 5, shift: 0.5, values: 38 },
  { limit: 5, shift: 1, values: 10.4 },
  { limit: 5, shift: 2, values: 4.01 },
];
for (const { limit, shift, values } of RUN_LENGTHS) {
  test(`a CUSUM with limit ${limit} runs for ${values} values at a shift of ${shift}`, () => {
    const length = cusumRunLength(0.5, limit, shift);
    assert.ok(Math.abs(length / values - 1) < 0.04, `${length}`);
  });
}

test('the limit for a run length gives that run length', () => {
  for (const length of [100, 465, 1e4, 1e6]) {
    assert.ok(Math.abs(cusumRunLength(0.5, cusumLimit(0.5, length)) / length - 1) < 1e-6);
  }
});

test('an EWMA runs as long as Lucas and Saccucci say', () => {
  // Table 3: weight 0.1, width 2.814: 500 values in control, 10.3 at a shift of one standard deviation.
  const mean = (shift: number, runs: number, seed: number) => {
    const normal = normals(seed);
    let total = 0;
    for (let run = 0; run < runs; run++) {
      const ewma = new Ewma({ mean: 0, sigma: 1, weight: 0.1, width: 2.814 });
      do total++;
      while (!ewma.next(normal() + shift));
    }
    return total / runs;
  };
  // Run lengths are nearly exponential: the mean of n of them is off by 1/√n, 3 of these are allowed.
  assert.ok(Math.abs(mean(0, 2000, 1) / 500 - 1) < 0.07);
  assert.ok(Math.abs(mean(1, 4000, 2) / 10.3 - 1) < 0.05);
});
