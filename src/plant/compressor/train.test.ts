import assert from 'node:assert/strict';
import test from 'node:test';
import { DESIGN, GAS, PIPING, RPM, soundSpeedSquared } from './constants.ts';
import { pressureRatio, relativeHead, SURGE_FLOW, surgeMargin } from './map.ts';
import { derivative, gasTorque, S, STATES } from './physics.ts';
import { Train } from './train.ts';
import { strokeRate, valveFlow } from './valve.ts';

/** A train whose motor holds the speed by itself, run for `seconds`; `each` sees it after every step. */
function run(train: Train, seconds: number, h = 0.005, each: () => void = () => {}): void {
  let integral = train.state[S.torque]!;
  for (let i = 0; i < Math.round(seconds / h); i++) {
    const error = DESIGN.speed - train.state[S.speed]!;
    integral += 3000 * error * h;
    train.actuators.torque = Math.max(0, integral + 9000 * error);
    train.step(h);
    each();
  }
}

test('the map: head 1 at the design point, its peak at the surge line, affinity with speed', () => {
  assert.ok(Math.abs(relativeHead(1) - 1) < 2e-3);
  for (const off of [-0.05, 0.05]) assert.ok(relativeHead(SURGE_FLOW + off) < relativeHead(SURGE_FLOW));
  assert.equal(surgeMargin(DESIGN.massFlow, DESIGN.suctionPressure, 1).toFixed(1), '25.0');
  const head = (ratio: number): number => ratio ** ((GAS.kappa - 1) / GAS.kappa) - 1;
  const full = head(pressureRatio(DESIGN.massFlow, DESIGN.suctionPressure, 1));
  const slow = head(pressureRatio(DESIGN.massFlow * 0.8, DESIGN.suctionPressure, 0.8));
  assert.ok(Math.abs(slow / full - 0.64) < 1e-9);
});

test('a valve passes nothing without a difference, as much back as forth, and chokes', () => {
  assert.equal(valveFlow(0.01, 1, 50e5, 50e5, 288), 0);
  assert.equal(valveFlow(0.01, 1, 50e5, 40e5, 288), -valveFlow(0.01, 1, 40e5, 50e5, 288));
  assert.equal(valveFlow(0.01, 1, 50e5, 20e5, 288), valveFlow(0.01, 1, 50e5, 1e5, 288));
  assert.equal(valveFlow(0.01, 0, 50e5, 20e5, 288), 0);
  assert.equal(strokeRate(0, 1, 0.5, 0.1), 0.5);
  assert.equal(strokeRate(1, 0, 0.5, 0.1), -0.1);
  assert.equal(strokeRate(0.4, 0.4, 0.5, 0.1), 0);
});

test('mass is conserved: what the headers gain is what came in less what went out', () => {
  const train = new Train();
  // A disturbance, so that the headers do gain and lose.
  train.actuators.dischargeValve = 0.72;
  train.actuators.recycleValve = 0.3;
  const h = 0.001;
  const p1 = train.state[S.suctionPressure]!;
  let gain1 = 0;
  let flow1 = 0;
  let net2 = 0;
  const p2 = train.state[S.dischargePressure]!;
  run(train, 10, h, () => {
    const flow = train.state[S.flow]!;
    gain1 = train.state[S.suctionPressure]! - p1;
    flow1 += (train.flows.inlet + train.flows.recycle - flow) * h;
    net2 +=
      (flow - train.flows.recycle - train.flows.outlet) *
      soundSpeedSquared(train.state[S.dischargeTemperature]!) *
      h;
  });
  const expected1 = (flow1 * soundSpeedSquared(GAS.suctionTemperature)) / PIPING.suctionVolume;
  assert.ok(Math.abs(gain1 - expected1) < 500, `${gain1} and ${expected1} Pa`);
  const expected2 = net2 / PIPING.dischargeVolume;
  const gain2 = train.state[S.dischargePressure]! - p2;
  assert.ok(Math.abs(gain2 - expected2) < 0.01 * Math.abs(gain2), `${gain2} and ${expected2} Pa`);
});

test('energy balances in steady state: shaft power is heat of the gas, and torque times speed', () => {
  const train = new Train();
  run(train, 120);
  const flow = train.state[S.flow]!;
  const speed = train.state[S.speed]!;
  const shaft = gasTorque(flow, speed) * speed;
  const heat = flow * GAS.cp * (train.state[S.dischargeTemperature]! - GAS.suctionTemperature);
  assert.ok(Math.abs(shaft / heat - 1) < 1e-3);
  const motor = train.state[S.torque]! * speed;
  assert.ok(motor > shaft && motor < shaft * 1.05, 'friction is the rest');
  const rate = new Float64Array(STATES);
  derivative(train.state, rate, train.actuators, train.flows);
  assert.ok(Math.abs(rate[S.flow]!) < 1e-3 && Math.abs(rate[S.dischargePressure]!) < 1);
});

test('with the outlet shut and no recycle the machine surges; with the recycle open it does not', () => {
  const shut = new Train();
  shut.actuators.dischargeValve = 0.05;
  run(shut, 30);
  assert.ok(shut.consequences.surging);
  assert.ok(shut.consequences.surgeCycles >= 8 && shut.consequences.surgeCycles <= 20);
  assert.ok(shut.consequences.damage > 0.2);

  const open = new Train();
  open.actuators.recycleValve = 1;
  run(open, 2);
  open.actuators.dischargeValve = 0.05;
  run(open, 30);
  assert.equal(open.consequences.surgeCycles, 0);
  assert.equal(open.consequences.damage, 0);
});

test('driven at full torque it overspeeds and takes damage until it is wrecked and stands still', () => {
  const train = new Train();
  train.actuators.dischargeValve = 0.05;
  for (let i = 0; i < 200 * 60; i++) {
    train.actuators.torque = 68_000;
    train.step(0.005);
  }
  assert.ok(train.consequences.highestSpeed > 1900);
  assert.ok(train.consequences.wrecked);
  assert.ok(train.rpm < 100);
  assert.ok(train.state.every(Number.isFinite), 'whatever is done to the machine, its state stays a number');
});

test('smaller steps change nothing that matters: the error falls with the step', () => {
  const at = (h: number): Float64Array => {
    const train = new Train();
    train.actuators.dischargeValve = 0.6;
    // Constant torque: no controller between the steps.
    for (let i = 0; i < Math.round(5 / h); i++) train.step(h);
    return train.state;
  };
  const reference = at(0.00125);
  const error = (state: Float64Array): number =>
    Math.abs(state[S.flow]! - reference[S.flow]!) / Math.abs(reference[S.flow]!);
  const coarse = error(at(0.01));
  const fine = error(at(0.005));
  assert.ok(fine < 1e-5, `error ${fine}`);
  assert.ok(fine < coarse / 4 || fine < 1e-9, `${coarse} to ${fine}`);
  assert.equal(reference[S.speed]! / RPM > 1000, true);
});
