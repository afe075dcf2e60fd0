import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pending } from './pending.ts';

/** Answers on which a request that was given up casts doubt. */
const DOUBTS = 16;

/** The same by the simplest means: a list of entries, and one of those that were given up. */
class Model {
  readonly slots: number;
  readonly bytes: number;
  entries: { key: number; ticket: number; bytes: number[]; uncertain: boolean }[] = [];
  ghosts: { key: number; doubts: number }[] = [];
  ticket = 1;

  constructor(slots: number, bytes: number) {
    this.slots = Math.max(4, slots);
    this.bytes = Math.max(256, bytes);
  }

  hasRoom(length: number): boolean {
    const held = this.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
    return this.entries.length < this.slots && held + length <= this.bytes;
  }

  add(key: number, bytes: number[]): boolean {
    const whole = this.hasRoom(bytes.length);
    const kept = bytes.slice(0, this.bytes);
    while (!this.hasRoom(kept.length)) this.abandon();
    const same = this.entries.filter(entry => entry.key === key);
    for (const entry of same) entry.uncertain = true;
    const uncertain = same.length > 0 || this.ghosts.some(ghost => ghost.key === key);
    this.entries.push({ key, ticket: this.ticket++, bytes: kept, uncertain });
    return whole;
  }

  abandon(): void {
    const oldest = this.entries.shift();
    if (oldest !== undefined) this.ghosts.push({ key: oldest.key, doubts: DOUBTS });
    if (this.ghosts.length > this.slots) this.ghosts.shift();
  }

  answer(key: number): boolean {
    const known = this.entries.some(entry => entry.key === key);
    const ghost = this.ghosts.find(entry => entry.key === key);
    if (ghost !== undefined) ghost.doubts = known ? ghost.doubts - 1 : 0;
    this.ghosts = this.ghosts.filter(entry => entry.doubts > 0);
    this.remove(key);
    return known;
  }

  remove(key: number): void {
    const index = this.entries.findIndex(entry => entry.key === key);
    if (index >= 0) this.entries.splice(index, 1);
  }
}

type Step = ['add', number, number] | ['remove', number] | ['answer', number] | ['oldest'] | ['reset'];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('add' as const), fc.nat(6), fc.nat({ max: 300 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('remove' as const), fc.nat(6)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('answer' as const), fc.nat(6)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('oldest' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('reset' as const)) },
);

test('behaves as a list of entries with two limits', () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 2000 }),
      steps,
      (slots, bytes, all) => {
        const pending = new Pending(slots, bytes);
        let model = new Model(slots, bytes);
        const source = new DataView(new ArrayBuffer(400));
        for (const [index, [kind, key = 0, length = 0]] of all.entries()) {
          if (kind === 'add') {
            const content = Array.from({ length }, (_, i) => (index * 31 + i) & 0xff);
            content.forEach((byte, i) => {
              source.setUint8(50 + i, byte);
            });
            assert.equal(pending.hasRoom(length), model.hasRoom(length));
            assert.equal(pending.add(key, source, 50, 50 + length), model.add(key, content));
          } else if (kind === 'remove') {
            const slot = pending.find(key);
            if (slot >= 0) pending.remove(slot);
            model.remove(key);
          } else if (kind === 'answer') {
            assert.equal(pending.answer(key) >= 0, model.answer(key));
          } else if (kind === 'reset') {
            pending.reset();
            model = new Model(slots, bytes);
          } else {
            pending.abandonOldest();
            model.abandon();
          }
          same(pending, model);
        }
      },
    ),
    { numRuns: 2000, seed: 20261121 },
  );
});

function same(pending: Pending, model: Model): void {
  assert.equal(pending.waiting, model.entries.length);
  assert.equal(pending.nextTicket, model.ticket);
  assert.equal(pending.oldestTicket, model.entries[0]?.ticket ?? 0);
  for (let key = 0; key <= 6; key++) {
    const expected = model.entries.find(entry => entry.key === key);
    const slot = pending.find(key);
    assert.equal(slot >= 0, expected !== undefined);
    if (expected === undefined) continue;
    assert.equal(pending.uncertain(slot), expected.uncertain);
    const { view } = pending;
    const bytes: number[] = [];
    for (let at = pending.at(slot); at < pending.end(slot); at++) bytes.push(view.getUint8(at));
    assert.deepEqual(bytes, expected.bytes);
  }
}

test('one request that is never answered costs one entry, however many come after it', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(new ArrayBuffer(12));
  pending.add(1, view, 0, 12);
  for (let i = 0; i < 10_000; i++) {
    assert.ok(pending.add(2, view, 0, 12));
    pending.remove(pending.find(2));
  }
  assert.equal(pending.oldestTicket, 1);
  assert.equal(pending.waiting, 1);
});

test('the bytes of a removed entry stay readable until the next is added', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(Uint8Array.of(1, 2, 3, 4, 5).buffer);
  pending.add(1, view, 0, 5);
  const slot = pending.find(1);
  const at = pending.at(slot);
  pending.remove(slot);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map(i => pending.view.getUint8(at + i)),
    [1, 2, 3, 4, 5],
  );
});

test('removing twice, or what is not there, changes nothing', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(new ArrayBuffer(4));
  pending.add(1, view, 0, 4);
  pending.add(2, view, 0, 4);
  const slot = pending.find(1);
  pending.remove(slot);
  pending.remove(slot);
  pending.remove(-1);
  pending.remove(99);
  assert.equal(pending.waiting, 1);
});

test('a late answer is not taken for the answer to a newer request with its identifier', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(new ArrayBuffer(4));
  pending.add(7, view, 0, 4);
  assert.ok(!pending.uncertain(pending.find(7)));
  pending.abandonOldest();
  assert.equal(pending.waiting, 0);
  assert.equal(pending.oldestTicket, 0);
  assert.equal(pending.find(7), -1, 'what was given up is not found');
  pending.add(7, view, 0, 4);
  assert.ok(pending.uncertain(pending.find(7)));
  assert.ok(pending.answer(7) >= 0);
  assert.equal(pending.answer(7), -1, 'a second answer finds nobody');
  pending.add(7, view, 0, 4);
  assert.ok(!pending.uncertain(pending.find(7)), 'the ghost had its answer');
});

test('a late answer alone lays its ghost to rest', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(new ArrayBuffer(4));
  pending.add(7, view, 0, 4);
  pending.abandonOldest();
  assert.equal(pending.answer(7), -1);
  pending.add(7, view, 0, 4);
  assert.ok(!pending.uncertain(pending.find(7)));
});

test('of two requests with the same identifier both answers are uncertain', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(new ArrayBuffer(4));
  pending.add(7, view, 0, 4);
  pending.add(7, view, 0, 4);
  assert.ok(pending.uncertain(pending.find(7)));
  pending.answer(7);
  assert.ok(pending.uncertain(pending.find(7)));
});

test('a request that is never answered does not cast doubt for ever', () => {
  const pending = new Pending(8, 512);
  const view = new DataView(new ArrayBuffer(4));
  pending.add(7, view, 0, 4);
  pending.abandonOldest();
  let doubtful = 0;
  for (let i = 0; i < 100; i++) {
    pending.add(7, view, 0, 4);
    if (pending.uncertain(pending.find(7))) doubtful++;
    pending.answer(7);
  }
  assert.equal(doubtful, DOUBTS);
});
