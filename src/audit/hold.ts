/**
 * Holds an audit back: whoever knows of a program transfer, or of anything else that must not be disturbed, pauses it;
 * the request under way is answered, and none follows until it is resumed.
 *
 * @module
 */

export class Hold {
  #pauses = 0;
  readonly #waiting = new Set<() => void>();

  /** May a request be sent now? */
  maySend(): boolean {
    return this.#pauses === 0;
  }

  /** No request from now on. Each pause needs a resume of its own. */
  pause(): void {
    this.#pauses++;
  }

  resume(): void {
    if (this.#pauses === 0 || --this.#pauses > 0) return;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** Resolves when a request may be sent; rejects with the signal's reason when that comes first. */
  whenFree(signal?: AbortSignal): Promise<void> {
    if (this.maySend()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.delete(go);
        reject(signal?.reason);
      };
      const go = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#waiting.add(go);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}
