import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Operation } from '../operation/operation.ts';
import { commit, decide, settle } from './decide.ts';
import { PolicyState } from './state.ts';
import { readStatement } from './statement.ts';
import { plantWith } from './testing.ts';

const ROUNDS = 200_000;

test('deciding, committing and settling allocate nothing', () => {
  const policy = plantWith(
    'allow: [{ read: anything }, { write: [level, holding 10-20] , rate: 10000/s }]\ndeny: [{ write: holding 15, range: [5, 9] }]',
    'level: { at: plc modbus holding 1, type: float32, step: 10, range: [0, 1000] }',
  );
  const { protocols } = policy;
  const route = policy.route('10.0.0.1', 'plc', 'modbus');
  const state = new PolicyState(policy);
  const operations: Operation[] = [
    'read holding 0-99',
    'write level = 5.5',
    'write holding 10-13 = 1, 2, 3, 4',
    'write holding 15 = 7',
  ].map(text => {
    const said = readStatement(policy, 'plc', protocols[0]!, text);
    assert.ok('op' in said);
    return said.op;
  });
  const answer = new Operation();
  Object.assign(answer, operations[1], { side: 1, phase: 1, outcome: 1 });
  let time = 1000;
  let denied = 0;
  const round = () => {
    for (const op of operations) {
      op.time = time;
      const decision = decide(route, state, op);
      if ((decision & 3) === 0) denied++;
      else commit(route, state, op, decision);
    }
    answer.time = time;
    settle(state, answer);
    time += 1;
  };
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 20_000; i++) round();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < ROUNDS; i++) round();
  const perDecision = (process.memoryUsage().heapUsed - before) / (ROUNDS * operations.length);
  assert.ok(denied > 0);
  assert.ok(perDecision < 1, `${perDecision} bytes per decision`);
});
