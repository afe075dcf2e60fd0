import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ExerciseEvent } from '../drill/exercise.ts';
import type { VerdictEvent } from '../gateway/event.ts';
import { TAG } from '../plant/compressor/tags.ts';
import { loadPolicy } from '../policy/parse.ts';
import { EventLines } from './start-events.ts';

const policy = await loadPolicy(
  fileURLToPath(new URL('../../policies/compressor-station.yaml', import.meta.url)),
);

function denial(n: number): ExerciseEvent {
  const event = { event: 'verdict', verdict: 'deny', client: '127.0.1.66', target: 'plc-process' };
  return { kind: 'gateway', event: { ...event, reason: `denied: function ${n}` } as VerdictEvent };
}

test('denials are told before what they belong to, and many of them are cut short', () => {
  const lines = new EventLines(policy);
  for (let n = 1; n <= 5; n++) assert.deepEqual(lines.take(denial(n)), []);
  const step = {
    name: 'scan',
    technique: 'T0888',
    from: 'vendor-1',
    to: 'plc-process',
    requests: 5,
    refused: 5,
  };
  const result = { ...step, held: true, saw: ['refused: illegal function'], sessionAlive: true };
  assert.deepEqual(lines.take({ kind: 'step', result }), [
    { kind: 'gateway', text: 'gateway   vendor-1 → plc-process: denied: function 1' },
    { kind: 'gateway', text: 'gateway   vendor-1 → plc-process: denied: function 2' },
    { kind: 'gateway', text: 'gateway   … and 3 more' },
    {
      kind: 'held',
      text: 'intruder  ✓ vendor-1 → plc-process: scan (5 requests): refused: illegal function',
    },
  ]);
  assert.deepEqual(lines.flush(), []);
});

test('what the operator sets is told, and loudly where it was not done', () => {
  const lines = new EventLines(policy);
  const adjustment = { tag: TAG.speedSetpoint, value: 1480, done: true };
  assert.deepEqual(lines.take({ kind: 'adjustment', adjustment }), [
    { kind: 'operator', text: 'operator  speed.setpoint = 1480.0 rpm' },
  ]);
  assert.deepEqual(lines.take({ kind: 'adjustment', adjustment: { ...adjustment, done: false } }), [
    { kind: 'harm', text: 'operator  speed.setpoint = 1480.0 rpm: NOT DONE' },
  ]);
});

test('what passes needs no line', () => {
  const lines = new EventLines(policy);
  const event = { event: 'verdict', verdict: 'allow' } as VerdictEvent;
  assert.deepEqual(lines.take({ kind: 'gateway', event }), []);
  assert.deepEqual(lines.flush(), []);
});
