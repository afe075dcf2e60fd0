import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ExerciseEvent } from '../drill/exercise.ts';
import type { VerdictEvent } from '../gateway/event.ts';
import { TAG } from '../plant/compressor/tags.ts';
import { loadPolicy } from '../policy/parse.ts';
import { EventTeller } from './start-events.ts';

const policy = await loadPolicy(
  fileURLToPath(new URL('../../policies/compressor-station.yaml', import.meta.url)),
);

function denial(reason: string, client = '127.0.1.66'): ExerciseEvent {
  const event = { event: 'verdict', verdict: 'deny', client, target: 'plc-process' };
  return { kind: 'gateway', event: { ...event, reason } as VerdictEvent };
}

const step = {
  name: 'scan',
  technique: 'T0888',
  from: 'vendor-1',
  to: 'plc-process',
  attempts: [],
  refusal: 1,
};
const result = {
  ...step,
  requests: 5,
  refused: 5,
  held: true,
  saw: ['refused: illegal function'],
  sessionAlive: true,
};

test('a step is told with the denials that answer it, and many of them are cut short', () => {
  const teller = new EventTeller(policy);
  assert.deepEqual(teller.take({ kind: 'trying', step }), []);
  assert.deepEqual(teller.take(denial('denied: function 0')), []);
  for (let n = 1; n <= 4; n++) assert.deepEqual(teller.take(denial(`denied: function ${n}`)), []);
  assert.deepEqual(teller.flush(), [], 'held back while the step is tried');
  assert.deepEqual(teller.take({ kind: 'step', result }), [
    {
      kind: 'held',
      title: '✓ refused  vendor-1: scan',
      details: [
        'answers to 5 requests: illegal function',
        'plc-process: denied: function 0',
        'plc-process: denied: function 1',
        '… and 3 more',
      ],
    },
  ]);
  assert.deepEqual(teller.flush(), []);
});

test('what got through is told as such', () => {
  const teller = new EventTeller(policy);
  const through = { ...result, requests: 1, refused: 0, held: false, saw: ['done'] };
  assert.deepEqual(teller.take({ kind: 'step', result: through }), [
    { kind: 'harm', title: '✗ NOT REFUSED  vendor-1: scan', details: ['answer: done'] },
  ]);
});

test('a denial of what somebody else asked for is an event of its own', () => {
  const teller = new EventTeller(policy);
  teller.take({ kind: 'trying', step });
  teller.take(denial('denied: function 1'));
  teller.take(denial('denied: function 2', '127.0.1.99'));
  const [other, own] = teller.take({ kind: 'step', result });
  assert.deepEqual(other, {
    kind: 'gateway',
    title: 'denied 127.0.1.99 → plc-process',
    details: ['plc-process: denied: function 2'],
  });
  assert.equal(own?.kind, 'held');
});

test('what the operator sets is told, and loudly where it was not done', () => {
  const teller = new EventTeller(policy);
  const adjustment = { tag: TAG.speedSetpoint, value: 1480, done: true };
  assert.deepEqual(teller.take({ kind: 'adjustment', adjustment }), [
    { kind: 'operator', title: 'operator sets speed.setpoint = 1480.0 rpm', details: [] },
  ]);
  assert.deepEqual(teller.take({ kind: 'adjustment', adjustment: { ...adjustment, done: false } }), [
    { kind: 'harm', title: '✗ NOT DONE: operator sets speed.setpoint = 1480.0 rpm', details: [] },
  ]);
});

test('what passes needs no line', () => {
  const teller = new EventTeller(policy);
  const event = { event: 'verdict', verdict: 'allow' } as VerdictEvent;
  assert.deepEqual(teller.take({ kind: 'gateway', event }), []);
  assert.deepEqual(teller.flush(), []);
});
