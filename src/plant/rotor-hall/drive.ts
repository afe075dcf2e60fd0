/**
 * A drive: frequency converter, motor and rotor, moved on in fixed steps. The converter ramps its frequency to what it is
 * told, and down to a standstill when it isn't told to run. Its safe stop (SS1 of IEC 61800-5-2) is a switch on its front:
 * no controller can take it back.
 *
 * @module
 */

import type { Random } from '../random.ts';
import { RungeKutta } from '../runge-kutta.ts';
import { Consequences } from './consequences.ts';
import { BAND, CONVERTER, MODES, MOTOR, ROTOR, SCATTER, TURN, WANDER } from './constants.ts';
import { dragTorque, type Individual, motorCurrent, motorTorque, vibration, windingTarget } from './rotor.ts';

/** States of the solver: speed rad/s, winding °C. */
const SPEED = 0;
const WINDING = 1;

export class Drive {
  readonly consequences = new Consequences();
  /** What the controller tells it: run, and at which frequency, Hz. */
  run = true;
  command: number = BAND.nominal;
  /** Frequency that the converter gives, Hz. */
  frequency: number = BAND.nominal;
  /** Stopped by hand; stays so. */
  stopped = false;
  /** Velocity of vibration at the present speed, mm/s r.m.s. */
  vibration: number;
  readonly #individual: Individual;
  readonly #random: Random;
  readonly #state = new Float64Array(2);
  readonly #solver: RungeKutta;
  /** Load beyond the usual, as a share of it; the air in the hall, °C. */
  #load = 0;
  #air: number = MOTOR.surroundings;

  constructor(random: Random) {
    this.#random = random;
    const off = (share: number): number => 1 + share * random.normal();
    this.#individual = {
      modes: MODES.map(() => off(SCATTER.mode)),
      eccentricity: off(SCATTER.eccentricity),
      drag: off(SCATTER.drag),
      endurance: off(SCATTER.endurance),
    };
    // As it runs: the slip at which motor and drag balance, the winding warm.
    this.#state[SPEED] = BAND.nominal * TURN - settledSlip(BAND.nominal * TURN);
    this.#state[WINDING] = windingTarget(this.#air, this.current, this.frequency);
    this.vibration = vibration(this.#state[SPEED], this.#individual);
    this.#solver = new RungeKutta(2, (state, rate) => this.#derivative(state, rate));
  }

  /** rad/s. */
  get speed(): number {
    return this.#state[SPEED]!;
  }

  /** Revolutions a second. */
  get turns(): number {
    return this.speed / TURN;
  }

  /** Temperature of the winding, °C. */
  get winding(): number {
    return this.#state[WINDING]!;
  }

  /** A. */
  get current(): number {
    return this.#on ? motorCurrent(this.#torque(this.speed)) : 0;
  }

  /** Moves on by one step of `h` seconds. The slowest thing that it must resolve is the motor, 0.6 s. */
  step(h: number): void {
    this.#ramp(h);
    this.#wander(h);
    this.#solver.step(this.#state, h);
    if (this.#state[SPEED]! < 0) this.#state[SPEED] = 0;
    this.vibration = vibration(this.speed, this.#individual);
    this.consequences.observe(this.speed, this.vibration, this.#individual.endurance, h);
  }

  #ramp(h: number): void {
    const stopping = this.stopped || this.consequences.wrecked;
    // A command that is no number is none.
    const wanted =
      stopping || !this.run || !(this.command > 0) ? 0 : Math.min(this.command, CONVERTER.highest);
    const most = (stopping ? CONVERTER.stopRamp : CONVERTER.ramp) * h;
    this.frequency += Math.min(Math.max(wanted - this.frequency, -most), most);
  }

  /** Load and air wander as Ornstein–Uhlenbeck processes, by their exact step. */
  #wander(h: number): void {
    const load = Math.exp(-h / WANDER.loadTime);
    this.#load = this.#load * load + WANDER.load * Math.sqrt(1 - load * load) * this.#random.normal();
    const air = Math.exp(-h / WANDER.airTime);
    this.#air =
      MOTOR.surroundings +
      (this.#air - MOTOR.surroundings) * air +
      WANDER.air * Math.sqrt(1 - air * air) * this.#random.normal();
  }

  /** At zero frequency the converter brakes with direct current, until the rotor stands. */
  get #on(): boolean {
    return this.frequency > 0 || this.speed > 1;
  }

  #torque(speed: number): number {
    return motorTorque(this.frequency * TURN - speed);
  }

  #derivative(state: Float64Array, rate: Float64Array): void {
    const speed = state[SPEED]!;
    const torque = this.#torque(speed);
    const drag = dragTorque(speed) * this.#individual.drag * (1 + this.#load);
    const friction = this.consequences.wrecked && speed > 0 ? ROTOR.wreckedFriction : 0;
    rate[SPEED] = (torque - drag - friction) / ROTOR.inertia;
    const current = this.#on ? motorCurrent(torque) : 0;
    const target = windingTarget(this.#air, current, this.frequency);
    rate[WINDING] = (target - state[WINDING]!) / MOTOR.thermalLag;
  }
}

/** Slip, rad/s, at which the motor carries the drag at a synchronous speed of `speed` rad/s: a few turns of fixed-point iteration. */
export function settledSlip(speed: number): number {
  let slip = 0;
  for (let i = 0; i < 20; i++) {
    // On the straight part of Kloss's curve: T = 2 T_b Δ/Δ_b / (1 + (Δ/Δ_b)²).
    const torque = dragTorque(speed - slip);
    slip =
      ((torque * MOTOR.breakdownSlip) / (2 * MOTOR.breakdownTorque)) *
      (1 + (slip / MOTOR.breakdownSlip) ** 2);
  }
  return slip;
}
