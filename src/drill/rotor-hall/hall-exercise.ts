/**
 * The exercise at the rotor hall: the hall, its stations, the intrusion or none, and whichever defences are wanted, in
 * simulated time. Everything talks over the loopback network as it would in earnest, and the hall waits for it; so an hour
 * takes seconds, and the same seed gives the same course, whatever the machine.
 *
 * @module
 */

import type { GatewayEvent } from '../../gateway/event.ts';
import { Random } from '../../plant/random.ts';
import { cascadeProgram } from '../../plant/rotor-hall/cascade-program.ts';
import { EngineeringStation } from '../../plant/rotor-hall/engineering-station.ts';
import { Historian } from '../../plant/rotor-hall/historian.ts';
import { OperatorStation } from '../../plant/rotor-hall/operator-station.ts';
import { RotorHall } from '../../plant/rotor-hall/rotor-hall.ts';
import { CASCADES, type Cascade, MONITOR, TAGS } from '../../plant/rotor-hall/tags.ts';
import { blockName } from '../../plant/s7-block.ts';
import type { Policy } from '../../policy/policy.ts';
import { Intruder } from '../runner.ts';
import type { StepResult } from '../step.ts';
import type { DefenceGround, DefenceName, Report, Watcher } from './defence.ts';
import { inLineReport } from './in-line.ts';
import { ENGINEER, HISTORIAN, LIE_AT, OPERATOR, ROTOR_HALL_INTRUSION, STATIONS } from './intrusion.ts';
import { lyingLibrary } from './lying-library.ts';
import { type OpenHall, openHall } from './open-hall.ts';
import { type Deed, People } from './people.ts';
import { CHANGE, CHANGE_AT, CHANGE_IN, type ChangePermits, changePermits } from './permitted-change.ts';
import { policyVariant } from './policy-variant.ts';

/** Simulated seconds of an exercise. */
export const DURATION = 3000;
/** When the hall's clock begins, ms since 1970 UTC. */
const BEGAN = Date.UTC(2027, 4, 3, 6);
/** Simulated seconds between two rounds of the historian, and of the engineers' comparison. */
const HISTORIAN_PERIOD = 5;
const COMPARISON_PERIOD = 600;

export interface HallOptions {
  /** Text of the policy, and the file that it comes from. */
  readonly policy: string;
  readonly file: string;
  readonly seed: number;
  readonly defences: ReadonlySet<DefenceName>;
  /** False for a quiet hour. */
  readonly intrusion: boolean;
  /** What watchers there are, by defence. */
  readonly watchers: (name: DefenceName, ground: DefenceGround) => Watcher | undefined;
  /** Ends the exercise early; the outcome is that of the seconds played. */
  readonly signal?: AbortSignal;
  /** Told of everything that happens, in order. */
  readonly tell?: (event: HallEvent) => void;
}

/** Something that happened, at a simulated time in seconds. */
export interface HallEvent {
  readonly time: number;
  readonly kind: 'intruder' | 'finding' | 'people' | 'rotor' | 'station';
  readonly what: string;
}

/** What a rotor went through. */
export interface RotorOutcome {
  readonly wrecked: boolean;
  /** 0 as new to 1 wrecked. */
  readonly damage: number;
  /** Highest speed, revolutions a second. */
  readonly highest: number;
}

export interface HallOutcome {
  readonly seed: number;
  readonly defences: readonly DefenceName[];
  readonly seconds: number;
  readonly rotors: readonly RotorOutcome[];
  readonly wrecked: number;
  /** The worst share of a rotor's life that was used up. */
  readonly damage: number;
  readonly reports: readonly (Report & { readonly time: number })[];
  readonly deeds: readonly Deed[];
  readonly steps: readonly StepResult[];
  /** When a rotor first left its band, and when the operator's display first showed one out of it; undefined where never. */
  readonly leftBand: number | undefined;
  readonly displayed: number | undefined;
  /** Differences that the engineering station showed. */
  readonly shown: number;
  /** The engineers' own change of the program went through. */
  readonly changed: boolean;
  /** Requests of the operator's that got no good answer. */
  readonly operatorLosses: number;
}

/** Plays one exercise from beginning to end. */
export async function playHallExercise(options: HallOptions): Promise<HallOutcome> {
  const exercise = await HallExercise.start(options);
  try {
    for (let time = 1; time <= DURATION && !options.signal?.aborted; time++) await exercise.second(time);
    return exercise.outcome;
  } finally {
    await exercise.stop();
  }
}

class HallExercise {
  readonly #options: HallOptions;
  readonly #hall: RotorHall;
  readonly #open: OpenHall;
  readonly #permits: ChangePermits | undefined;
  readonly #operator: OperatorStation;
  readonly #historian: Historian;
  readonly #engineers: Readonly<Record<Cascade, EngineeringStation>>;
  readonly #intruder: Intruder;
  readonly #people: People;
  readonly #watchers: Watcher[] = [];
  readonly #reports: (Report & { time: number })[] = [];
  readonly #steps: StepResult[] = [];
  readonly #hosts: ReadonlyMap<string, string>;
  #leftBand: number | undefined;
  #displayed: number | undefined;
  #shown = 0;
  #changed = false;
  readonly #kinds = new Set<string>();
  #told = 0;
  #wrecked = 0;

  /** Builds everything. */
  static async start(options: HallOptions): Promise<HallExercise> {
    const { defences, seed } = options;
    const inLine = { permits: defences.has('permits'), limits: defences.has('limits') };
    const policy = policyVariant(options.policy, options.file, inLine);
    const hall = new RotorHall({ seed, start: BEGAN });
    const permits = inLine.permits ? await changePermits() : undefined;
    let exercise: HallExercise | undefined;
    try {
      const open = await openHall(hall, {
        policy,
        guarded: inLine.permits || inLine.limits,
        fixedPorts: false,
        tell: event => exercise?.gatewayTold(event),
        more: {
          // The gateway counts what it tells by the clock on the wall, which stands almost still here.
          limits: { reports: 1e9 },
          ...(permits === undefined ? {} : { permits: permits.permits }),
        },
      });
      exercise = new HallExercise(options, policy, hall, open, permits);
      return exercise;
    } catch (error) {
      await permits?.close();
      throw error;
    }
  }

  private constructor(
    options: HallOptions,
    policy: Policy,
    hall: RotorHall,
    open: OpenHall,
    permits: ChangePermits | undefined,
  ) {
    const { seed } = options;
    const { endpoints } = open;
    this.#options = options;
    this.#hall = hall;
    this.#open = open;
    this.#permits = permits;
    this.#hosts = new Map(STATIONS.map(name => [name, policy.hosts.get(name)!.network.text]));
    const address = (host: string): string => this.#hosts.get(host)!;
    this.#operator = new OperatorStation(address(OPERATOR), endpoints, new Random(seed ^ 0x165667b1));
    this.#historian = new Historian(address(HISTORIAN), endpoints[MONITOR]);
    const engineer = (cascade: Cascade) =>
      new EngineeringStation(address(ENGINEER), endpoints[cascade], cascadeProgram());
    this.#engineers = { 'plc-a': engineer('plc-a'), 'plc-b': engineer('plc-b') };
    this.#intruder = new Intruder({ hosts: this.#hosts, endpoints: new Map(Object.entries(endpoints)) });
    this.#people = new People(hall, this.#operator);
    const ground: DefenceGround = {
      endpoints,
      address,
      began: BEGAN / 1000,
      report: report => this.#report(report),
    };
    for (const name of options.defences) {
      const watcher = options.watchers(name, ground);
      if (watcher !== undefined) this.#watchers.push(watcher);
    }
  }

  /** One simulated second. */
  async second(time: number): Promise<void> {
    this.#hall.runUntil(time);
    if (time === CHANGE_AT) await this.#change();
    if (this.#options.intrusion) await this.#intrude(time);
    await this.#stations(time);
    for (const watcher of this.#watchers) await watcher.second?.(time);
    this.#people.second(time);
    this.#look(time);
  }

  /** What the gateway tells. */
  gatewayTold(event: GatewayEvent): void {
    const report = inLineReport(event, address => this.#hostAt(address));
    if (report !== undefined) this.#report(report);
  }

  get outcome(): HallOutcome {
    const rotors = this.#hall.drives.map(({ consequences: { wrecked, damage, highest } }) => ({
      wrecked,
      damage,
      highest,
    }));
    const { counts } = this.#operator;
    return {
      seed: this.#options.seed,
      defences: [...this.#options.defences],
      seconds: Math.round(this.#hall.time),
      rotors,
      wrecked: rotors.filter(({ wrecked }) => wrecked).length,
      damage: Math.max(...rotors.map(({ damage }) => damage)),
      reports: this.#reports,
      deeds: this.#people.deeds,
      steps: this.#steps,
      leftBand: this.#leftBand,
      displayed: this.#displayed,
      shown: this.#shown,
      changed: this.#changed,
      operatorLosses: counts.requests - counts.answers,
    };
  }

  async stop(): Promise<void> {
    this.#operator.close();
    this.#historian.close();
    for (const engineer of Object.values(this.#engineers)) engineer.close();
    this.#intruder.close();
    await this.#open.close();
    await this.#permits?.close();
  }

  /** The engineers' own work. */
  async #change(): Promise<void> {
    this.#changed = await this.#engineers[CHANGE_IN].download([CHANGE]);
    const block = blockName(CHANGE.type, CHANGE.number);
    this.#tell(
      'station',
      `${ENGINEER} downloads a change of ${block} to ${CHANGE_IN}: ${this.#changed ? 'done' : 'refused'}`,
    );
    if (this.#changed) for (const watcher of this.#watchers) watcher.change?.(CHANGE_IN, CHANGE);
  }

  async #intrude(time: number): Promise<void> {
    if (this.#people.isolated.has(ENGINEER)) return;
    if (time === LIE_AT) {
      for (const engineer of Object.values(this.#engineers)) {
        engineer.library = await lyingLibrary(engineer.library);
      }
      this.#tell('intruder', `${ENGINEER}: put software in place that lies about blocks`);
    }
    for (const step of ROTOR_HALL_INTRUSION) {
      if (step.at !== time) continue;
      const result = await this.#intruder.run(step);
      this.#steps.push(result);
      const came = result.refused === 0 ? 'done' : `${result.refused} of ${result.requests} refused`;
      this.#tell('intruder', `${step.from} → ${step.to}: ${step.name}: ${came}`);
    }
  }

  async #stations(time: number): Promise<void> {
    const adjustment = await this.#operator.round();
    for (const tag of TAGS) {
      if (tag.controller === MONITOR) continue;
      const value = this.#operator.reading(tag);
      if (Number.isNaN(value)) continue;
      for (const watcher of this.#watchers) watcher.reading?.({ time, station: OPERATOR, tag, value });
    }
    if (adjustment?.done) {
      const { tag, value } = adjustment;
      for (const watcher of this.#watchers) watcher.command?.({ time, station: OPERATOR, tag, value });
    }
    if (time % HISTORIAN_PERIOD === 0) {
      await this.#historian.round();
      for (const tag of TAGS) {
        if (tag.controller !== MONITOR) continue;
        const value = this.#historian.reading(tag);
        for (const watcher of this.#watchers) watcher.reading?.({ time, station: HISTORIAN, tag, value });
      }
    }
    if (time % COMPARISON_PERIOD === COMPARISON_PERIOD / 2 && !this.#people.isolated.has(ENGINEER)) {
      for (const cascade of CASCADES) await this.#compare(cascade);
    }
  }

  async #compare(cascade: Cascade): Promise<void> {
    await this.#engineers[cascade].look();
    const differences = await this.#engineers[cascade].compare();
    this.#shown += differences.length;
    const what =
      differences.length === 0
        ? 'every block as in the project'
        : differences.map(({ block, what }) => `${block} ${what}`).join(', ');
    this.#tell('station', `${ENGINEER} compares ${cascade}: ${what}`);
  }

  /** What is so, whatever anybody knows of it. */
  #look(time: number): void {
    for (const { what } of this.#people.deeds.slice(this.#told)) this.#tell('people', what);
    this.#told = this.#people.deeds.length;
    if (this.#people.seen.size > 0) this.#displayed ??= time;
    const { drives } = this.#hall;
    if (this.#leftBand === undefined && drives.some(({ consequences }) => consequences.outside > 0)) {
      this.#leftBand = time;
      this.#tell('rotor', 'a rotor leaves its band');
    }
    const wrecked = drives.filter(({ consequences }) => consequences.wrecked).length;
    if (wrecked > this.#wrecked) this.#tell('rotor', `${wrecked} of ${drives.length} rotors wrecked`);
    this.#wrecked = wrecked;
  }

  #report(report: Report): void {
    const time = Math.round(this.#hall.time);
    this.#reports.push({ ...report, time });
    this.#people.hear(time, report);
    // The rest of its kind says nothing new; all are in the outcome.
    const kind = `${report.defence} ${report.calls} ${report.cascade ?? report.station}`;
    if (!this.#kinds.has(kind)) this.#tell('finding', `${report.defence}: ${report.what}`);
    this.#kinds.add(kind);
  }

  #tell(kind: HallEvent['kind'], what: string): void {
    this.#options.tell?.({ time: Math.round(this.#hall.time), kind, what });
  }

  #hostAt(address: string): string | undefined {
    for (const [name, at] of this.#hosts) if (at === address) return name;
    return undefined;
  }
}
