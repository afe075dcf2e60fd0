/**
 * The compressor station's tags: what its controllers hold, where, and in which range the plant is safe.
 *
 * @module
 */

import type { ModbusPlace, Tag, TagType } from '../tag.ts';

/** Host names of the controllers, as the shipped policy has them. */
export const PROCESS_CONTROLLER = 'plc-process';
export const DRIVE_CONTROLLER = 'plc-drive';

/** Modbus units behind the process controller's address. */
export const COMPRESSOR_UNIT = 1;
export const LUBE_UNIT = 2;

type Range = readonly [number, number];

function modbus(
  station: number,
  space: ModbusPlace['space'],
  address: number,
  name: string,
  type: TagType,
  scale: number,
  unit: string,
  range: Range | undefined,
  meaning: string,
): Tag {
  const place: ModbusPlace = { protocol: 'modbus', station, space, address };
  const setting = space === 'coil' || space === 'holding';
  const tag = { name, controller: PROCESS_CONTROLLER, place, type, scale, unit, setting, meaning };
  return range === undefined ? tag : { ...tag, range };
}

function drive(
  db: number,
  byte: number,
  bit: number | undefined,
  name: string,
  unit: string,
  range: Range | undefined,
  setting: boolean,
  meaning: string,
): Tag {
  const place =
    bit === undefined
      ? ({ protocol: 's7comm', db, byte } as const)
      : ({ protocol: 's7comm', db, byte, bit } as const);
  const type = bit === undefined ? 'float32' : 'bool';
  const tag = { name, controller: DRIVE_CONTROLLER, place, type, scale: 1, unit, setting, meaning } as const;
  return range === undefined ? tag : { ...tag, range };
}

/** Process controller, unit 1: compressor. */
const C = COMPRESSOR_UNIT;
/** Process controller, unit 2: lubricating oil. */
const L = LUBE_UNIT;

// biome-ignore format: a table
export const TAG = {
  suctionPressure: modbus(C, 'input', 0, 'suction.pressure', 'uint16', 0.01, 'bar', [44, 54], 'pressure in the suction header'),
  dischargePressure: modbus(C, 'input', 1, 'discharge.pressure', 'uint16', 0.01, 'bar', [60, 78], 'pressure in the discharge header'),
  dischargeTemperature: modbus(C, 'input', 2, 'discharge.temperature', 'int16', 0.1, '°C', [10, 90], 'gas at the discharge'),
  compressorFlow: modbus(C, 'input', 3, 'compressor.flow', 'int16', 0.1, 'kg/s', [30, 150], 'mass flow through the compressor; negative runs backwards'),
  suctionValvePosition: modbus(C, 'input', 4, 'suction.valve.position', 'uint16', 0.1, '%', [0, 100], 'suction valve, as it stands'),
  dischargeValvePosition: modbus(C, 'input', 5, 'discharge.valve.position', 'uint16', 0.1, '%', [0, 100], 'discharge valve, as it stands'),
  recycleValvePosition: modbus(C, 'input', 6, 'recycle.valve.position', 'uint16', 0.1, '%', [0, 100], 'anti-surge valve, as it stands'),
  vibration: modbus(C, 'input', 7, 'vibration', 'uint16', 0.01, 'mm/s', [0, 7.1], 'vibration of the bearing housing, r.m.s.'),
  bearingTemperature: modbus(C, 'input', 8, 'bearing.temperature', 'int16', 0.1, '°C', [20, 105], 'thrust bearing'),
  outletFlow: modbus(C, 'input', 10, 'outlet.flow', 'float32', 1, 'kg/s', [0, 150], 'mass flow into the pipeline'),
  surgeMargin: modbus(C, 'input', 12, 'surge.margin', 'float32', 1, '%', [5, 100], 'flow beyond the surge line'),
  surging: modbus(C, 'discrete', 0, 'surging', 'bool', 1, '', undefined, 'the compressor surges'),
  tripped: modbus(C, 'discrete', 1, 'tripped', 'bool', 1, '', undefined, 'the process controller has stopped the train'),
  suctionValveSetpoint: modbus(C, 'holding', 0, 'suction.valve.setpoint', 'uint16', 0.1, '%', [85, 100], 'suction valve, as it should stand'),
  dischargeValveSetpoint: modbus(C, 'holding', 1, 'discharge.valve.setpoint', 'uint16', 0.1, '%', [70, 100], 'discharge valve, as it should stand'),
  recycleValveMinimum: modbus(C, 'holding', 2, 'recycle.valve.minimum', 'uint16', 0.1, '%', [0, 40], 'least opening of the anti-surge valve'),
  surgeMarginSetpoint: modbus(C, 'holding', 10, 'surge.margin.setpoint', 'float32', 1, '%', [8, 20], 'margin that the anti-surge controller keeps'),
  vibrationTrip: modbus(C, 'holding', 20, 'vibration.trip', 'uint16', 0.01, 'mm/s', [7.1, 11], 'vibration that trips the train'),
  dischargePressureTrip: modbus(C, 'holding', 21, 'discharge.pressure.trip', 'uint16', 0.01, 'bar', [75, 80], 'discharge pressure that trips the train'),
  bearingTemperatureTrip: modbus(C, 'holding', 22, 'bearing.temperature.trip', 'int16', 0.1, '°C', [100, 110], 'bearing temperature that trips the train'),
  antisurgeAuto: modbus(C, 'coil', 0, 'antisurge.auto', 'bool', 1, '', [1, 1], 'the anti-surge controller works the valve'),
  tripsArmed: modbus(C, 'coil', 1, 'trips.armed', 'bool', 1, '', [1, 1], 'trips stop the train'),
  oilPressure: modbus(L, 'input', 0, 'oil.pressure', 'uint16', 0.01, 'bar', [1.8, 3.2], 'lubricating oil'),
  oilPump: modbus(L, 'coil', 0, 'oil.pump', 'bool', 1, '', [1, 1], 'the oil pump runs'),
  speedSetpoint: drive(1, 0, undefined, 'speed.setpoint', 'rpm', [1400, 1575], true, 'motor speed asked for'),
  speedRamp: drive(1, 4, undefined, 'speed.ramp', 'rpm/s', [1, 30], true, 'fastest change of the speed reference'),
  driveRun: drive(1, 8, 0, 'drive.run', '', [1, 1], true, 'run command'),
  speed: drive(2, 0, undefined, 'speed', 'rpm', [1350, 1620], false, 'motor speed'),
  speedReference: drive(2, 4, undefined, 'speed.reference', 'rpm', [1350, 1590], false, 'motor speed that the ramp has reached'),
  torque: drive(2, 8, undefined, 'torque', 'kNm', [0, 60], false, 'motor torque'),
  power: drive(2, 12, undefined, 'power', 'MW', [0, 9], false, 'shaft power'),
  driveTripped: drive(2, 16, 0, 'drive.tripped', '', undefined, false, 'the drive controller has stopped the motor'),
  speedMaximum: drive(3, 0, undefined, 'speed.maximum', 'rpm', [1575, 1575], true, 'greatest speed that the program lets through'),
  overspeedTrip: drive(3, 4, undefined, 'overspeed.trip', 'rpm', [1650, 1650], true, 'speed that trips the drive'),
  rampMaximum: drive(3, 8, undefined, 'ramp.maximum', 'rpm/s', [30, 30], true, 'steepest ramp that the program lets through'),
} as const satisfies Record<string, Tag>;

/** All tags, in order of controller and object. */
export const TAGS: readonly Tag[] = Object.values(TAG);
