/**
 * The machine as it stands: its state, what acts on it and what became of it, moved on in fixed steps.
 *
 * @module
 */

import { RungeKutta } from '../runge-kutta.ts';
import { Consequences } from './consequences.ts';
import { DESIGN, RPM } from './constants.ts';
import { surgeMargin } from './map.ts';
import { type Actuators, derivative, designState, type Flows, flowsInto, S, STATES } from './physics.ts';

export class Train {
  readonly state: Float64Array = designState();
  readonly actuators: Actuators = {
    torque: this.state[S.torque]!,
    suctionValve: this.state[S.suctionValve]!,
    dischargeValve: this.state[S.dischargeValve]!,
    recycleValve: 0,
    oilPump: true,
    upstreamPressure: 50e5,
    downstreamPressure: 66e5,
    rubbing: 0,
  };
  readonly flows: Flows = { inlet: 0, recycle: 0, outlet: 0 };
  readonly consequences = new Consequences();
  readonly #solver = new RungeKutta(STATES, (state, rate) =>
    derivative(state, rate, this.actuators, this.flows),
  );

  constructor() {
    flowsInto(this.flows, this.state, this.actuators);
  }

  /** Moves on by one step of `h` seconds; 5 ms resolves everything in it. */
  step(h: number): void {
    this.actuators.rubbing = this.consequences.rubbing;
    this.#solver.step(this.state, h);
    flowsInto(this.flows, this.state, this.actuators);
    this.consequences.observe(this.state, h);
  }

  /** Motor speed, rpm. */
  get rpm(): number {
    return this.state[S.speed]! / RPM;
  }

  /** % of the flow at the surge line. */
  get surgeMargin(): number {
    const ratio = this.state[S.speed]! / DESIGN.speed;
    return surgeMargin(this.state[S.flow]!, this.state[S.suctionPressure]!, ratio);
  }
}
