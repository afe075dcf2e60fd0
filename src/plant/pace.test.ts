import assert from 'node:assert/strict';
import test from 'node:test';
import { pace, type WallClock } from './pace.ts';

test('simulated time follows the wall clock at the chosen speed, and a stall is caught up by a second at most', () => {
  let wall = 0;
  let tick = () => {};
  let stopped = false;
  const clock: WallClock = {
    now: () => wall,
    every(_ms, callback) {
      tick = callback;
      return () => {
        stopped = true;
      };
    },
  };
  const plant = {
    time: 5,
    runUntil(time: number) {
      plant.time = time;
    },
  };
  const stop = pace(plant, 4, clock);
  wall = 100;
  tick();
  assert.ok(Math.abs(plant.time - 5.4) < 1e-9);
  wall = 60_100;
  tick();
  assert.ok(Math.abs(plant.time - 9.4) < 1e-9);
  stop();
  assert.ok(stopped);
});
