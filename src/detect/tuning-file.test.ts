import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finding } from '../operation/finding.ts';
import { KINDS } from './finding-kinds.ts';
import { DEFAULT_TUNING, muteOf, Roles } from './tuning.ts';
import { readTuning, TuningError } from './tuning-file.ts';

const EXAMPLE = `cofferdam-tuning: 1
hosts:
  engineering: [10.1.0.21, 10.1.5.0/24]
  safety: 10.2.9.0/24
learning: 14d
quiet: 30min
thresholds:
  host-scan: { count: 20, within: 5min }
  write-flood: { count: 900 }
mute:
  - { kind: detect.upload, client: 10.1.0.30, reason: weekly backup, until: 2027-05-01 }
`;

describe('the tuning file', () => {
  it('says which hosts do what, how much is too much, and what is known', () => {
    const tuning = readTuning(EXAMPLE, 't.yaml');
    const roles = new Roles(tuning.hosts);
    assert.ok(roles.is('10.1.5.9', 'engineering'));
    assert.ok(roles.is('10.2.9.1', 'safety'));
    assert.ok(!roles.is('10.1.0.22', 'engineering'));
    assert.equal(tuning.learning, 14 * 86_400);
    assert.equal(tuning.quiet, 1800);
    assert.deepEqual(tuning.thresholds['host-scan'], { count: 20, within: 300 });
    assert.deepEqual(tuning.thresholds['write-flood'], { count: 900, within: 10 });
    assert.deepEqual(tuning.thresholds.malformed, DEFAULT_TUNING.thresholds.malformed);
  });

  it('mutes a kind, for the hosts that it names, until a day', () => {
    const { mutes } = readTuning(EXAMPLE, 't.yaml');
    const upload = (client: string, day: string, kind = KINDS.upload) =>
      finding(kind, {
        message: '',
        subject: { client, server: '10.2.0.7' },
        evidence: [{ time: Date.parse(day) / 1000, what: '' }],
      });
    assert.equal(muteOf(mutes, upload('10.1.0.30', '2027-05-01T23:00Z'))?.reason, 'weekly backup');
    assert.equal(muteOf(mutes, upload('10.1.0.30', '2027-05-02T01:00Z')), undefined);
    assert.equal(muteOf(mutes, upload('10.1.0.31', '2027-04-01')), undefined);
    assert.equal(muteOf(mutes, upload('10.1.0.30', '2027-04-01', KINDS.stop)), undefined);
  });

  it('tells every mistake at its place, and what to write', () => {
    const text = `cofferdam-tuning: 2
hosts: { enginering: [10.1.0.21], scanners: [10.1.0.300] }
learning: soon
thresholds: { host-scann: { count: 3 }, port-scan: { count: 0, within: 5 } }
mute:
  - { kind: detect.uplod, reason: x, until: 2027-13-01 }
  - { kind: detect.stop }
`;
    assert.throws(
      () => readTuning(text, 't.yaml'),
      (error: unknown) => {
        assert.ok(error instanceof TuningError);
        assert.equal(error.code, 'COFFERDAM_TUNING');
        assert.deepEqual(error.message.split('\n'), [
          "t.yaml:1:19: cofferdam-tuning is '2'; write a whole number from 1 to 1",
          "t.yaml:2:10: unknown key 'enginering' in hosts; did you mean 'engineering'?",
          "t.yaml:2:46: scanners: '10.1.0.300' is no IP address; write one such as 10.1.0.11, or a range such as 10.1.0.0/24",
          "t.yaml:3:11: learning is 'soon'; write a duration: 30s, 5min, 2h or 7d",
          "t.yaml:4:15: unknown key 'host-scann' in thresholds; did you mean 'host-scan'?",
          "t.yaml:4:61: count of port-scan is '0'; write a whole number from 1 to 1000",
          "t.yaml:4:72: within of port-scan is '5'; write a duration: 30s, 5min, 2h or 7d",
          "t.yaml:6:13: no finding is called 'detect.uplod'; did you mean 'detect.upload'?",
          "t.yaml:6:45: until is '2027-13-01'; write a day as YYYY-MM-DD, such as 2027-05-01",
          't.yaml:7:5: the mute has no reason; write `reason:` and why nobody needs to see it',
          't.yaml:7:5: the mute has no until; write `until:` and the last day that it holds, such as 2027-05-01',
        ]);
        return true;
      },
    );
  });

  it('takes no file that is something else', () => {
    for (const text of ['', '[1, 2]', 'hosts: {}', '\u0000', '"', '- a\n- b', 'a: *b', '---\n---\n']) {
      assert.throws(() => readTuning(text, 't.yaml'), TuningError, JSON.stringify(text));
    }
  });
});
