/**
 * SIGINT and SIGTERM as an AbortSignal; a second one ends the program at once.
 *
 * @module
 */

/** How long after a signal the reader of an output has for what is left, ms. */
const LAST_WORDS = 2000;

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Exit code that tells of the signal: 130 or 143; 0 before. */
  readonly code: number;
  /** Listens no longer. */
  release(): void;
}

/** Listens. What prints much ends soon after the signal all the same: a reader that takes nothing must not keep it. */
export function stopSignal({ prints = false } = {}): StopSignal {
  const controller = new AbortController();
  const stop = { signal: controller.signal, code: 0, release };
  const interrupt = () => end(130);
  const terminate = () => end(143);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  return stop;

  function end(code: number): void {
    stop.code = code;
    release();
    controller.abort();
    if (prints) setTimeout(() => process.exit(code), LAST_WORDS).unref();
  }

  function release(): void {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
  }
}
