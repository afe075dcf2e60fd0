/**
 * An exercise on the simulated compressor station: the plant, its stations, the gateway in between (or not), and an
 * intruder who runs a scenario. All on the loopback network.
 *
 * @module
 */

import type { Counts } from '../gateway/counts.ts';
import type { GatewayEvent } from '../gateway/event.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { CompressorStation } from '../plant/compressor/compressor-station.ts';
import { EngineeringStation } from '../plant/compressor/engineering-station.ts';
import { CompressorNetwork, type ControllerEndpoints } from '../plant/compressor/network.ts';
import { type Adjustment, OperatorStation } from '../plant/compressor/operator-station.ts';
import { DRIVE_CONTROLLER, PROCESS_CONTROLLER } from '../plant/compressor/tags.ts';
import { pace } from '../plant/pace.ts';
import { Random } from '../plant/random.ts';
import { repeat } from '../plant/repeat.ts';
import type { Excursion } from '../plant/safety-watch.ts';
import type { StationCounts } from '../plant/station-link.ts';
import type { Policy } from '../policy/policy.ts';
import { checkGround, openGateway, upstreamOf } from './gateway-ground.ts';
import { ENGINEER, OPERATOR, STATIONS } from './hosts.ts';
import { Intruder } from './runner.ts';
import type { Step, StepResult } from './step.ts';

export type ExerciseEvent =
  | { readonly kind: 'adjustment'; readonly adjustment: Adjustment }
  | { readonly kind: 'trying'; readonly step: Step }
  | { readonly kind: 'step'; readonly result: StepResult }
  | { readonly kind: 'gateway'; readonly event: GatewayEvent };

export interface ExerciseOptions {
  readonly policy: Policy;
  readonly seed: number;
  /** Seconds of the plant's time in a second. */
  readonly speed: number;
  /** False lets the intruder, and everybody, talk to the controllers directly. */
  readonly defended: boolean;
  /** Listen where the policy says, instead of on free ports. */
  readonly fixedPorts: boolean;
  readonly tell: (event: ExerciseEvent) => void;
}

/** What became of the plant. */
export interface PlantOutcome {
  /** Seconds of the plant's time. */
  readonly seconds: number;
  readonly inSafeRange: boolean;
  readonly excursions: readonly Excursion[];
  /** Of the motor, rpm. */
  readonly highestSpeed: number;
  readonly surgeCycles: number;
  /** Share of the rotor's life that was used up, 0 to 1; 1 is wrecked. */
  readonly damage: number;
  readonly wrecked: boolean;
  /** Why a controller tripped the train; '' while none did. */
  readonly processTrip: string;
  readonly driveTrip: string;
  readonly driveRunning: boolean;
}

/** Milliseconds between two rounds of the stations. */
const OPERATOR_PERIOD = 500;
const ENGINEER_PERIOD = 3000;

export class Exercise {
  readonly plant: CompressorStation;
  readonly operator: OperatorStation;
  readonly engineer: EngineeringStation;
  /** Where clients find the controllers. */
  readonly endpoints: ControllerEndpoints;
  readonly #network: CompressorNetwork;
  readonly #gateway: Gateway | undefined;
  readonly #intruder: Intruder;
  readonly #options: ExerciseOptions;
  readonly #stopping: (() => unknown)[] = [];

  /** Builds everything, and lets the plant run and its stations work. */
  static async start(options: ExerciseOptions): Promise<Exercise> {
    const { policy, seed, fixedPorts, defended } = options;
    checkGround(policy, STATIONS, [PROCESS_CONTROLLER, DRIVE_CONTROLLER]);
    const plant = new CompressorStation({ seed, start: Date.now() });
    const network = new CompressorNetwork(plant);
    try {
      const controllers = await network.listen({
        process: upstreamOf(policy, PROCESS_CONTROLLER, fixedPorts),
        drive: upstreamOf(policy, DRIVE_CONTROLLER, fixedPorts),
      });
      if (!defended) return new Exercise(options, plant, network, undefined, controllers);
      const { gateway, endpoints } = await openGateway(
        { policy, fixedPorts, tell: event => options.tell({ kind: 'gateway', event }) },
        { [PROCESS_CONTROLLER]: controllers.process, [DRIVE_CONTROLLER]: controllers.drive },
      );
      const seen = { process: endpoints[PROCESS_CONTROLLER], drive: endpoints[DRIVE_CONTROLLER] };
      return new Exercise(options, plant, network, gateway, seen);
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  private constructor(
    options: ExerciseOptions,
    plant: CompressorStation,
    network: CompressorNetwork,
    gateway: Gateway | undefined,
    endpoints: ControllerEndpoints,
  ) {
    const { policy, seed, speed, tell } = options;
    this.#options = options;
    this.plant = plant;
    this.#network = network;
    this.#gateway = gateway;
    this.endpoints = endpoints;
    const hosts = new Map(STATIONS.map(name => [name, policy.hosts.get(name)!.network.text]));
    this.operator = new OperatorStation(hosts.get(OPERATOR)!, endpoints, new Random(seed ^ 0x27d4eb2f));
    this.engineer = new EngineeringStation(hosts.get(ENGINEER)!, endpoints.drive);
    this.#intruder = new Intruder({
      hosts,
      endpoints: new Map([
        [PROCESS_CONTROLLER, endpoints.process],
        [DRIVE_CONTROLLER, endpoints.drive],
      ]),
    });
    this.#stopping.push(
      pace(plant, speed),
      repeat(OPERATOR_PERIOD, async () => {
        const adjustment = await this.operator.round();
        if (adjustment !== undefined) tell({ kind: 'adjustment', adjustment });
      }),
      repeat(ENGINEER_PERIOD, () => this.engineer.round()),
    );
  }

  /** Lets the intruder try one step. */
  async try(step: Step): Promise<StepResult> {
    const { tell } = this.#options;
    tell({ kind: 'trying', step });
    const result = await this.#intruder.run(step);
    tell({ kind: 'step', result });
    return result;
  }

  get outcome(): PlantOutcome {
    const { train, time, watch, process, drive } = this.plant;
    const { highestSpeed, surgeCycles, damage, wrecked } = train.consequences;
    const excursions = watch.excursions;
    return {
      seconds: Math.round(time * 100) / 100,
      inSafeRange: excursions.length === 0,
      excursions,
      highestSpeed: Math.round(highestSpeed),
      surgeCycles,
      damage: Math.round(damage * 1000) / 1000,
      wrecked,
      processTrip: process.trip,
      driveTrip: drive.trip,
      driveRunning: drive.cpu.running,
    };
  }

  /** What the stations' requests came to. */
  get stations(): { readonly operator: StationCounts; readonly engineer: StationCounts } {
    return { operator: this.operator.counts, engineer: this.engineer.counts };
  }

  /** What the gateway did; undefined without one. */
  get gatewayCounts(): Counts | undefined {
    return this.#gateway?.counts;
  }

  /** Ends it all: the stations finish what they are at, then the connections close. */
  async stop(): Promise<void> {
    await Promise.all(this.#stopping.map(stop => stop()));
    this.operator.close();
    this.engineer.close();
    this.#intruder.close();
    await this.#gateway?.close();
    await this.#network.close();
  }
}
