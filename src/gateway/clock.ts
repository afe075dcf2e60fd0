/**
 * The gateway's clock: seconds since 1970-01-01 UTC that never go back, whatever is done to the machine's time
 * while the gateway runs.
 *
 * @module
 */

const ORIGIN = performance.timeOrigin / 1000;

export function now(): number {
  return ORIGIN + performance.now() / 1000;
}
