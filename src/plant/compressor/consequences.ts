/**
 * What becomes of the machine: surge, overspeed, and damage that accumulates until the rotor is wrecked. These are
 * facts of the machine, whatever its controllers know or believe.
 *
 * Damage is a linear sum of shares of life used up (Palmgren and Miner): 0 as new, 1 wrecked. The rates are
 * chosen so that what would take a real machine minutes takes tens of seconds.
 *
 * Source: M. A. Miner, "Cumulative damage in fatigue", J. Appl. Mech. 12 (1945).
 *
 * @module
 */

import { CELSIUS, DESIGN, LIMIT, RPM } from './constants.ts';
import { relativeFlow, SURGE_FLOW } from './map.ts';
import { S } from './physics.ts';

/** Share of the rotor's life that each cycle of surge costs. */
const SURGE_CYCLE = 0.03;
/** Life per second at one tenth above the overspeed limit, at twice the vibration limit, at 50 K too hot a bearing. */
const OVERSPEED_RATE = 0.02;
const VIBRATION_RATE = 0.02;
const BEARING_RATE = 0.05;
/** A surge has ended when the flow has been forwards this long, s. */
const SURGE_HOLD = 5;
/** Friction of a wrecked rotor in its casing, Nm at the motor. */
const WRECKED_FRICTION = 90_000;

export class Consequences {
  surging = false;
  /** Times that the flow broke down. */
  surgeCycles = 0;
  overspeed = false;
  /** Highest motor speed so far, rpm. */
  highestSpeed = 0;
  /** 0 as new to 1 wrecked. */
  damage = 0;
  #down = false;
  #sinceSurge = Number.POSITIVE_INFINITY;

  get wrecked(): boolean {
    return this.damage >= 1;
  }

  /** Friction that the damage adds, Nm. */
  get rubbing(): number {
    return this.wrecked ? WRECKED_FRICTION : 0;
  }

  /** Looks at the state after `dt` seconds. */
  observe(state: Float64Array, dt: number): void {
    const ratio = state[S.speed]! / DESIGN.speed;
    const flow = relativeFlow(state[S.flow]!, state[S.suctionPressure]!, ratio);
    // The flow has broken down when it falls below half of that at the surge line while the machine turns fast.
    if (flow < SURGE_FLOW / 2 && ratio > 0.6) {
      if (!this.#down) {
        this.#down = true;
        this.surgeCycles++;
        this.damage += SURGE_CYCLE;
      }
      this.#sinceSurge = 0;
    } else {
      if (flow > SURGE_FLOW * 0.9) this.#down = false;
      this.#sinceSurge += dt;
    }
    this.surging = this.#sinceSurge < SURGE_HOLD;

    const rpm = state[S.speed]! / RPM;
    this.highestSpeed = Math.max(this.highestSpeed, rpm);
    this.overspeed = rpm > LIMIT.overspeed;
    const fast = Math.max(0, rpm / LIMIT.overspeed - 1) * 10;
    const shaken = Math.max(0, state[S.vibration]! / LIMIT.vibration - 1);
    const hot = (Math.max(0, state[S.bearingTemperature]! - CELSIUS - LIMIT.bearingTemperature) / 50) * ratio;
    this.damage += (OVERSPEED_RATE * fast ** 2 + VIBRATION_RATE * shaken ** 2 + BEARING_RATE * hot) * dt;
    this.damage = Math.min(this.damage, 1);
  }
}
