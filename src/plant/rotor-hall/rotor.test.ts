import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../random.ts';
import { damageRate } from './consequences.ts';
import { BAND, CONVERTER, DAMPING, LIFE, MOTOR, ROTOR, TURN } from './constants.ts';
import { Drive, settledSlip } from './drive.ts';
import {
  dragTorque,
  hoopStress,
  motorCurrent,
  motorTorque,
  resonance,
  vibration,
  windingTarget,
} from './rotor.ts';

const AS_DRAWN = { modes: [1, 1, 1, 1], eccentricity: 1, drag: 1, endurance: 1 };

function near(value: number, expected: number, share = 1e-3): void {
  assert.ok(Math.abs(value - expected) <= share * Math.abs(expected), `${value}, expected ${expected}`);
}

/** Kloss's formula: the breakdown torque at the breakdown slip, 2 Δ/Δ_b of it far below, 4/5 at half and at twice the slip. */
test('the motor’s torque follows Kloss', () => {
  const { breakdownTorque: most, breakdownSlip: slip } = MOTOR;
  near(motorTorque(slip), most, 1e-12);
  near(motorTorque(slip / 1000), (2 * most) / 1000, 1e-5);
  near(motorTorque(slip / 2), 0.8 * most, 1e-12);
  near(motorTorque(2 * slip), 0.8 * most, 1e-12);
  assert.equal(motorTorque(-slip), -most);
  assert.equal(motorTorque(0), 0);
});

/** 400 W at 1064 revolutions a second: 400 / 6685.3 = 0.05983 Nm; slip 0.05983 · 20 / (2 · 1.2) = 0.4986 Hz. */
test('drag and slip balance where they should', () => {
  const speed = BAND.nominal * TURN;
  near(speed, 6685.3);
  near(dragTorque(speed), 0.05983);
  near(settledSlip(speed) / TURN, 0.4986 * (1 - 2 * (0.4986 / 1064)));
  near(motorTorque(settledSlip(speed)), dragTorque(speed - settledSlip(speed)), 1e-9);
});

/** Jeffcott's rotor: 1 / (2 ζ) at the critical speed, 1 far above, r² far below; at r = 2 nearly 4/3. */
test('vibration has its peaks at the critical speeds and is low between them', () => {
  near(resonance(1), 1 / (2 * DAMPING), 1e-12);
  near(resonance(2), 4 / 3);
  near(resonance(1000), 1);
  near(resonance(0.01), 1e-4);
  const at = (turns: number): number => vibration(turns * TURN, AS_DRAWN);
  for (let turns = BAND.lowest; turns <= BAND.highest; turns += 1)
    assert.ok(at(turns) < LIFE.vibration, `${turns}`);
  // By hand for mode 4 alone, r = 1410/1395: 27.0 · 0.25 µm · 8859 rad/s / √2.
  near(at(1410), (resonance(1410 / 1395) * 2.5e-7 * 1410 * TURN * 1000) / Math.SQRT2, 0.01);
  assert.ok(at(655) > LIFE.vibration && at(1395) > LIFE.vibration);
});

/** σ = ρ v²: at 1064 turns 401.1 m/s, 257.4 MPa; at 1410 turns 531.6 m/s, 452.1 MPa. */
test('hoop stress, current and winding temperature by hand', () => {
  near(hoopStress(BAND.nominal * TURN), 257.4e6);
  near(hoopStress(1410 * TURN), 452.1e6);
  near(motorCurrent(0.05983), Math.sqrt(1.1 ** 2 + 0.6648 ** 2));
  near(windingTarget(24, 1.285, BAND.nominal), 24 + 2 * 1.651 + 25);
});

/** Basquin: (452.1/360)^8 / 10800 s. Bearings: (v/7.1)³ / 155000 s. Below both limits nothing. */
test('life is used up beyond its limits only, at the rates of its laws', () => {
  assert.equal(damageRate(BAND.highest * TURN, LIFE.vibration, 1), 0);
  near(damageRate(1410 * TURN, 0, 1), (452.1 / 360) ** 8 / 10_800, 0.005);
  near(damageRate(BAND.nominal * TURN, 2 * LIFE.vibration, 1), 8 / 155_000, 1e-9);
  near(damageRate(BAND.nominal * TURN, 43, 1), (43 / 7.1) ** 3 / 155_000, 1e-9);
});

test('a drive follows its ramp, and its mode of life costs nothing inside the band', () => {
  const drive = new Drive(new Random(1));
  drive.command = BAND.highest;
  // 146 Hz at 10 Hz/s.
  for (let t = 0; t < 200; t++) drive.step(0.1);
  assert.equal(drive.frequency, BAND.highest);
  near(drive.turns, BAND.highest, 2e-3);
  assert.equal(drive.consequences.damage, 0);
  assert.equal(drive.consequences.outside, 0);
});

/** From rest the converter's ramp accelerates it: J · 2π · 10 Hz/s = 0.724 Nm, below breakdown; so 1064 Hz take 106 s and a little. */
test('it comes to its speed from rest in the time of the ramp, and down again by the safe stop', () => {
  near(ROTOR.inertia * TURN * CONVERTER.ramp, 0.724);
  const drive = new Drive(new Random(2));
  const seconds = (until: () => boolean): number => {
    let time = 0;
    for (; !until() && time < 1000; time += 0.1) drive.step(0.1);
    return time;
  };
  drive.run = false;
  near(
    seconds(() => drive.turns < 1),
    106.4,
    0.05,
  );
  drive.run = true;
  near(
    seconds(() => drive.turns > BAND.nominal - 2),
    106.4,
    0.05,
  );
  drive.stopped = true;
  near(
    seconds(() => drive.turns < 1),
    76,
    0.05,
  );
  drive.command = BAND.nominal;
  for (let t = 0; t < 100; t++) drive.step(0.1);
  assert.ok(drive.turns < 1, 'no controller starts it again');
  assert.ok(
    drive.consequences.damage > 0 && drive.consequences.damage < 0.01,
    'critical speeds were crossed quickly',
  );
});

test('a command that is no number, or beyond the converter, does no more than the converter lets it', () => {
  const drive = new Drive(new Random(3));
  for (const command of [Number.NaN, -5, Number.NEGATIVE_INFINITY]) {
    drive.command = command;
    drive.step(0.1);
    assert.ok(drive.frequency < BAND.nominal);
  }
  drive.command = Number.POSITIVE_INFINITY;
  for (let t = 0; t < 1000; t++) drive.step(0.1);
  assert.equal(drive.frequency, CONVERTER.highest);
  assert.ok(Number.isFinite(drive.speed) && Number.isFinite(drive.winding));
});

test('outside the band for long it is wrecked, and then stands still', () => {
  const drive = new Drive(new Random(4));
  drive.command = 1410;
  let wreckedAt = 0;
  for (let t = 0; t < 3600 && wreckedAt === 0; t += 0.1) {
    drive.step(0.1);
    if (drive.consequences.wrecked) wreckedAt = t;
  }
  assert.ok(wreckedAt > 120 && wreckedAt < 1800, `${wreckedAt} s`);
  for (let t = 0; t < 1200; t++) drive.step(0.1);
  assert.equal(drive.speed, 0);
});

test('half the step gives the same speed and temperature but for chance', () => {
  const run = (h: number): Drive => {
    const drive = new Drive(new Random(5));
    drive.command = 900;
    for (let i = 0; i < Math.round(60 / h); i++) drive.step(h);
    return drive;
  };
  const [coarse, fine] = [run(0.1), run(0.05)];
  // Load and air wander, by other numbers: 3 % of the drag is 0.015 Hz of slip.
  assert.ok(Math.abs(coarse.turns - fine.turns) < 0.1);
  assert.ok(Math.abs(coarse.winding - fine.winding) < 1);
});
