import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesPerCall } from '../../test/allocation.ts';
import { Operation } from '../operation/operation.ts';
import { commit, decide, settle } from './decide.ts';
import { Verdict, verdictOf } from './decision.ts';
import { PolicyState } from './state.ts';
import { readStatement } from './statement.ts';
import { plantWith } from './testing.ts';

/** So many that what V8 allocates in pieces, while it still compiles, is far below a byte a call. */
const CALLS = 1_000_000;
/** A fraction that is boxed once a call would be 12 or 16 bytes. */
const LITTLE = 1;

const policy = plantWith(
  'allow: [{ read: anything }, { write: [level, holding 10-20] }]\ndeny: [{ write: holding 15, range: [5, 9] }]',
  'level: { at: plc modbus holding 1, type: float32, step: 10, range: [0, 1000] }',
);
const route = policy.route('10.0.0.1', 'plc', 'modbus');

function operation(text: string): Operation {
  const said = readStatement(policy, 'plc', policy.protocols[0]!, text);
  assert.ok('op' in said);
  return said.op;
}

const WITHOUT_LIMITS = [
  { text: 'read holding 0-99', verdict: Verdict.allow },
  { text: 'write holding 10-13 = 1, 2, 3, 4', verdict: Verdict.allow },
  { text: 'write holding 15 = 7', verdict: Verdict.deny },
];
for (const { text, verdict } of WITHOUT_LIMITS) {
  test(`deciding and committing ${text} allocates nothing`, () => {
    const state = new PolicyState(policy);
    const op = operation(text);
    let wrong = 0;
    const bytes = bytesPerCall(() => {
      const decision = decide(route, state, op);
      if (verdictOf(decision) !== verdict) wrong++;
      if (verdict !== Verdict.deny) commit(route, state, op, decision);
    }, CALLS);
    assert.equal(wrong, 0);
    assert.ok(bytes < LITTLE, `${bytes} bytes`);
  });
}

test('deciding, committing and settling a tag with a step allocates nothing', () => {
  const state = new PolicyState(policy);
  const op = operation('write level = 5.5');
  const answer = new Operation();
  Object.assign(answer, op, { side: 1, phase: 1, outcome: 1 });
  settle(state, answer);
  const deciding = bytesPerCall(() => decide(route, state, op), CALLS);
  const rest = bytesPerCall(() => {
    commit(route, state, op, 0);
    settle(state, answer);
  }, CALLS);
  assert.ok(deciding < LITTLE, `${deciding} bytes`);
  assert.ok(rest < LITTLE, `${rest} bytes`);
});
