/**
 * The controller of a cascade: an S7 CPU that runs its blocks. Each cycle the converters' words come into the process
 * image, the program runs, and the commands go out. In STOP the outputs are off, and the converters ramp down.
 *
 * @module
 */

import { BlockMachine, type Fault } from '../block-machine/block-machine.ts';
import type { Random } from '../random.ts';
import { S7Controller } from '../s7-controller.ts';
import { cascadeProgram, INPUT, OUTPUT, SCALE } from './cascade-program.ts';
import { NOISE } from './constants.ts';
import type { Drive } from './drive.ts';
import type { Cascade } from './tags.ts';

/** Serial numbers of the CPUs, by cascade. */
const SERIAL = { 'plc-a': 'S C-F4UR51712031', 'plc-b': 'S C-F4UR51712044' } as const;

export class CascadeController {
  readonly cpu: S7Controller;
  /** Why the program stopped the CPU; undefined while it did not. */
  fault: Fault | undefined;
  readonly #machine: BlockMachine;
  readonly #drives: readonly Drive[];
  readonly #random: Random;

  /** `now` is the plant's clock, ms since 1970 UTC. */
  constructor(name: Cascade, drives: readonly Drive[], random: Random, now: () => number) {
    this.#drives = drives;
    this.#random = random;
    this.cpu = new S7Controller(
      {
        order: '6ES7 315-2EH14-0AB0',
        station: 'ROTOR HALL',
        module: name.toUpperCase(),
        serial: SERIAL[name],
        firmware: [3, 2, 6],
      },
      cascadeProgram(),
      now,
    );
    const { cpu } = this;
    this.#machine = new BlockMachine({
      ...cpu.areas,
      data: number => cpu.data(number),
      block: (type, number) => cpu.code(type, number),
    });
  }

  /** One cycle. */
  cycle(): void {
    const { cpu } = this;
    this.#measure(cpu.areas.inputs);
    if (cpu.running) {
      this.fault = this.#machine.cycle();
      if (this.fault !== undefined) cpu.running = false;
    }
    this.#command(cpu.areas.outputs);
  }

  #measure(inputs: DataView): void {
    for (const [position, drive] of this.#drives.entries()) {
      const at = position * INPUT.stride;
      // What turns is measured with noise; what stands still is shown as standing still.
      const noise = drive.speed > 0 ? 1 : 0;
      const put = (offset: number, value: number, scale: number, deviation: number): void => {
        const count = Math.round((value + noise * deviation * this.#random.normal()) * scale);
        inputs.setInt16(at + offset, Math.min(Math.max(count, 0), 32767));
      };
      put(INPUT.frequency, drive.turns, SCALE.frequency, NOISE.frequency);
      put(INPUT.vibration, drive.vibration, SCALE.vibration, NOISE.vibration);
      put(INPUT.temperature, drive.winding, SCALE.temperature, NOISE.temperature);
      put(INPUT.current, drive.current, SCALE.current, NOISE.current);
      inputs.setUint8(at + INPUT.status, drive.frequency > 0 ? 1 : 0);
    }
  }

  #command(outputs: DataView): void {
    for (const [position, drive] of this.#drives.entries()) {
      const at = position * OUTPUT.stride;
      drive.run = this.cpu.running && (outputs.getUint8(at + OUTPUT.run) & 1) === 1;
      drive.command = outputs.getInt16(at + OUTPUT.frequency) / SCALE.frequency;
    }
  }
}
