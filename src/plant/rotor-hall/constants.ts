/**
 * The rotor hall in numbers: two cascades of six high-speed rotors, each on a two-pole motor behind a frequency
 * converter. An invented machine with the orders of magnitude of its kind. SI units; frequencies in Hz.
 *
 * @module
 */

/** Drives of a cascade, and of the hall. */
export const DRIVES_PER_CASCADE = 6;
export const DRIVES = 2 * DRIVES_PER_CASCADE;

/** Frequencies between which a drive may run, and the one it is built for. */
export const BAND = { lowest: 807, nominal: 1064, highest: 1210 } as const;

/** rad/s in one revolution a second. */
export const TURN = 2 * Math.PI;

const MASS = 3.2;
const RADIUS = 0.06;

export const ROTOR = {
  /** Thin-walled tube: radius m, density of its fibre composite kg/m³. */
  radius: RADIUS,
  density: 1600,
  /** Moment of inertia, kg m²: m r². */
  inertia: MASS * RADIUS ** 2,
  /** Drag torque over the square of the speed, Nm s²: 400 W at the nominal speed. */
  drag: 400 / (BAND.nominal * TURN) ** 3,
  /** Friction of a wrecked rotor in its casing, Nm. */
  wreckedFriction: 6,
} as const;

/** The motor at constant flux, as the converter keeps it. */
export const MOTOR = {
  /** Breakdown torque, Nm, and the slip at which it is reached, rad/s. */
  breakdownTorque: 1.2,
  breakdownSlip: 20 * TURN,
  /** Magnetising current, A, and torque per ampere of the rest, Nm/A. */
  magnetising: 1.1,
  torquePerAmpere: 0.09,
  /** Winding temperature: surroundings °C, rise by square of the current K/A², by iron losses at nominal frequency K, lag s. */
  surroundings: 24,
  copperRise: 2,
  ironRise: 25,
  thermalLag: 300,
} as const;

export const CONVERTER = {
  /** Ramp, Hz/s, and that of the safe stop (SS1 of IEC 61800-5-2): steeper, and not the controller's to change. */
  ramp: 10,
  stopRamp: 14,
  /** Greatest output frequency, Hz. */
  highest: 1500,
} as const;

/**
 * Flexural critical speeds that a rotor has, Hz, with the eccentricity of its mass in that mode, m. The safe band lies
 * between the third and the fourth.
 */
export const MODES = [
  { frequency: 186, eccentricity: 1.0e-7 },
  { frequency: 402, eccentricity: 1.0e-7 },
  { frequency: 655, eccentricity: 1.0e-7 },
  { frequency: 1395, eccentricity: 2.5e-7 },
] as const;
/** Damping ratio of every mode. */
export const DAMPING = 0.015;

/** What a rotor bears. */
export const LIFE = {
  /** Hoop stress, Pa, that it bears for ever; beyond it the time to failure, s, falls with this power of the stress. */
  endurance: 360e6,
  stressTime: 10_800,
  stressPower: 8,
  /** Vibration, mm/s r.m.s., that its bearings bear for ever; their life at it, s, and the power of the load (ISO 281: 3). */
  vibration: 7.1,
  vibrationTime: 155_000,
  vibrationPower: 3,
} as const;

/** How rotors differ: standard deviations of the share by which a rotor's figure is off. */
export const SCATTER = { mode: 0.008, eccentricity: 0.1, drag: 0.03, endurance: 0.01 } as const;

/** The load's wandering: standard deviation as a share of the drag, and its correlation time, s. Likewise the air in the hall, K. */
export const WANDER = { load: 0.03, loadTime: 40, air: 0.8, airTime: 900 } as const;

/** Noise of the converters' readings, standard deviation: Hz, mm/s, °C, A. */
export const NOISE = { frequency: 0.4, vibration: 0.05, temperature: 0.15, current: 0.03 } as const;
