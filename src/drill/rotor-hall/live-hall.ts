/**
 * The rotor hall as it runs day by day, in real time or faster, behind the gateway or not: for whoever wants to talk to its
 * controllers with programs of his own. Nobody intrudes here; that is the exercise's affair.
 *
 * @module
 */

import type { GatewayEvent } from '../../gateway/event.ts';
import { pace } from '../../plant/pace.ts';
import { Random } from '../../plant/random.ts';
import { repeat } from '../../plant/repeat.ts';
import { cascadeProgram } from '../../plant/rotor-hall/cascade-program.ts';
import { type BlockDifference, EngineeringStation } from '../../plant/rotor-hall/engineering-station.ts';
import { Historian } from '../../plant/rotor-hall/historian.ts';
import type { HallEndpoints } from '../../plant/rotor-hall/network.ts';
import { type Adjustment, OperatorStation } from '../../plant/rotor-hall/operator-station.ts';
import { RotorHall } from '../../plant/rotor-hall/rotor-hall.ts';
import { CASCADES, type Cascade, MONITOR } from '../../plant/rotor-hall/tags.ts';
import type { Policy } from '../../policy/policy.ts';
import { ENGINEER, HISTORIAN, OPERATOR } from './intrusion.ts';
import { type OpenHall, openHall } from './open-hall.ts';

export interface LiveHallOptions {
  readonly policy: Policy;
  readonly seed: number;
  /** Seconds of the hall's time in a second. */
  readonly speed: number;
  /** False lets everybody talk to the controllers directly. */
  readonly defended: boolean;
  /** Listen where the policy says, instead of on free ports. */
  readonly fixedPorts: boolean;
  readonly adjusted: (adjustment: Adjustment) => void;
  readonly compared: (cascade: Cascade, differences: readonly BlockDifference[]) => void;
  readonly gatewayTold: (event: GatewayEvent) => void;
}

/** Milliseconds between two rounds of the stations. */
const OPERATOR_PERIOD = 1000;
const HISTORIAN_PERIOD = 5000;
const ENGINEER_PERIOD = 60_000;

export class LiveHall {
  readonly hall: RotorHall;
  /** Where clients find the devices. */
  readonly endpoints: HallEndpoints;
  readonly #open: OpenHall;
  readonly #closing: (() => void)[] = [];
  readonly #stopping: (() => unknown)[] = [];

  /** Builds everything, and lets the hall run and its stations work. */
  static async start(options: LiveHallOptions): Promise<LiveHall> {
    const { policy, seed, fixedPorts, defended, gatewayTold } = options;
    const hall = new RotorHall({ seed, start: Date.now() });
    const open = await openHall(hall, { policy, guarded: defended, fixedPorts, tell: gatewayTold });
    return new LiveHall(options, hall, open);
  }

  private constructor(
    { policy, seed, speed, adjusted, compared }: LiveHallOptions,
    hall: RotorHall,
    open: OpenHall,
  ) {
    const { endpoints } = open;
    this.hall = hall;
    this.endpoints = endpoints;
    this.#open = open;
    const address = (name: string): string => policy.hosts.get(name)!.network.text;
    const operator = new OperatorStation(address(OPERATOR), endpoints, new Random(seed ^ 0x165667b1));
    const historian = new Historian(address(HISTORIAN), endpoints[MONITOR]);
    const engineers = CASCADES.map(cascade => ({
      cascade,
      station: new EngineeringStation(address(ENGINEER), endpoints[cascade], cascadeProgram()),
    }));
    this.#closing.push(
      () => operator.close(),
      () => historian.close(),
      ...engineers.map(
        ({ station }) =>
          () =>
            station.close(),
      ),
    );
    this.#stopping.push(
      pace(hall, speed),
      repeat(OPERATOR_PERIOD, async () => {
        const adjustment = await operator.round();
        if (adjustment !== undefined) adjusted(adjustment);
      }),
      repeat(HISTORIAN_PERIOD, () => historian.round()),
      repeat(ENGINEER_PERIOD, async () => {
        for (const { cascade, station } of engineers) {
          await station.look();
          compared(cascade, await station.compare());
        }
      }),
    );
  }

  /** Ends it all: the stations finish what they are at, then the connections close. */
  async stop(): Promise<void> {
    await Promise.all(this.#stopping.map(stop => stop()));
    for (const close of this.#closing) close();
    await this.#open.close();
  }
}
