/**
 * `cofferdam program read`: reads a controller's program into a folder, as the one to trust.
 *
 * @module
 */

import { approvedFrom } from '../audit/approved-program.ts';
import { assertFree, writeProgram } from '../audit/program-folder.ts';
import { readDevice } from '../audit/read-device.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { DEVICE_OPTIONS, readDeviceWords } from './device.ts';
import { stopSignal } from './stop-signal.ts';

export async function programRead(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...DEVICE_OPTIONS, into: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [place, extra] = positionals;
  if (place === undefined || extra !== undefined) {
    throw new UsageError(
      'name one controller: cofferdam program read HOST[:PORT] --station 0/2 --into FOLDER',
    );
  }
  const into = values.into;
  if (into === undefined) throw new UsageError('say where the program goes: --into FOLDER');
  await assertFree(into);
  const { device, rate } = await readDeviceWords(place, values);
  const stop = stopSignal();
  try {
    const reading = await readDevice(device, { rate, signal: stop.signal });
    const program = approvedFrom(device, reading.program, reading.ended);
    const sha256 = await writeProgram(into, program);
    const { blocks, listed, problems, facts } = program;
    if (values.json) {
      const { requests, began, ended } = reading;
      const seconds = (ended - began) / 1000;
      console.log(
        JSON.stringify(
          { folder: into, sha256, requests, seconds, facts, blocks, listed, problems },
          undefined,
          2,
        ),
      );
      return 0;
    }
    for (const { name, value } of facts) console.log(`${name.padEnd(28)}${value}`);
    for (const { object, bytes, sha256 } of blocks) {
      console.log(`${object.padEnd(12)}${String(bytes).padStart(7)} bytes  ${sha256}`);
    }
    if (listed.length > 0) console.log(`not read: ${listed.join(' ')}`);
    for (const problem of problems) console.log(`NOTE ${problem}`);
    console.log(
      `${into}: ${blocks.length} blocks, ${reading.requests} requests; program ${sha256.slice(0, 12)}`,
    );
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return stop.code;
    throw error;
  } finally {
    stop.release();
  }
}
