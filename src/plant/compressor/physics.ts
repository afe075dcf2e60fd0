/**
 * The physics of the compressor train: Greitzer's lumped model (a duct between two plenums) with the speed as a
 * state, valves, heat, lubrication and vibration. A vector of plain numbers and its time derivative; what drives
 * it from outside is in {@link Actuators}.
 *
 * Flow through the compressor     dm/dt  = A/L (Ψ(m, ω) p₁ - p₂)
 * Suction header                  dp₁/dt = a₁²/V₁ (m_in + m_recycle - m)
 * Discharge header                dp₂/dt = a₂²/V₂ (m - m_recycle - m_out)
 * Train                           J dω/dt = τ - |m| w(ω)/ω - friction
 *
 * Sources: E. M. Greitzer, "Surge and rotating stall in axial flow compressors", J. Eng. Power 98 (1976); J. T.
 * Gravdahl, O. Egeland, "Centrifugal compressor surge and speed control", IEEE Trans. Control Syst. Technol. 7(5)
 * (1999), equations for m, p and ω. Vibration: F. F. Ehrich, "Handbook of Rotordynamics", Jeffcott's rotor.
 *
 * @module
 */

import { DESIGN, DRIVE, GAS, MACHINE, PIPING, STROKE, soundSpeedSquared } from './constants.ts';
import { pressureRatio, specificWork } from './map.ts';
import { strokeRate, valveFlow } from './valve.ts';

/** Where each state stands in the vector. */
export const S = {
  /** Motor speed, rad/s. */
  speed: 0,
  /** Mass flow through the compressor, kg/s; negative while gas runs back through it. */
  flow: 1,
  /** Header pressures, Pa. */
  suctionPressure: 2,
  dischargePressure: 3,
  /** Valve positions, 0 shut to 1 open. */
  suctionValve: 4,
  dischargeValve: 5,
  recycleValve: 6,
  /** Gas in the casing, K. */
  dischargeTemperature: 7,
  bearingTemperature: 8,
  /** Motor torque, Nm. */
  torque: 9,
  /** mm/s r.m.s. */
  vibration: 10,
  /** Pa. */
  oilPressure: 11,
} as const;
export const STATES = 12;

/** What controllers and the world outside do to the train; constant during a step. */
export interface Actuators {
  /** Torque asked of the motor, Nm. */
  torque: number;
  /** Valve positions asked for, 0 to 1. */
  suctionValve: number;
  dischargeValve: number;
  recycleValve: number;
  oilPump: boolean;
  /** Pipeline pressures, Pa. */
  upstreamPressure: number;
  downstreamPressure: number;
  /** Friction beyond the usual, Nm: a rotor that rubs on its casing. */
  rubbing: number;
}

/** Mass flows between the parts in a state, kg/s. */
export interface Flows {
  inlet: number;
  recycle: number;
  outlet: number;
}

/** The train at rest in its design point, close to steady. */
export function designState(): Float64Array {
  const state = new Float64Array(STATES);
  state[S.speed] = DESIGN.speed;
  state[S.flow] = DESIGN.massFlow;
  state[S.suctionPressure] = DESIGN.suctionPressure;
  state[S.dischargePressure] = 67.7e5;
  state[S.suctionValve] = 0.95;
  state[S.dischargeValve] = 0.8;
  state[S.recycleValve] = 0;
  state[S.dischargeTemperature] = 315;
  state[S.bearingTemperature] = 348;
  state[S.torque] = 34_000;
  state[S.vibration] = 1.7;
  state[S.oilPressure] = MACHINE.oilPressure;
  return state;
}

/** Flows through the three valves. The outlet has a check valve: nothing comes back from the pipeline. */
export function flowsInto(flows: Flows, state: Float64Array, by: Actuators): void {
  const p1 = state[S.suctionPressure]!;
  const p2 = state[S.dischargePressure]!;
  const hot = state[S.dischargeTemperature]!;
  const cold = GAS.suctionTemperature;
  flows.inlet = valveFlow(PIPING.suctionValve, state[S.suctionValve]!, by.upstreamPressure, p1, cold);
  flows.recycle = valveFlow(PIPING.recycleValve, state[S.recycleValve]!, p2, p1, hot);
  flows.outlet = Math.max(
    0,
    valveFlow(PIPING.dischargeValve, state[S.dischargeValve]!, p2, by.downstreamPressure, hot),
  );
}

/** Torque that the gas takes from the shaft, Nm at the motor. */
export function gasTorque(flow: number, speed: number): number {
  // w(ω)/ω is proportional to ω, so nothing is divided by a speed that may be zero.
  return (Math.abs(flow) * specificWork(1) * speed) / DESIGN.speed ** 2;
}

/** Vibration that a state settles at, mm/s: unbalance near the critical speed, and the shaking of unsteady flow. */
function vibrationSource(speed: number, flowRate: number): number {
  const r = speed / MACHINE.criticalSpeed;
  const response = (r * r) / Math.hypot(1 - r * r, 2 * MACHINE.damping * r);
  return MACHINE.unbalance * response + MACHINE.flowForce * Math.abs(flowRate);
}

/** Writes the time derivative of `state` into `rate`. */
export function derivative(state: Float64Array, rate: Float64Array, by: Actuators, flows: Flows): void {
  const speed = state[S.speed]!;
  const flow = state[S.flow]!;
  const p1 = state[S.suctionPressure]!;
  const p2 = state[S.dischargePressure]!;
  const hot = state[S.dischargeTemperature]!;
  const speedRatio = speed / DESIGN.speed;
  flowsInto(flows, state, by);

  const flowRate = PIPING.ductAreaOverLength * (pressureRatio(flow, p1, speedRatio) * p1 - p2);
  rate[S.flow] = flowRate;
  rate[S.suctionPressure] =
    (soundSpeedSquared(GAS.suctionTemperature) / PIPING.suctionVolume) * (flows.inlet + flows.recycle - flow);
  rate[S.dischargePressure] =
    (soundSpeedSquared(hot) / PIPING.dischargeVolume) * (flow - flows.recycle - flows.outlet);

  // Dry friction fades out below 1 rad/s, so that the train comes to rest instead of turning back.
  const friction = (DRIVE.frictionTorque + by.rubbing) * Math.min(speed, 1) + DRIVE.viscousTorque * speed;
  rate[S.speed] = (state[S.torque]! - gasTorque(flow, speed) - friction) / DRIVE.inertia;
  rate[S.torque] = (by.torque - state[S.torque]!) / DRIVE.torqueLag;

  rate[S.suctionValve] = strokeRate(state[S.suctionValve]!, by.suctionValve, STROKE.suction, STROKE.suction);
  rate[S.dischargeValve] = strokeRate(
    state[S.dischargeValve]!,
    by.dischargeValve,
    STROKE.discharge,
    STROKE.discharge,
  );
  rate[S.recycleValve] = strokeRate(
    state[S.recycleValve]!,
    by.recycleValve,
    STROKE.recycleOpen,
    STROKE.recycleClose,
  );

  // All shaft work becomes heat of the gas, and only gas that leaves forwards carries it away: that is why a
  // surging machine, which moves the same gas to and fro, grows hot.
  const work = Math.abs(flow) * specificWork(speedRatio);
  rate[S.dischargeTemperature] =
    (work - Math.max(flow, 0) * GAS.cp * (hot - GAS.suctionTemperature)) / MACHINE.casingHeat;

  const oil = state[S.oilPressure]! / MACHINE.oilPressure;
  const heat = MACHINE.bearingHeat * oil + MACHINE.dryBearingHeat * (1 - oil);
  const vibration = state[S.vibration]!;
  rate[S.bearingTemperature] =
    heat * speedRatio * speedRatio * (1 + vibration / 20) -
    ((0.1 + 0.9 * oil) * (state[S.bearingTemperature]! - MACHINE.oilTemperature)) / MACHINE.bearingCooling;
  rate[S.oilPressure] = ((by.oilPump ? MACHINE.oilPressure : 0) - state[S.oilPressure]!) / MACHINE.oilLag;
  rate[S.vibration] = (vibrationSource(speed, flowRate) - vibration) / MACHINE.vibrationLag;
}
