/**
 * The compressor train in numbers: a two-stage pipeline compressor of about 6 MW between a 50 bar and a 66 bar
 * line, driven by a converter-fed motor through a gearbox. SI units throughout; rpm only where tags show it.
 *
 * @module
 */

/** Natural gas, mostly methane, as an ideal gas. */
const R = 489;
const KAPPA = 1.3;
export const GAS = {
  /** Specific gas constant, J/(kg K): 8314 / 17. */
  R,
  /** Isentropic exponent. */
  kappa: KAPPA,
  /** Specific heat at constant pressure, J/(kg K). */
  cp: (KAPPA * R) / (KAPPA - 1),
  /** K. Constant: the recycle line runs through a cooler. */
  suctionTemperature: 288.15,
} as const;

/** Square of the speed of sound at `temperature` (K), m²/s². */
export function soundSpeedSquared(temperature: number): number {
  return GAS.kappa * GAS.R * temperature;
}

/** rad/s in one rpm, Pa in one bar, K at 0 °C. */
export const RPM = Math.PI / 30;
export const BAR = 1e5;
export const CELSIUS = 273.15;

/** The design point, to which the map is scaled. */
export const DESIGN = {
  /** Motor, rad/s: 1500 rpm. */
  speed: 1500 * RPM,
  /** Suction pressure, Pa. */
  suctionPressure: 49.6 * BAR,
  /** Mass flow, kg/s. */
  massFlow: 92,
  /** Volume flow at the suction, m³/s. */
  volumeFlow: (92 * R * GAS.suctionTemperature) / (49.6 * BAR),
  /** Isentropic head of both stages, J/kg. */
  head: 45_500,
  /** Isentropic efficiency. */
  efficiency: 0.8,
} as const;

/** Pipelines on either side, and what lies between. */
export const PIPING = {
  /** Pa. */
  upstreamPressure: 50 * BAR,
  downstreamPressure: 66 * BAR,
  /** Headers, m³. */
  suctionVolume: 30,
  dischargeVolume: 8,
  /** Throat area over effective length of the duct through compressor, cooler and pipes, m. */
  ductAreaOverLength: 0.16 / 80,
  /** Flow area of the valves fully open, times discharge coefficient, m². */
  suctionValve: 0.0575,
  dischargeValve: 0.03,
  recycleValve: 0.006,
  /** Pressure difference below which a valve's flow turns from turbulent (root) to laminar (linear), Pa. */
  laminar: 2000,
} as const;

/** Fastest travel of valves, 1/s of full stroke. The anti-surge valve opens fast and closes slowly, as such valves do. */
export const STROKE = {
  suction: 1 / 5,
  discharge: 1 / 3,
  recycleOpen: 1 / 1.5,
  recycleClose: 1 / 15,
} as const;

/** Compressor shaft revolutions per motor revolution. */
const GEAR_RATIO = 6.2;
/** Moments of inertia of motor with gear, and of the compressor's rotor, kg m². */
const MOTOR_INERTIA = 500;
const ROTOR_INERTIA = 10.4;

/** Motor, gearbox and converter. */
export const DRIVE = {
  /** Moment of inertia of the whole train, referred to the motor, kg m². */
  inertia: MOTOR_INERTIA + ROTOR_INERTIA * GEAR_RATIO ** 2,
  /** Greatest motor torque, Nm, and power, W (the converter's short-time limits). */
  maxTorque: 68_000,
  maxPower: 12e6,
  /** Lag of the converter's torque control, s. */
  torqueLag: 0.05,
  /** Bearing and gear losses, Nm, and their growth with speed, Nm s. */
  frictionTorque: 300,
  viscousTorque: 4,
} as const;

/** Heat, vibration and lubrication. */
export const MACHINE = {
  /** Heat capacity of gas and casing at the discharge, J/K. */
  casingHeat: 4e5,
  /** Second lateral critical speed, rad/s at the motor, and its damping ratio. */
  criticalSpeed: 2050 * RPM,
  damping: 0.06,
  /** Vibration that unbalance would cause far above the critical speed, mm/s. */
  unbalance: 1.5,
  /** Vibration for each kg/s² of flow change, mm/s. */
  flowForce: 0.035,
  /** Lag of the vibration reading, s. */
  vibrationLag: 0.4,
  /** Oil pressure with the pump running, Pa, and how long it takes to build up or decay, s. */
  oilPressure: 2.5 * BAR,
  oilLag: 2.5,
  /** Oil supply temperature, K. */
  oilTemperature: 318.15,
  /** Heating of a well-oiled bearing at design speed, K/s, and of one that runs dry. */
  bearingHeat: 1.2,
  dryBearingHeat: 14,
  /** Time in which oil carries the bearing's heat away, s. */
  bearingCooling: 25,
} as const;

/** What the machine itself bears, beyond which it takes harm. */
export const LIMIT = {
  /** Motor speed, rpm: 110 % of nominal. */
  overspeed: 1650,
  /** mm/s r.m.s.: boundary of zones C and D for large machines on rigid supports, ISO 20816-3. */
  vibration: 7.1,
  /** °C. */
  bearingTemperature: 120,
} as const;
