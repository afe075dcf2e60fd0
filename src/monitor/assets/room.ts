/**
 * Room for things of which an address may have many, for all addresses together: what one intruder fills is not kept for each
 * address that he makes up.
 *
 * @module
 */

export class Room {
  /** Things for which there was none. */
  lost = 0;
  #left: number;

  constructor(size: number) {
    this.#left = size;
  }

  /** Takes a place; false where there is none left. */
  take(): boolean {
    if (this.#left === 0) {
      this.lost++;
      return false;
    }
    this.#left--;
    return true;
  }

  /** Gives so many places back: what was in them is forgotten. */
  give(places: number): void {
    this.#left += places;
  }
}
