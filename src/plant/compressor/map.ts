/**
 * The compressor map: the head that the compressor gives at a flow and a speed, and the work that it costs.
 *
 * The characteristic is the cubic of Moore and Greitzer, which has the three things that matter: a falling
 * branch on which the machine works, a peak (the surge line), and a rising branch and a branch of back-flow that
 * the machine runs through while it surges. Other speeds follow by the affinity laws.
 *
 * Sources: F. K. Moore, E. M. Greitzer, "A theory of post-stall transients in axial compression systems", J. Eng.
 * Gas Turbines Power 108 (1986); J. T. Gravdahl, O. Egeland, "Centrifugal compressor surge and speed control", IEEE
 * Trans. Control Syst. Technol. 7(5) (1999), for the work by Euler's equation and the energy form of the ratio.
 *
 * @module
 */

import { DESIGN, GAS } from './constants.ts';

/**
 * Relative flow at the peak, which is the surge line, and at the valley of the cubic. The valley lies a little in
 * back-flow, so that a machine whose outlet is shut keeps surging instead of settling at no flow.
 */
export const SURGE_FLOW = 0.8;
const VALLEY_FLOW = -0.12;
const CENTRE = (SURGE_FLOW + VALLEY_FLOW) / 2;
const HALF_WIDTH = (SURGE_FLOW - VALLEY_FLOW) / 2;
/** Relative head in the valley, and half the rise from there to the peak. Head is 1.00 at design, 1.12 at the peak. */
const VALLEY_HEAD = 0.382;
const HALF_RISE = 0.369;

/** Relative flow: actual volume flow over that at design, at the same tip speed. Dimensionless. */
export function relativeFlow(massFlow: number, suctionPressure: number, speedRatio: number): number {
  const volume = (massFlow * GAS.R * GAS.suctionTemperature) / suctionPressure;
  // Below a tenth of the speed the affinity laws mean nothing any more, and the ratio would divide by zero.
  return volume / (DESIGN.volumeFlow * Math.max(speedRatio, 0.1));
}

/** Where the cubic ends and goes straight on: far into back-flow and choking it would grow absurdly steep. */
const X_MIN = -1.8;
const X_MAX = 2;

/** Relative head at relative flow `phi`: the cubic. Dimensionless. */
export function relativeHead(phi: number): number {
  const x = (phi - CENTRE) / HALF_WIDTH;
  const c = Math.min(Math.max(x, X_MIN), X_MAX);
  const cubic = 1 + 1.5 * c - 0.5 * c * c * c;
  return VALLEY_HEAD + HALF_RISE * (cubic + (x - c) * 1.5 * (1 - c * c));
}

/** Discharge over suction pressure of the machine in steady flow. */
export function pressureRatio(massFlow: number, suctionPressure: number, speedRatio: number): number {
  const phi = relativeFlow(massFlow, suctionPressure, speedRatio);
  const head = DESIGN.head * relativeHead(phi) * speedRatio * speedRatio;
  // Far out on the choked branch the cubic would give a negative ratio; there the machine is a throttle.
  const energy = Math.max(1 + head / (GAS.cp * GAS.suctionTemperature), 0.8);
  return energy ** (GAS.kappa / (GAS.kappa - 1));
}

/** Work done on each kilogram, J/kg: Euler's equation with constant slip, so proportional to tip speed squared. */
export function specificWork(speedRatio: number): number {
  return (DESIGN.head / DESIGN.efficiency) * speedRatio * speedRatio;
}

/** How far the operating point is from the surge line, % of the flow at the surge line; negative beyond it. */
export function surgeMargin(massFlow: number, suctionPressure: number, speedRatio: number): number {
  return (relativeFlow(massFlow, suctionPressure, speedRatio) / SURGE_FLOW - 1) * 100;
}
