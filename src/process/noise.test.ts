/**
 * The model of a reading's noise, and what follows from it, against theory.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BINS, binOf, countBins, NoiseModel } from './noise-model.ts';
import { NoiseMeter, QUIET_WINDOW, quietLimit } from './quiet.ts';
import { deviation, MAD_TO_SIGMA, median, quantile, scaleAboutZero } from './robust.ts';
import { normals } from './testing.ts';
import { fitWhitening, levinsonDurbin, Whitener } from './whitening.ts';

test('Levinson and Durbin find the weights of known processes', () => {
  // AR(1) with weight 0.6 has autocovariances in proportion to 0.6^k.
  const first = levinsonDurbin([1, 0.6, 0.36, 0.216]);
  for (const [i, weight] of [0.6, 0, 0].entries()) assert.ok(Math.abs(first[i]! - weight) < 1e-12);
  // AR(2) x(t) = 0.75 x(t-1) - 0.5 x(t-2) has autocorrelations 1, 0.5, -0.125 (Yule and Walker).
  const second = levinsonDurbin([1, 0.5, -0.125]);
  assert.ok(Math.abs(second[0]! - 0.75) < 1e-12 && Math.abs(second[1]! + 0.5) < 1e-12);
});

test('innovations of a wandering, noisy reading are white, and blind to a constant', () => {
  const normal = normals(3);
  let level = 0;
  const run = Float64Array.from({ length: 20_000 }, () => {
    level = 0.98 * level + 0.02 * normal();
    return level + 0.05 * normal();
  });
  const whitening = fitWhitening([run])!;
  // Order 8 leaves 10/9 of the noise's variance, and the wander's kicks.
  assert.ok(whitening.sigma > 0.05 && whitening.sigma < 0.062, `${whitening.sigma}`);
  const innovations = (added: number) => {
    const whitener = new Whitener(whitening);
    return run.map(value => whitener.next(value + added)).filter(value => !Number.isNaN(value));
  };
  const own = innovations(0);
  for (let lag = 1; lag <= 20; lag++) {
    let sum = 0;
    for (let i = lag; i < own.length; i++) sum += own[i]! * own[i - lag]!;
    // 1/√n is what chance gives; the model of finite order leaves a little.
    assert.ok(Math.abs(sum / own.length) < 0.05, `lag ${lag}: ${sum / own.length}`);
  }
  for (const [i, value] of innovations(7).entries()) assert.ok(Math.abs(value - own[i]!) < 1e-9);
});

test('what never moves, or has missing readings, breaks nothing', () => {
  assert.equal(fitWhitening([new Float64Array(100)]), undefined);
  assert.equal(fitWhitening([]), undefined);
  const whitener = new Whitener({ weights: [0.5], clip: 1, sigma: 1 });
  assert.deepEqual([whitener.next(1), whitener.next(2)], [Number.NaN, Number.NaN]);
  assert.equal(whitener.next(3), 0.5);
  whitener.reset();
  assert.ok(Number.isNaN(whitener.next(4)));
});

test('a score is no evidence by chance: its exponential has mean 1 at most, whatever is repeated', () => {
  const normal = normals(9);
  const bins = Uint8Array.from({ length: 100_000 }, () => binOf(normal(), 0.25));
  const counts = new Float64Array(BINS * BINS);
  countBins(counts, bins);
  const model = new NoiseModel(counts, 0.25);
  for (let earlier = 4; earlier < BINS - 4; earlier++) {
    let sum = 0;
    for (let i = 1; i < bins.length; i++) {
      const score =
        model.repeated[earlier * BINS + bins[i]!]! - model.ordinary[bins[i - 1]! * BINS + bins[i]!]!;
      sum += Math.exp(score);
    }
    assert.ok(sum / (bins.length - 1) < 1.05, `${earlier}: ${sum / bins.length}`);
  }
  // Entropy of normal noise in bins of 0.25 σ: ln(σ √(2πe) / 0.25) = 2.8 nats, less what a replay is allowed.
  assert.ok(model.information > 1.8 && model.information < 2.8, `${model.information}`);
});

test('the limit of silence is on the safe side of the χ² distribution', () => {
  // Lower tail of χ² with 60 degrees of freedom: 5 % at 43.188, 0.5 % at 35.534 (NIST/SEMATECH e-Handbook 1.3.6.7.4).
  for (const [share, value] of [
    [0.05, 43.188],
    [0.005, 35.534],
  ] as const) {
    assert.ok(quietLimit(-Math.log(share)) * QUIET_WINDOW < value);
  }
  const meter = new NoiseMeter();
  const powers = Array.from({ length: QUIET_WINDOW + 10 }, (_, i) => meter.next(i % 2 === 0 ? 1 : -1));
  assert.ok(Number.isNaN(powers[QUIET_WINDOW - 2]!));
  assert.ok(powers.slice(QUIET_WINDOW - 1).every(power => Math.abs(power - 1) < 1e-12));
});

test('robust location and scale', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
  assert.equal(quantile([5, 1, 4, 2, 3], 0.5), 3);
  // The example of Iglewicz and Hoaglin's score: one wild value of nine does not move the scale.
  assert.equal(deviation([1, 2, 3, 4, 5, 6, 7, 8, 900], 5), 2);
  assert.equal(scaleAboutZero([-2, 2, -2, 2]), 2 * MAD_TO_SIGMA);
  assert.equal(scaleAboutZero([0, 0, 0]), 0);
  assert.ok(scaleAboutZero([0, 0, 0, 0, 0, 0, 1, -1]) > 0);
});
