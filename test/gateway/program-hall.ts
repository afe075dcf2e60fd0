/**
 * A simulated S7 controller behind a live gateway with a permit store, and a station that loads blocks into it.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { driveProgram } from '../../src/plant/compressor/drive-program.ts';
import type { S7Block } from '../../src/plant/s7-block.ts';
import { connectS7, downloadBlock } from '../../src/plant/s7-client.ts';
import { S7Controller } from '../../src/plant/s7-controller.ts';
import { s7Server } from '../../src/plant/s7-server.ts';
import { live } from './live-stand.ts';
import { permitStand } from './permit-stand.ts';
import { HMI, PLC, policyOf, policyText } from './stand.ts';

export async function programHall(t: TestContext) {
  const identity = { order: '6ES7 315-2EH14-0AB0', station: 'S', module: 'CPU', serial: 'S 1' };
  const controller = new S7Controller({ ...identity, firmware: [3, 2, 6] }, driveProgram(), Date.now);
  const server = s7Server(controller);
  const port = await server.listen(PLC);
  t.after(() => server.close());
  const keeper = await permitStand(t);
  const text = policyText({ s7comm: port }).replace(
    '      - write: DB1 0-9',
    '      - write: DB1 0-9\n    download: permit',
  );
  const stand = await live(t, {}, { policy: policyOf(text), permits: keeper.permits });
  const client = await connectS7(HMI, { address: '127.0.0.1', port: stand.port('s7comm') });
  t.after(() => client.close());
  return {
    ...keeper,
    controller,
    events: stand.events,
    /** Loads a block and has it take effect: true where the controller runs it now. */
    async load(block: S7Block): Promise<boolean> {
      const { error } = await downloadBlock(client, block).catch(() => ({ error: -1 }));
      const running = controller.block(block.type, block.number);
      const done = running !== undefined && Buffer.compare(running.bytes, block.bytes) === 0;
      assert.equal(done, error === 0);
      return done;
    },
  };
}
