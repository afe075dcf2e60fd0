/**
 * Does something again and again, each time a while after the last time began, until told to stop.
 *
 * @module
 */

/** Calls `round` every `period` ms, never two at once. The function returned stops, and resolves when the last round is done. */
export function repeat(period: number, round: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let wake = (): void => {};
  const done = (async () => {
    while (!stopped) {
      const began = performance.now();
      await round();
      const rest = period - (performance.now() - began);
      if (stopped || rest <= 0) continue;
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, rest);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return () => {
    stopped = true;
    wake();
    return done;
  };
}
