/**
 * Traffic of offices, without industrial messages: nothing in it is taken for a control protocol, unless tshark does so too when it looks
 * at the content and not at ports.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { capturePath, withoutCapture } from '../captures.ts';
import { withoutPeer } from '../peers.ts';
import { findCaptures } from './compare.ts';

/** Names that tshark has for our protocols. */
const THEIRS: Readonly<Record<string, string>> = { modbus: 'mbtcp', s7comm: 's7comm' };

const skip = withoutCapture('background') || withoutPeer('tshark');

describe('office traffic', { skip }, () => {
  it('raises no operation of a control protocol that tshark does not see', async () => {
    const captures = skip === false ? await findCaptures(capturePath('background')) : [];
    const raised: string[] = [];
    let packets = 0;
    for (const path of captures) {
      const inspection = new Inspection({ protocols: PROTOCOLS });
      await readAll(inspection, [path]);
      const summary = inspection.finish();
      packets += summary.packets;
      for (const { protocol, operations } of summary.protocols) {
        if (operations > 0 && !seen(path, protocol)) raised.push(`${path}: ${operations} of ${protocol}`);
      }
    }
    assert.deepEqual(raised, []);
    assert.ok(packets > 10_000, `${packets} packets`);
  });
});

/** Does tshark find the protocol in the capture by its content? */
function seen(path: string, protocol: string): boolean {
  const name = THEIRS[protocol];
  if (name === undefined) return false;
  const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-Y', name, '-c', '1'], { encoding: 'utf8' });
  return stdout !== '';
}
