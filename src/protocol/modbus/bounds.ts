/**
 * The comparisons of which the checks of all functions are made. Each returns bits of `Anomaly`, 0 where all is well.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';

const { trailing, truncated, count, address, value } = Anomaly;

/** `size` bytes are there; `needed` are accounted for. */
export function fit(size: number, needed: number): number {
  return size === needed ? 0 : size < needed ? truncated : trailing;
}

/** An address and a quantity: 1 to `max`, and all of it below 65536. */
export function range(view: DataView, at: number, max: number): number {
  const quantity = view.getUint16(at + 2);
  return within(quantity, 1, max) | (view.getUint16(at) + quantity > 65536 ? address : 0);
}

export function within(number: number, min: number, max: number): number {
  return number >= min && number <= max ? 0 : count;
}

export function onOrOff(word: number, on: number): number {
  return word === 0 || word === on ? 0 : value;
}
