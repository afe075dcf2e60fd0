/**
 * What becomes of a rotor: life that is used up by overspeed and by vibration, until it is wrecked. A fact of the
 * machine, whatever its controller believes.
 *
 * Damage is a linear sum of shares of life (Palmgren and Miner): 0 as new, 1 wrecked. Time to failure under a hoop stress
 * beyond the endurance falls with a power of it (Basquin); that of the bearings under vibration with the cube of the load
 * (ISO 281:2007, 6). Below either limit nothing is used up.
 *
 * @module
 */

import { BAND, LIFE, TURN } from './constants.ts';
import { hoopStress } from './rotor.ts';

/** Share of life used up in a second at `speed` rad/s under `vibration` mm/s; `endurance` is the rotor's own factor. */
export function damageRate(speed: number, vibration: number, endurance: number): number {
  const stress = hoopStress(speed) / (LIFE.endurance * endurance);
  const shaken = vibration / LIFE.vibration;
  return (
    (stress > 1 ? stress ** LIFE.stressPower / LIFE.stressTime : 0) +
    (shaken > 1 ? shaken ** LIFE.vibrationPower / LIFE.vibrationTime : 0)
  );
}

export class Consequences {
  /** 0 as new to 1 wrecked. */
  damage = 0;
  /** Seconds outside the safe band, and the highest and lowest speed so far, revolutions a second. */
  outside = 0;
  highest: number = BAND.nominal;
  lowest: number = BAND.nominal;

  get wrecked(): boolean {
    return this.damage >= 1;
  }

  /** Looks at the state after `dt` seconds. */
  observe(speed: number, vibration: number, endurance: number, dt: number): void {
    const turns = speed / TURN;
    if (turns < BAND.lowest || turns > BAND.highest) this.outside += dt;
    if (turns > this.highest) this.highest = turns;
    if (turns < this.lowest) this.lowest = turns;
    if (this.damage < 1)
      this.damage = Math.min(1, this.damage + damageRate(speed, vibration, endurance) * dt);
  }
}
