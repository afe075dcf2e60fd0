/**
 * The classical Runge–Kutta method of fourth order with a fixed step, over a vector of plain numbers. Its
 * scratch vectors are made once.
 *
 * Source: E. Hairer, S. P. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I", II.1.
 *
 * @module
 */

/** Writes the time derivative of `state` into `rate`. */
export type Derivative = (state: Float64Array, rate: Float64Array) => void;

export class RungeKutta {
  readonly #derivative: Derivative;
  readonly #k1: Float64Array;
  readonly #k2: Float64Array;
  readonly #k3: Float64Array;
  readonly #k4: Float64Array;
  readonly #at: Float64Array;

  constructor(size: number, derivative: Derivative) {
    this.#derivative = derivative;
    this.#k1 = new Float64Array(size);
    this.#k2 = new Float64Array(size);
    this.#k3 = new Float64Array(size);
    this.#k4 = new Float64Array(size);
    this.#at = new Float64Array(size);
  }

  /** Moves `state` on by `h` seconds, in place. */
  step(state: Float64Array, h: number): void {
    const at = this.#at;
    this.#derivative(state, this.#k1);
    along(at, state, this.#k1, h / 2);
    this.#derivative(at, this.#k2);
    along(at, state, this.#k2, h / 2);
    this.#derivative(at, this.#k3);
    along(at, state, this.#k3, h);
    this.#derivative(at, this.#k4);
    for (let i = 0; i < state.length; i++) {
      state[i]! += (h / 6) * (this.#k1[i]! + 2 * this.#k2[i]! + 2 * this.#k3[i]! + this.#k4[i]!);
    }
  }
}

function along(to: Float64Array, from: Float64Array, rate: Float64Array, h: number): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]! + h * rate[i]!;
}
