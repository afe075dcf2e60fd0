/**
 * SIGINT and SIGTERM as an AbortSignal; a second one ends the program at once.
 *
 * @module
 */

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Exit code that tells of the signal: 130 or 143; 0 before. */
  readonly code: number;
  /** Listens no longer. */
  release(): void;
}

export function stopSignal(): StopSignal {
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
  }

  function release(): void {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
  }
}
