import assert from 'node:assert/strict';
import { it } from 'node:test';
import { communityId } from './community-id.ts';

// From the baselines of the specification, github.com/corelight/community-id-spec.
const KNOWN = [
  ['tcp', '128.232.110.120', 34_855, '66.35.250.204', 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['tcp', '66.35.250.204', 80, '128.232.110.120', 34_855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['udp', '192.168.1.52', 54_585, '8.8.8.8', 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
] as const;

it('gives a flow the name that other programs give it, in both directions', () => {
  for (const [transport, client, clientPort, server, serverPort, expected] of KNOWN) {
    assert.equal(communityId(transport, client, clientPort, server, serverPort), expected);
  }
  const six = communityId('tcp', '2001:db8::1', 40_000, 'fe80::2', 502);
  assert.equal(communityId('tcp', 'fe80::2', 502, '2001:db8::1', 40_000), six);
  assert.notEqual(communityId('udp', 'fe80::2', 502, '2001:db8::1', 40_000), six);
});
