/**
 * Flow through a valve, and how a valve moves.
 *
 * Source: IEC 60534-2-1 for compressible flow: mass flow grows with the root of density times pressure difference
 * until it chokes; the expansion factor is left out, which overstates the flow by at most a fifth.
 *
 * @module
 */

import { GAS, PIPING } from './constants.ts';

/** Share of the upstream pressure beyond which a greater pressure difference brings no more flow. */
const CHOKED = 0.5;

/**
 * Mass flow in kg/s from `p1` to `p2` (Pa) through a valve of `area` m² open by `position` (0 to 1, linear trim),
 * negative where it runs back. `temperature` is that of the gas in K.
 */
export function valveFlow(
  area: number,
  position: number,
  p1: number,
  p2: number,
  temperature: number,
): number {
  const upstream = Math.max(p1, p2);
  const difference = Math.min(Math.abs(p1 - p2), CHOKED * upstream);
  const density = upstream / (GAS.R * temperature);
  // x / ⁴√(x² + δ²) is √x for x ≫ δ and linear below: without it the slope at nothing is infinite.
  const root = difference / (difference * difference + PIPING.laminar ** 2) ** 0.25;
  const flow = area * position * Math.sqrt(2 * density) * root;
  return p1 >= p2 ? flow : -flow;
}

/** Speed of a valve on its way from `position` to `target`, 1/s, at most `open` or `close`; soft within 1 % of it. */
export function strokeRate(position: number, target: number, open: number, close: number): number {
  const rate = (target - position) * 100;
  const limited = Math.min(Math.max(rate, -1), 1);
  return limited > 0 ? limited * open : limited * close;
}
