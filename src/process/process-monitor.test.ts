/**
 * The process room through its public face: learn from a history, watch what comes after.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../operation/finding.ts';
import { ProcessLearner } from './learner.ts';
import { ProcessMonitor } from './process-monitor.ts';
import type { ProcessProfile, TagInfo } from './profile.ts';
import { formatProfile, parseProfile } from './profile-file.ts';
import { normals, pressures, uniforms } from './testing.ts';

const TAG: TagInfo = { name: 'pressure', unit: 'bar', range: [45, 55] };
const HOURS = 3600;
const HISTORY = 4 * HOURS;
const MEMORY = 8192;

const DATA = pressures(7, HISTORY + 4 * HOURS);
const PROFILE = learned(DATA.subarray(0, HISTORY));

function learned(values: Float64Array): ProcessProfile {
  const learner = new ProcessLearner([TAG]);
  for (const [i, value] of values.entries()) learner.observe('pressure', i, value, 'hmi-1');
  return learner.learn();
}

/** What is found in readings that follow the history. */
function found(values: ArrayLike<number>, profile = PROFILE, source = 'hmi-1'): Finding[] {
  const findings: Finding[] = [];
  const monitor = new ProcessMonitor({
    tags: [TAG],
    profile,
    sink: one => findings.push(one),
    memory: MEMORY,
  });
  for (let i = 0; i < values.length; i++) monitor.observe('pressure', HISTORY + i, values[i]!, source);
  return findings;
}

/** The hours after the history, changed from `at` on. */
function changed(at: number, change: (value: number, i: number, all: Float64Array) => number): Float64Array {
  const all = DATA.slice(HISTORY);
  const before = all.slice();
  for (let i = at; i < all.length; i++) all[i] = change(before[i]!, i - at, before);
  return all;
}

const kinds = (findings: readonly Finding[]) => new Set(findings.map(({ kind }) => kind));
const first = (findings: readonly Finding[], kind: string) => {
  const one = findings.find(finding => finding.kind === kind);
  assert.ok(one, `${kind} is found; there are ${[...kinds(findings)]}`);
  return one.to - HISTORY;
};

test('every detector speaks after four hours of history', () => {
  const [tag] = PROFILE.tags;
  assert.deepEqual(tag?.silent, {});
  assert.equal(tag?.readings, HISTORY);
  assert.equal(tag?.period, 1);
});

test('nothing is found in what goes on as it was', () => {
  assert.deepEqual(found(DATA.subarray(HISTORY)), []);
});

test('a replayed minute is found within it', () => {
  const readings = changed(6000, (value, i, all) => (i < 60 ? all[2000 + i]! : value));
  const findings = found(readings);
  assert.ok(first(findings, 'process.replay') < 6060);
  const finding: Finding | undefined = findings[0];
  assert.equal(finding?.severity, 'critical');
  assert.equal(finding?.subject.object, 'pressure');
  assert.equal(finding?.subject.client, 'hmi-1');
  assert.match(finding?.message ?? '', /^pressure, as hmi-1 reads it, repeats in its last \d+ readings/);
});

test('a loop of 21 s is found, as is a replay with an offset, resampled, or with noise added', () => {
  const normal = normals(5);
  const rounded = (value: number) => Math.round(value * 100) / 100;
  const replays: ((value: number, i: number, all: Float64Array) => number)[] = [
    (_, i, all) => all[5000 + (i % 21)]!,
    (_, i, all) => rounded(all[2000 + i]! + 0.4),
    (_, i, all) => all[2000 + Math.round(i * 0.97)]!,
    (_, i, all) => {
      const at = Math.floor(i * 0.98);
      const part = i * 0.98 - at;
      return rounded(all[2000 + at]! * (1 - part) + all[2001 + at]! * part);
    },
    (_, i, all) => rounded(all[2000 + i]! + 0.009 * normal()),
  ];
  for (const [i, replay] of replays.entries()) {
    const delay = first(found(changed(6000, replay)), 'process.replay') - 6000;
    assert.ok(delay < 150, `${i}: ${delay} s`);
  }
});

test('a reading that stands still is stuck, and one that is smoothed has lost its noise', () => {
  assert.ok(first(found(changed(6000, (_, __, all) => all[6000]!)), 'process.stuck') < 6060);
  const smooth = changed(6000, (_, i) => 50 + Math.round(10 * Math.sin(i / 500)) / 100);
  assert.ok(kinds(found(smooth)).has('process.quiet') || kinds(found(smooth)).has('process.stuck'));
  const quiet = changed(6000, (_, i) => 50 + 0.1 * Math.sin(i / 60));
  assert.ok(first(found(quiet), 'process.quiet') < 6120);
});

test('drift and shift are found, up and down', () => {
  for (const sign of [1, -1]) {
    const drift = found(changed(3600, (value, i) => value + (sign * 0.3 * i) / HOURS));
    assert.ok(first(drift, 'process.drift') < 3600 + 2 * HOURS);
    const shift = found(changed(3600, value => value + sign * 0.3));
    assert.ok(first(shift, 'process.shift') < 3600 + HOURS);
    assert.match(shift[0]?.message ?? '', sign > 0 ? / up to / : / down to /);
  }
});

test('a swing is found, a single wild reading, and one outside its range', () => {
  const swing = found(changed(6000, (value, i) => value + 0.5 * Math.sin((2 * Math.PI * i) / 20)));
  assert.ok(first(swing, 'process.oscillation') < 6240);
  const wild = found(changed(6000, (value, i) => (i === 5 ? value + 3 : value)));
  assert.deepEqual([...kinds(wild)], ['process.outlier']);
  const outside = found(changed(6000, (value, i) => (i > 5 && i < 40 ? value + 6 : value)));
  assert.equal(first(outside, 'process.range'), 6006);
  assert.equal(outside.filter(({ kind }) => kind === 'process.range').length, 1);
});

test('ranges are watched without a profile, and what is no number is outside', () => {
  const findings: Finding[] = [];
  const monitor = new ProcessMonitor({ tags: [TAG], sink: one => findings.push(one) });
  monitor.observe('pressure', 0, 55, 'hmi-1');
  monitor.observe('pressure', 1, 45, 'hmi-1');
  assert.equal(findings.length, 0);
  monitor.observe('pressure', 2, Number.NaN, 'hmi-1');
  assert.match(findings[0]?.message ?? '', /is NaN bar, outside 45 to 55/);
});

test('a clock that is set back does not blind anybody', () => {
  const findings: Finding[] = [];
  const monitor = new ProcessMonitor({
    tags: [TAG],
    profile: PROFILE,
    sink: one => findings.push(one),
    memory: MEMORY,
  });
  for (let i = 0; i < 3000; i++) monitor.observe('pressure', 1e9 + i, DATA[HISTORY + i]!, 'hmi-1');
  for (let i = 0; i < 60; i++) monitor.observe('pressure', 5e8 + i, DATA[HISTORY + 1000 + i]!, 'hmi-1');
  assert.deepEqual([...kinds(findings)], ['process.replay']);
});

test('two readers that are told different values disagree; two that are told the same do not', () => {
  for (const offset of [0, 0.8]) {
    const findings: Finding[] = [];
    const monitor = new ProcessMonitor({ tags: [TAG], profile: PROFILE, sink: one => findings.push(one) });
    for (let i = 0; i < 2000; i++) {
      const value = DATA[HISTORY + i]!;
      monitor.observe('pressure', HISTORY + i, value, 'hmi-1');
      if (i % 10 === 0)
        monitor.observe('pressure', HISTORY + i + 0.4, value + (i > 1000 ? offset : 0), 'audit');
    }
    assert.deepEqual([...kinds(findings)], offset === 0 ? [] : ['process.disagreement']);
    if (offset !== 0) assert.ok(first(findings, 'process.disagreement') < 1100);
  }
});

test('a reading that no longer answers to its set-point is found', () => {
  const tags: TagInfo[] = [
    { name: 'speed', unit: 'rpm' },
    { name: 'speed.setpoint', unit: 'rpm' },
  ];
  const run = (to: ProcessLearner | ProcessMonitor, from: number, seconds: number, answers: boolean) => {
    const uniform = uniforms(11);
    const normal = normals(13);
    let wanted = 1500;
    let speed = 1500;
    for (let i = from; i < from + seconds; i++) {
      if (i % 300 === 150) {
        wanted = 1460 + 20 * Math.floor(uniform() * 5);
        to.command('speed.setpoint', i + 0.5, wanted);
      }
      if (answers) speed += 0.5 * (wanted - speed);
      to.observe('speed', i, speed + 0.4 * normal(), 'hmi-1');
      to.observe('speed.setpoint', i, wanted, 'hmi-1');
    }
  };
  const learner = new ProcessLearner(tags);
  run(learner, 0, 7200, true);
  const profile = learner.learn();
  const setpoint = profile.tags.find(({ tag }) => tag === 'speed.setpoint');
  assert.equal(setpoint?.responses[0]?.tag, 'speed');
  const gain = setpoint?.responses[0]?.gain ?? 0;
  assert.ok(gain > 0.7 && gain < 1.1, `${gain}`);
  for (const answers of [true, false]) {
    const findings: Finding[] = [];
    const monitor = new ProcessMonitor({ tags, profile, sink: one => void findings.push(one) });
    run(monitor, 7200, 1800, answers);
    const silent = findings.filter(({ kind }) => kind === 'process.unresponsive');
    assert.equal(silent.length > 0, !answers);
    if (!answers) assert.match(silent[0]?.evidence[0]?.what ?? '', /^speed\.setpoint was set to/);
  }
});

test('nothing is learned from what is outside its range or left out', () => {
  const learner = new ProcessLearner([TAG], [{ tag: 'pressure', from: 100, to: 4000 }]);
  for (let i = 0; i < HISTORY; i++) learner.observe('pressure', i, i % 50 === 0 ? 80 : DATA[i]!, 'hmi-1');
  const [tag] = learner.learn().tags;
  assert.equal(tag?.readings, 100 + 10_399 - 2 - 207);
});

test('with too little history detectors are silent, and say how much they need', () => {
  const [tag] = learned(DATA.subarray(0, 1000)).tags;
  assert.deepEqual(tag?.silent, { all: '1000 readings; 3600 (1.0 h) are needed' });
  assert.deepEqual(found(DATA.subarray(HISTORY), { 'cofferdam-process': 1, tags: [tag!] }), []);
});

test('no reading breaks anything, and detectors work afterwards', () => {
  const odd = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 5e-324, 0),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(odd, odd), { maxLength: 40 }), pairs => {
      const findings: Finding[] = [];
      const monitor = new ProcessMonitor({
        tags: [TAG],
        profile: PROFILE,
        sink: one => findings.push(one),
        memory: 1024,
      });
      for (let i = 0; i < 100; i++) monitor.observe('pressure', i, DATA[HISTORY + i]!, 'hmi-1');
      for (const [time, value] of pairs) {
        monitor.observe('pressure', Math.min(time, 200), value, 'hmi-1');
        monitor.command('pressure', time, value);
      }
      for (let i = 0; i < 400; i++) monitor.observe('pressure', 201 + i, DATA[HISTORY + i]!, 'hmi-1');
      for (let i = 0; i < 100; i++) monitor.observe('pressure', 601 + i, DATA[HISTORY + 200 + i]!, 'hmi-1');
      assert.ok(findings.some(({ kind }) => kind === 'process.replay'));
      JSON.stringify(findings);
    }),
    { numRuns: 40 },
  );
});

test('whatever is learned can be saved and loaded, and watched with', () => {
  const extreme = fc.constantFrom(0, 1, -1, 1e-300, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 1e99, 50);
  const shapes = fc.tuple(
    fc.array(fc.oneof(extreme, fc.double()), { minLength: 1, maxLength: 30 }),
    fc.nat(40),
  );
  fc.assert(
    fc.property(shapes, ([values, gap]) => {
      const learner = new ProcessLearner([{ name: 'pressure', unit: 'bar' }]);
      let time = 0;
      for (let i = 0; i < 4500; i++) {
        time += i % 97 === 0 ? gap : 1;
        learner.observe('pressure', time, values[i % values.length]!, 'hmi-1');
        if (i % 200 === 0) learner.command('pressure', time, i);
      }
      const profile = learner.learn();
      assert.deepEqual(parseProfile(formatProfile(profile), 'p.json'), JSON.parse(JSON.stringify(profile)));
      found(DATA.subarray(HISTORY, HISTORY + 200), profile);
    }),
    { numRuns: 6 },
  );
});

test('the order in which tags are handed over changes nothing', () => {
  const tags = ['a', 'b', 'c'].map(name => ({ name, unit: 'bar', range: [45, 50.2] as const }));
  const profile: ProcessProfile = {
    'cofferdam-process': 1,
    tags: tags.map(({ name }) => ({ ...PROFILE.tags[0]!, tag: name })),
  };
  const readings = tags.map((_, t) => pressures(20 + t, 600));
  const run = (order: readonly number[]) => {
    const findings: string[] = [];
    const monitor = new ProcessMonitor({
      tags,
      profile,
      sink: one => findings.push(JSON.stringify(one)),
      memory: 1024,
    });
    const next = [0, 0, 0];
    const observe = (t: number) => {
      const i = next[t]!++;
      if (i < 600) monitor.observe(tags[t]!.name, i, readings[t]![i]!, 'hmi-1');
    };
    for (const t of order) observe(t);
    for (let i = 0; i < 600; i++) for (let t = 0; t < 3; t++) observe(t);
    return findings.sort();
  };
  const usual = run([]);
  assert.ok(usual.length > 0);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 1500 }), order => {
      assert.deepEqual(run(order), usual);
    }),
    { numRuns: 10 },
  );
});

test('many strangers crowd nobody out, and their readings are compared with the range', () => {
  const findings: Finding[] = [];
  const monitor = new ProcessMonitor({
    tags: [TAG],
    profile: PROFILE,
    sink: one => findings.push(one),
    memory: MEMORY,
  });
  for (let i = 0; i < 100; i++) monitor.observe('pressure', i, 50, `stranger-${i}`);
  monitor.observe('pressure', 100, 60, 'one-more');
  assert.match(findings[0]?.message ?? '', /^pressure, as a further source reads it, is 60 bar/);
  for (let i = 0; i < 3000; i++) {
    monitor.observe('pressure', HISTORY + i, DATA[HISTORY + i - (i < 2000 ? 0 : 900)]!, 'hmi-1');
  }
  assert.ok(kinds(findings).has('process.replay'));
});

test('what is remembered does not grow with the readings', () => {
  const monitor = new ProcessMonitor({ tags: [TAG], profile: PROFILE, sink: () => {}, memory: 1024 });
  const feed = (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      monitor.observe('pressure', i, DATA[i % DATA.length]! + 1e-4 * (i % 97), 'hmi-1');
      monitor.observe('pressure', i, 50, `stranger-${i}`);
      if (i % 50 === 0) monitor.command('pressure', i, 40 + (i % 7));
    }
  };
  feed(0, 20_000);
  const before = memory();
  feed(20_000, 60_000);
  assert.ok(memory() - before < 2e6);
});

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return globalThis.gc === undefined ? arrayBuffers : heapUsed + arrayBuffers;
}
