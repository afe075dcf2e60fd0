/**
 * The physics of one rotor on its motor.
 *
 * Motor        T(Δ) = 2 T_b / (Δ/Δ_b + Δ_b/Δ), Δ = 2π f - ω       Kloss's formula at constant flux: the slip speed counts
 * Shaft        J dω/dt = T(Δ) - k ω² (1 + wander) - friction
 * Vibration    v = ω/√2 · √Σ(e_i g(ω/ω_i))²,  g(r) = r² / √((1 - r²)² + (2 ζ r)²)      Jeffcott's rotor, each mode by itself
 * Hoop stress  σ = ρ (ω r)²                                          thin rotating ring
 * Winding      τ dθ/dt = θ_air + a I² + b (f/f_n)² - θ
 *
 * Vibration is that of the steady state at the present speed: a resonance that is crossed quickly is shown a little
 * higher than it would be.
 *
 * Sources: M. Kloss, "Drehmoment und Schlüpfung des Drehstrommotors", Archiv für Elektrotechnik 5 (1916); W. Leonhard,
 * "Control of Electrical Drives", 10.2; F. F. Ehrich, "Handbook of Rotordynamics", 1.3; S. Timoshenko, "Strength of
 * Materials" II, 42 (rotating ring).
 *
 * @module
 */

import { BAND, DAMPING, MODES, MOTOR, ROTOR, TURN } from './constants.ts';

/** How a rotor differs from the drawing: factors, 1 where it doesn't. */
export interface Individual {
  readonly modes: readonly number[];
  readonly eccentricity: number;
  readonly drag: number;
  readonly endurance: number;
}

/** Torque of the motor, Nm, at a slip of `slip` rad/s. */
export function motorTorque(slip: number): number {
  if (slip === 0) return 0;
  const ratio = slip / MOTOR.breakdownSlip;
  return (2 * MOTOR.breakdownTorque) / (ratio + 1 / ratio);
}

/** Torque that the drag takes at `speed` rad/s, Nm. */
export function dragTorque(speed: number): number {
  return ROTOR.drag * speed * speed;
}

/** Amplitude over eccentricity of a rotor that turns at `ratio` of a critical speed. */
export function resonance(ratio: number): number {
  const square = ratio * ratio;
  return square / Math.hypot(1 - square, 2 * DAMPING * ratio);
}

/** Velocity of vibration, mm/s r.m.s., at `speed` rad/s. */
export function vibration(speed: number, { modes, eccentricity }: Individual): number {
  let sum = 0;
  for (let i = 0; i < MODES.length; i++) {
    const mode = MODES[i]!;
    const amplitude = mode.eccentricity * resonance(speed / (TURN * mode.frequency * modes[i]!));
    sum += amplitude * amplitude;
  }
  return 1000 * eccentricity * speed * Math.sqrt(sum / 2);
}

/** Hoop stress at `speed` rad/s, Pa. */
export function hoopStress(speed: number): number {
  return ROTOR.density * (speed * ROTOR.radius) ** 2;
}

/** Current of the motor at a torque, A. */
export function motorCurrent(torque: number): number {
  return Math.hypot(MOTOR.magnetising, torque / MOTOR.torquePerAmpere);
}

/** Temperature, °C, to which the winding tends. */
export function windingTarget(air: number, current: number, frequency: number): number {
  return air + MOTOR.copperRise * current * current + MOTOR.ironRise * (frequency / BAND.nominal) ** 2;
}
