/**
 * Lets simulated time follow the wall clock, at a chosen ratio. A process that was held up catches up, but never
 * by more than a second of wall time at once.
 *
 * @module
 */

export interface Paced {
  /** Simulated seconds since the start. */
  readonly time: number;
  runUntil(time: number): void;
}

/** How often the plant is moved on, ms. */
const TICK = 20;
/** Wall time that is caught up at once, s. */
const MOST_AT_ONCE = 1;

/** Where wall time comes from; replaced in tests. */
export interface WallClock {
  /** Milliseconds, from any origin, never going back. */
  now(): number;
  /** Calls `tick` every `ms` until the function returned is called. */
  every(ms: number, tick: () => void): () => void;
}

const WALL_CLOCK: WallClock = {
  now: () => performance.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};

/** Runs `plant` at `speed` simulated seconds a second until the function returned is called. */
export function pace(plant: Paced, speed = 1, clock: WallClock = WALL_CLOCK): () => void {
  let last = clock.now();
  let target = plant.time;
  return clock.every(TICK, () => {
    const now = clock.now();
    target += Math.min((now - last) / 1000, MOST_AT_ONCE) * speed;
    last = now;
    plant.runUntil(target);
  });
}
