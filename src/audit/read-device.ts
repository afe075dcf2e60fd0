/**
 * Reads the program of a device over a connection of its own, and again where it was changed meanwhile.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type DeviceProgram, PROGRAM_LIMITS, type ProgramLimits } from '../protocol/program-reader.ts';
import { type AskOptions, askDevice, Patience } from './ask-device.ts';
import { type Device, DeviceError } from './device-link.ts';

/** How often a program that is being changed is read, and how long it is left alone in between, ms. */
const ATTEMPTS = 3;
const SETTLE = 10_000;
export interface ReadOptions extends AskOptions {
  readonly limits?: ProgramLimits;
  /** How long a program that was changed while it was read is left alone, ms. */
  readonly settle?: number;
}

/** What was read, and what it took. */
export interface Reading {
  readonly program: DeviceProgram;
  /** When it began and ended, ms since 1970-01-01 UTC. */
  readonly began: number;
  readonly ended: number;
  readonly requests: number;
}

/**
 * Reads the program; again after a while where it was changed meanwhile, and anew where it was held back. Throws
 * {@link DeviceError} where there is no reading it.
 */
export async function readDevice(device: Device, options: ReadOptions = {}): Promise<Reading> {
  const { signal, settle = SETTLE, limits = PROGRAM_LIMITS } = options;
  const { protocol, station } = device;
  const reader = protocol.readBack;
  if (reader === undefined) {
    throw new DeviceError(`${protocol.title} gives no way to read a program back; see docs/audit.md`);
  }
  const patience = new Patience(device, options);
  for (let attempt = 1; ; attempt++) {
    const asked = await askDevice(device, () => reader.read(station, limits), options, patience);
    const { value: program, ...took } = asked;
    if (program.steady) return { program, ...took };
    if (attempt === ATTEMPTS) {
      const where = `${device.address}:${device.port}`;
      throw new DeviceError(
        `${where}: its program was changed each of the ${ATTEMPTS} times that it was read; read it when nobody works on it`,
      );
    }
    await sleep(settle, undefined, { signal });
  }
}
