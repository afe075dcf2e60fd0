/**
 * Tells a person who waits how far a reading has come, how fast it is, and how long it still takes.
 *
 *     [########            ]  41 %  1.9 M packets/s  7 s left
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { ReadingProgress } from '../monitor/read-all.ts';
import { spanText } from '../monitor/span.ts';

/** Nobody needs to be told of what is over in that time, ms; nor more often than that. */
const PATIENCE = 1000;
const INTERVAL = 250;

const WIDTH = 20;

export class Meter {
  readonly #to: Writable;
  readonly #total: number;
  readonly #started = performance.now();
  #shown = 0;

  /** `total`: bytes of all captures, 0 where that is not known. */
  constructor(to: Writable, total: number) {
    this.#to = to;
    this.#total = total;
  }

  show(progress: ReadingProgress): void {
    const now = performance.now();
    if (now - this.#started < PATIENCE || now - this.#shown < INTERVAL) return;
    this.#shown = now;
    this.#to.write(`\r${meterLine(progress, this.#total, (now - this.#started) / 1000)}\x1b[K`);
  }

  clear(): void {
    if (this.#shown > 0) this.#to.write('\r\x1b[K');
  }
}

/** `seconds` have passed. */
export function meterLine({ bytes, packets }: ReadingProgress, total: number, seconds: number): string {
  const rate = `${rateText(packets / seconds)} packets/s`;
  // A compressed capture is larger when it is read than its file.
  if (total === 0 || bytes > total) return `${packets} packets  ${rate}`;
  const share = bytes / total;
  const bar = '#'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const left = bytes === 0 ? '' : `  ${spanText((seconds / share) * (1 - share))} left`;
  return `[${bar}] ${percent} %  ${rate}${left}`;
}

/** Bytes of all of `files`, or 0 where that cannot be known. */
export async function sizeOf(files: readonly string[]): Promise<number> {
  let total = 0;
  for (const file of files) {
    const size = file === '-' ? 0 : (await stat(file)).size;
    if (size === 0) return 0;
    total += size;
  }
  return total;
}

function rateText(rate: number): string {
  if (rate < 1000) return String(Math.round(rate));
  return rate < 1e6 ? `${(rate / 1000).toFixed(1)} k` : `${(rate / 1e6).toFixed(1)} M`;
}
