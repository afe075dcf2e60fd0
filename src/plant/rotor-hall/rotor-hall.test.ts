import assert from 'node:assert/strict';
import test from 'node:test';
import { BlockType, makeBlock, type S7Block } from '../s7-block.ts';
import { objectText, type Tag, withinRange } from '../tag.ts';
import { codeBlock, DRIVE, MAIN } from './cascade-program.ts';
import { BAND } from './constants.ts';
import { ROTOR_HALL_HISTORY, rotorHallHistory } from './history.ts';
import { RotorHall } from './rotor-hall.ts';
import { DRIVE_TAGS, LIMIT_TAGS, TAGS } from './tags.ts';

function link(hall: RotorHall, block: S7Block): void {
  const { cpu } = hall.controllers['plc-a'];
  assert.ok(cpu.load(block.type, block.number, block.bytes));
  assert.ok(cpu.activate(block.type, block.number));
}

test('undisturbed it stays for an hour with every tag in its safe range, and uses up no life', () => {
  for (const seed of [1, 2]) {
    const hall = new RotorHall({ seed });
    hall.runUntil(3600);
    assert.equal(Math.round(hall.time), 3600);
    assert.deepEqual(hall.watch.excursions, []);
    for (const { consequences } of hall.drives) {
      assert.equal(consequences.damage, 0);
      assert.equal(consequences.outside, 0);
    }
  }
});

test('it begins in its safe range, whatever the seed', () => {
  for (let seed = 0; seed < 30; seed++) {
    const hall = new RotorHall({ seed });
    hall.runUntil(10);
    assert.deepEqual(hall.watch.excursions, [], `seed ${seed}`);
  }
});

test('the whole band is safe, at either end', () => {
  for (const setpoint of [BAND.lowest + 5, BAND.highest - 5]) {
    const hall = new RotorHall({ seed: 3 });
    for (const { setpoint: tag } of DRIVE_TAGS) hall.set(tag, setpoint);
    hall.runUntil(600);
    assert.deepEqual(hall.watch.excursions, []);
    for (const drive of hall.drives) {
      assert.ok(Math.abs(drive.turns - setpoint) < 2);
      assert.equal(drive.consequences.damage, 0);
    }
  }
});

test('the same seed gives the same readings, another seed others', () => {
  const take = (seed: number): number[] =>
    [...rotorHallHistory({ seed, seconds: 60 })].flatMap(row => [...row.values]);
  assert.deepEqual(take(5), take(5));
  assert.notDeepEqual(take(5), take(6));
});

test('a quiet history has every tag in its range at every second, and an operator at work', () => {
  let wishes = 0;
  let rows = 0;
  for (const { values, wish, time } of rotorHallHistory({ seed: 7, seconds: 1800 })) {
    rows++;
    if (wish !== undefined) wishes++;
    for (const [i, tag] of ROTOR_HALL_HISTORY.entries()) {
      assert.ok(withinRange(tag, values[i]!), `${time} s: ${tag.name} = ${values[i]}`);
    }
  }
  assert.equal(rows, 1800);
  assert.ok(wishes > 8);
});

test('the program keeps setpoints within its limits, and trips what shakes or turns too fast', () => {
  const hall = new RotorHall({ seed: 1 });
  const [first, second] = [DRIVE_TAGS[0]!, DRIVE_TAGS[1]!];
  hall.set(first.setpoint, 1410);
  hall.set(second.setpoint, 10);
  hall.runUntil(60);
  assert.ok(Math.abs(hall.value(first.frequency) - BAND.highest) < 3);
  assert.ok(Math.abs(hall.value(second.frequency) - BAND.lowest) < 3);

  // Through the third critical speed too slowly: with the lower limit gone.
  hall.set(LIMIT_TAGS['plc-a'].lowest, 0);
  hall.set(second.setpoint, 655);
  hall.set(LIMIT_TAGS['plc-a'].vibrationTrip, 7);
  hall.runUntil(120);
  assert.equal(hall.value(second.tripped), 1);
  assert.equal(hall.value(first.tripped), 0);

  hall.set(LIMIT_TAGS['plc-a'].highest, 1500);
  hall.runUntil(180);
  assert.equal(hall.value(first.tripped), 1, 'the guard trips the cascade');
  assert.ok(hall.drives[0]!.consequences.highest < 1270);
});

test('a run command taken away stops a drive; given back it starts, and clears a trip', () => {
  const hall = new RotorHall({ seed: 1 });
  hall.set(DRIVE_TAGS[2]!.run, 0);
  hall.runUntil(200);
  assert.ok(hall.drives[2]!.turns < 1);
  assert.equal(hall.value(DRIVE_TAGS[2]!.running), 0);
  hall.set(DRIVE_TAGS[2]!.run, 1);
  hall.runUntil(400);
  assert.ok(Math.abs(hall.value(DRIVE_TAGS[2]!.frequency) - BAND.nominal) < 3);
  assert.equal(
    hall.watch.excursions.some(({ tag }) => tag === 'drive-4.frequency'),
    false,
  );
});

test('what a block says is what the controller does', () => {
  const hall = new RotorHall({ seed: 1 });
  // Twice what was asked for.
  link(hall, codeBlock(BlockType.FB, 10, DRIVE.replace('T DID 8', 'L 0.9\n*R\nT DID 8'), 'DRIVE'));
  hall.runUntil(60);
  assert.ok(Math.abs(hall.drives[0]!.turns - 0.9 * BAND.nominal) < 2);
  assert.ok(Math.abs(hall.drives[6]!.turns - BAND.nominal) < 2, 'the other controller has its own');
});

test('a block that cannot run puts the controller into STOP; its drives ramp down', () => {
  for (const [block, cause] of [
    [codeBlock(BlockType.OB, 1, MAIN.replace('UC FC 1', 'UC FC 99'), 'CYCLE'), /FC99 is missing/],
    [codeBlock(BlockType.FC, 1, 'again: JU again', 'READ'), /cycle time exceeded/],
    // Machine code of a real CPU: BE.
    [makeBlock(BlockType.OB, 1, Uint8Array.of(0x65, 0x00)), /not in the form/],
  ] as const) {
    const hall = new RotorHall({ seed: 1 });
    const controller = hall.controllers['plc-a'];
    link(hall, block);
    hall.runUntil(20);
    assert.equal(controller.cpu.running, false);
    assert.match(controller.fault!.cause, cause);
    hall.runUntil(200);
    assert.ok(hall.drives[0]!.turns < 1);
    assert.ok(hall.drives[0]!.consequences.damage < 0.01);
    assert.ok(hall.controllers['plc-b'].cpu.running);
  }
});

test('a data block that is too short, or deleted, stops the controller too', () => {
  const hall = new RotorHall({ seed: 1 });
  link(hall, makeBlock(BlockType.DB, 3, new Uint8Array(8)));
  hall.runUntil(2);
  assert.match(hall.controllers['plc-a'].fault!.cause, /outside its area/);
  const { cpu } = hall.controllers['plc-b'];
  assert.ok(cpu.delete(BlockType.DB, 12));
  hall.runUntil(4);
  assert.match(hall.controllers['plc-b'].fault!.cause, /instance data block is missing/);
});

test('without OB1 the outputs stay as they are', () => {
  const hall = new RotorHall({ seed: 1 });
  assert.ok(hall.controllers['plc-a'].cpu.delete(BlockType.OB, 1));
  hall.set(DRIVE_TAGS[0]!.setpoint, 900);
  hall.runUntil(60);
  assert.ok(hall.controllers['plc-a'].cpu.running);
  assert.ok(Math.abs(hall.drives[0]!.turns - BAND.nominal) < 2);
});

test('what was loaded and not linked in is gone after a power cycle; the program is not', () => {
  const hall = new RotorHall({ seed: 1 });
  const { cpu } = hall.controllers['plc-a'];
  const block = codeBlock(BlockType.OB, 35, 'BE', 'GUARD');
  assert.ok(cpu.load(block.type, block.number, block.bytes));
  hall.set(DRIVE_TAGS[0]!.setpoint, 1075);
  cpu.running = false;
  cpu.powerCycle();
  assert.ok(cpu.running);
  assert.equal(cpu.activate(block.type, block.number), false);
  assert.equal(hall.value(DRIVE_TAGS[0]!.setpoint), 1075);
  hall.runUntil(30);
  assert.ok(Math.abs(hall.drives[0]!.turns - 1075) < 2);
});

test('no two tags share a name, or an object of one device', () => {
  assert.equal(new Set(TAGS.map(tag => tag.name)).size, TAGS.length);
  assert.equal(new Set(TAGS.map((tag: Tag) => `${tag.controller} ${objectText(tag)}`)).size, TAGS.length);
});
