import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FindingKind, finding, type Severity } from '../operation/finding.ts';
import { Grouping } from './grouping.ts';

/** A kind of another room: grouping takes the findings of any. */
const MISMATCH: FindingKind = {
  name: 'program.mismatch',
  title: 'Program block differs from the approved one',
  severity: 'critical',
  because: 'the controller may do anything',
  technique: 'T0889',
  advice: 'Load the approved program.',
};

function seen(time: number, server = 'plc-7', severity?: Severity, station?: string) {
  return finding(MISMATCH, {
    message: 'OB1 differs',
    subject: { server, ...(station === undefined ? {} : { station }) },
    evidence: [{ time, what: `OB1 at ${time}` }],
    ...(severity === undefined ? {} : { severity, because: `it is ${severity}` }),
  });
}

describe('grouping', () => {
  it('makes one of those that are alike, with count, span, the first evidence and the worst severity', () => {
    const grouping = new Grouping();
    for (let i = 0; i < 9; i++) grouping.add(seen(100 + i, 'plc-7', i === 4 ? 'critical' : 'low'));
    const [group, ...others] = grouping.findings();
    assert.deepEqual(others, []);
    assert.equal(group!.count, 9);
    assert.deepEqual([group!.from, group!.to], [100, 108]);
    assert.deepEqual(
      group!.evidence.map(({ time }) => time),
      [100, 101, 102, 103, 104],
    );
    assert.equal(group!.severity, 'critical');
    assert.equal(group!.because, 'it is critical');
  });

  it('keeps apart what has another subject, or comes after a long quiet', () => {
    const grouping = new Grouping({ quiet: 60 });
    grouping.add(seen(0));
    grouping.add(seen(10, 'plc-8'));
    grouping.add(seen(20, 'plc-7', undefined, '0/2'));
    grouping.add(seen(50));
    grouping.add(seen(111));
    assert.deepEqual(
      grouping.findings().map(({ from, count, subject }) => [from, count, subject.server, subject.station]),
      [
        [0, 2, 'plc-7', undefined],
        [10, 1, 'plc-8', undefined],
        [20, 1, 'plc-7', '0/2'],
        [111, 1, 'plc-7', undefined],
      ],
    );
  });

  it('tells the most severe first, in an order that does not depend on when it was told', () => {
    const all = [seen(5, 'b', 'low'), seen(5, 'a', 'low'), seen(9, 'c'), seen(1, 'd', 'medium')];
    const orders = [all, all.toReversed()].map(list => {
      const grouping = new Grouping();
      for (const found of list) grouping.add(found);
      return grouping.findings().map(({ subject }) => subject.server);
    });
    assert.deepEqual(orders[0], ['c', 'd', 'a', 'b']);
    assert.deepEqual(orders[0], orders[1]);
  });

  it('is bounded: what finds no room is one finding of its kind', () => {
    const grouping = new Grouping({ limit: 10 });
    for (let i = 0; i < 1000; i++) grouping.add(seen(i, `plc-${i}`));
    const findings = grouping.findings();
    assert.equal(findings.length, 11);
    const [more] = findings.filter(({ subject }) => subject.server === undefined);
    assert.equal(more!.count, 990);
    assert.match(more!.message, /more of this kind/);
  });
});
