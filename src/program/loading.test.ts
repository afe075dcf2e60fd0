/**
 * When a program is being changed, and when no longer.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operation, Outcome } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { Step } from '../protocol/protocol.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { changesProgram, Loading } from './loading.ts';

/** An operation of a transfer that goes on at `time`. */
function op(time: number, step: Step, flow = 1): Operation {
  const fn = s7comm.functions.findIndex(row => row.step === step);
  return Object.assign(new Operation(), { time, flow, fn, verb: Verb.download });
}

test('from its begin, over pauses, until some time after its end', () => {
  const loading = new Loading();
  assert.equal(loading.since(0), undefined);
  // Loaded past the passive filesystem, as the record without a name says: begun all the same.
  loading.passed(op(100, Step.begin), s7comm);
  loading.passed(op(101, Step.content), s7comm);
  assert.equal(loading.since(200), 100, 'a station that pauses');
  loading.passed(op(201, Step.end), s7comm);
  assert.equal(loading.since(215), 100, 'the next block may come');
  assert.equal(loading.since(217), undefined);
});

test('until its session ends, it fails, or it is given up', () => {
  const loading = new Loading();
  loading.passed(op(100, Step.begin), s7comm);
  loading.left(1);
  assert.equal(loading.since(116), undefined);
  loading.passed(op(200, Step.begin), s7comm);
  loading.passed(Object.assign(op(201, Step.begin), { outcome: Outcome.failed }), s7comm);
  assert.equal(loading.since(217), undefined);
  loading.passed(op(300, Step.begin), s7comm);
  assert.equal(loading.since(419), 300);
  assert.equal(loading.since(421), undefined);
});

test('sessions beside each other count each for itself', () => {
  const loading = new Loading();
  loading.passed(op(100, Step.begin, 1), s7comm);
  loading.passed(op(110, Step.begin, 2), s7comm);
  loading.left(1);
  assert.equal(loading.since(111), 100);
  assert.equal(loading.since(130), 110);
});

test('what reads a program does not change it; deletions, activations and firmware do', () => {
  const of = (verb: Verb) => changesProgram(Object.assign(new Operation(), { verb }), s7comm);
  assert.deepEqual([Verb.upload, Verb.read, Verb.write, Verb.stop].map(of), [false, false, false, false]);
  assert.deepEqual([Verb.download, Verb.activate, Verb.delete, Verb.firmware].map(of), [
    true,
    true,
    true,
    true,
  ]);
});
