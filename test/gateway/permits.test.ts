/**
 * Program downloads under a permit, through the session machine on S7comm: what is approved passes unchanged, and
 * whatever differs is refused, each for its own reason.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limits } from '../../src/gateway/limits.ts';
import { Side } from '../../src/operation/side.ts';
import { Desk } from '../../src/program/desk.ts';
import { HOUR, NOON, PermitsInMemory, permitFor } from '../../src/program/desk-testing.ts';
import type { Permit } from '../../src/program/permit.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { S7COMM } from './conversations.ts';
import { policyOf, policyText, stand } from './stand.ts';

const { client, server } = Side;
const policy = policyOf(
  policyText().replace('      - write: DB1 0-9', '      - write: DB1 0-9\n    download: permit'),
);

const OB1 = Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) & 0xff));
const DB8 = Buffer.from(Array.from({ length: 90 }, (_, i) => (i * 5 + 1) & 0xff));
const BLOCKS = { OB1, DB8 };
type Name = keyof typeof BLOCKS;
const PART = 200;

interface Options {
  readonly permit?: Partial<Permit>;
  readonly blocks?: Partial<typeof BLOCKS>;
  /** Milliseconds from {@link NOON}. */
  readonly at?: number;
  readonly unusable?: Parameters<PermitsInMemory['install']>[2];
  readonly limits?: Partial<Limits>;
}

/** A desk with one permit, and the means to open sessions at it. */
function bench({ permit = {}, blocks = BLOCKS, at = 0, unusable, limits: given = {} }: Options = {}) {
  const permits = new PermitsInMemory();
  permits.install(permitFor(blocks, permit), Object.values(blocks), unusable);
  const time = { now: NOON + at };
  const desk = new Desk('plc', permits, () => time.now);
  let sessions = 0;
  const open = () => {
    const limits = { reports: Number.POSITIVE_INFINITY, ...given };
    const it = stand({ protocol: 's7comm', policy, desk, limits, number: ++sessions });
    S7COMM.opening.forEach((message, i) => {
      it.say(i % 2 === 0 ? client : server, message);
    });
    it.recorder.take(client);
    it.recorder.take(server);
    return new Party(it);
  };
  return { permits, time, desk, open };
}

/** Station and controller of one session. */
class Party {
  readonly it: ReturnType<typeof stand>;
  #reference = 100;

  constructor(it: ReturnType<typeof stand>) {
    this.it = it;
  }

  /** `side` says something: true where it came through unchanged, and nothing else did. */
  say(side: Side, message: Uint8Array): boolean {
    this.it.say(side, message);
    const on = this.it.recorder.take(side === client ? server : client);
    const back = this.it.recorder.take(side);
    return on.equals(Buffer.from(message)) && back.length === 0;
  }

  /** Loads a block; 'whole' or where it was refused. */
  load(name: Name, bytes: Uint8Array = BLOCKS[name], announced = BLOCKS[name].length): string {
    const file = fileOf(name);
    const reference = this.#reference++;
    if (!this.say(client, s7.requestDownload(reference, file, announced, announced))) return 'begin';
    assert.ok(this.say(server, s7.ackData(reference, [0x1a])));
    for (let at = 0; at < bytes.length; at += PART) {
      const fetch = this.#reference++;
      assert.ok(this.say(server, s7.downloadBlock(fetch, file)));
      const part = bytes.subarray(at, at + PART);
      if (!this.say(client, s7.downloadBlockAck(fetch, part, at + PART < bytes.length)))
        return `content ${at}`;
    }
    const end = this.#reference++;
    if (!this.say(server, s7.downloadEnded(end, file))) return 'end';
    assert.ok(this.say(client, s7.ackData(end, [0x1c])));
    return 'whole';
  }

  /** Makes blocks take effect: whether that passed. */
  async insert(...names: Name[]): Promise<boolean> {
    return await this.#held(s7.blockService(this.#reference++, '_INSE', names.map(nameOf)));
  }

  async delete(name: Name): Promise<boolean> {
    return await this.#held(s7.blockService(this.#reference++, '_DELE', [nameOf(name)]));
  }

  async stop(): Promise<boolean> {
    return await this.#held(s7.plcStop(this.#reference++));
  }

  /** The last reason that a permit had to do with. */
  get reason(): string {
    return this.it.recorder.permissions.at(-1) ?? '';
  }

  async #held(message: Uint8Array): Promise<boolean> {
    this.it.say(client, message);
    const early = this.it.recorder.take(server);
    await this.it.recorded();
    const passed = Buffer.concat([early, this.it.recorder.take(server)]).equals(Buffer.from(message));
    if (passed) {
      assert.equal(early.length, 0, 'nothing before the use is recorded');
      this.it.say(server, s7.ackData(this.#reference - 1, [message[17]!]));
      this.it.recorder.take(client);
    } else this.it.recorder.take(client);
    return passed;
  }
}

function nameOf(name: Name): string {
  return s7.blockName(name === 'OB1' ? 'OB' : 'DB', name === 'OB1' ? 1 : 8);
}

function fileOf(name: Name): string {
  return s7.blockFile(name === 'OB1' ? 'OB' : 'DB', name === 'OB1' ? 1 : 8);
}

test('what is approved passes unchanged, and takes effect when its use is recorded', async () => {
  const { permits, open } = bench();
  const party = open();
  assert.equal(party.load('OB1'), 'whole');
  assert.equal(party.load('DB8'), 'whole');
  assert.ok(await party.insert('OB1', 'DB8'));
  assert.deepEqual(
    [...permits.installed[0]!.used],
    [
      ['OB1', 1],
      ['DB8', 1],
    ],
  );
  assert.deepEqual(party.it.recorder.findings, []);
});

test('one bit flipped, anywhere in any block, and its part does not go on', () => {
  const { open } = bench();
  const party = open();
  for (const name of ['OB1', 'DB8'] as const) {
    for (let bit = 0; bit < BLOCKS[name].length * 8; bit += 1) {
      const bytes = Buffer.from(BLOCKS[name]);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(party.load(name, bytes), `content ${Math.floor((bit >> 3) / PART) * PART}`);
      assert.equal(party.reason, 'other-content');
    }
  }
  const { findings } = party.it.recorder;
  assert.ok(findings.length > 0);
  assert.equal(findings[0]!.kind, 'program.mismatch');
  const [evidence] = findings[0]!.evidence;
  const seen = Buffer.from(OB1.subarray(0, PART));
  seen[0]! ^= 1;
  assert.equal(evidence!.bytes, seen.toString('base64'));
});

test('of a part that differs both sides are told, each in its own words, and the session lives', () => {
  const { open } = bench();
  const party = open();
  const { it } = party;
  it.say(client, s7.requestDownload(1, fileOf('DB8'), 90, 90));
  it.say(server, s7.ackData(1, [0x1a]), s7.downloadBlock(7, fileOf('DB8')));
  it.recorder.take(client);
  it.recorder.take(server);
  it.say(client, s7.downloadBlockAck(7, Buffer.alloc(90), false));
  const told = it.recorder.take(server);
  assert.deepEqual(told, Buffer.from(s7.ackData(7, [0x1b], undefined, 0x8404)));
  const ended = it.recorder.take(client);
  const expected = Buffer.from(s7.downloadEnded(7, fileOf('DB8')));
  // Status: an error occurred; error code: not permitted in this protection level.
  expected.set([0x02, 0xd2, 0x41], 18);
  assert.deepEqual(ended, expected);
  const verdicts = it.recorder.verdicts.length;
  it.say(client, s7.ackData(7, [0x1c]));
  assert.equal(it.recorder.take(server).length, 0, 'its answer is for the gateway');
  assert.equal(it.recorder.verdicts.length, verdicts);
  assert.equal(party.load('DB8'), 'whole');
});

/** What is wrong, where it is refused, and the reason. */
const WRONG: readonly (readonly [string, Options, Name, Buffer, string, string])[] = [
  ['for another controller', { permit: { controller: 'cpu' } }, 'OB1', OB1, 'begin', 'other-controller'],
  ['a block more', { blocks: { OB1 } }, 'DB8', DB8, 'begin', 'other-block'],
  ['a second before the window', { at: -1000 }, 'OB1', OB1, 'begin', 'too-early'],
  ['a second after the window', { at: HOUR }, 'OB1', OB1, 'begin', 'too-late'],
  ['for another protocol', { permit: { protocol: 'modbus' } }, 'OB1', OB1, 'begin', 'other-protocol'],
  ['for another station', { permit: { station: '0/3' } }, 'OB1', OB1, 'begin', 'other-station'],
  ['from another host', { permit: { from: ['eng'] } }, 'OB1', OB1, 'begin', 'other-source'],
  ['revoked', { unusable: { name: 'revoked', message: 'it was revoked' } }, 'OB1', OB1, 'begin', 'revoked'],
  ['too long', {}, 'DB8', Buffer.concat([DB8, DB8]), 'content 0', 'too-long'],
  ['too short', {}, 'DB8', DB8.subarray(0, 89), 'end', 'too-short'],
];
for (const [what, options, name, bytes, where, reason] of WRONG) {
  test(`refused: ${what}`, async () => {
    const party = bench(options).open();
    assert.equal(party.load(name, bytes), where);
    assert.equal(party.reason, reason);
    assert.equal(await party.insert(name), false, 'and it cannot be made to take effect');
  });
}

test('the last second of the window is inside', () => {
  assert.equal(
    bench({ at: HOUR - 1000 })
      .open()
      .load('OB1'),
    'whole',
  );
});

test('a block that was never transferred does not take effect', async () => {
  const party = bench().open();
  assert.equal(party.load('OB1'), 'whole');
  assert.equal(await party.insert('OB1', 'DB8'), false);
  assert.equal(party.reason, 'not-transferred');
  assert.ok(await party.insert('OB1'));
});

test('a permit is good for its uses, and no more', async () => {
  const { open } = bench({ permit: { uses: 2 } });
  const party = open();
  for (let use = 1; use <= 2; use++) {
    assert.equal(party.load('OB1'), 'whole');
    assert.ok(await party.insert('OB1'));
  }
  assert.equal(party.load('OB1'), 'begin');
  assert.equal(party.reason, 'used-up');
  assert.equal(party.load('DB8'), 'whole', 'each block is counted by itself');
});

test('a window that ends during the transfer is over for its activation', async () => {
  const { time, open } = bench();
  const party = open();
  assert.equal(party.load('OB1'), 'whole');
  time.now = NOON + HOUR;
  assert.equal(await party.insert('OB1'), false);
  assert.equal(party.reason, 'too-late');
});

test('a use that cannot be recorded is none', async () => {
  const { permits, open } = bench();
  const party = open();
  permits.broken = 'the disk is full';
  assert.equal(party.load('OB1'), 'whole');
  assert.equal(await party.insert('OB1'), false);
  assert.equal(party.reason, 'unrecorded');
  permits.broken = undefined;
  assert.ok(await party.insert('OB1'), 'once it can, it is let through');
});

test('a message that is refused for another cause spends no use, and holds nobody up', async () => {
  const { permits, open } = bench({ limits: { pending: 1 } });
  const party = open();
  const { it } = party;
  assert.equal(party.load('OB1'), 'whole');
  it.say(client, S7COMM.good[0]);
  it.say(client, s7.blockService(1, '_INSE', [nameOf('OB1')]));
  assert.deepEqual(it.recorder.take(server), S7COMM.good[0]);
  it.say(server, S7COMM.good[1]);
  assert.ok(it.recorder.take(client).indexOf(S7COMM.good[1]) === 0);
  await it.recorded();
  assert.equal(permits.installed[0]!.used.size, 0);
  assert.ok(await party.insert('OB1'));
});

test('what comes while a use is recorded waits, in order', async () => {
  const { open } = bench();
  const party = open();
  const { it } = party;
  assert.equal(party.load('OB1'), 'whole');
  const insert = s7.blockService(1, '_INSE', [nameOf('OB1')]);
  const good = S7COMM.good[0];
  it.say(client, Buffer.concat([good, insert, good]).subarray(0, -3));
  assert.deepEqual(it.recorder.take(server), good);
  it.say(client, good.subarray(-3), good);
  it.session.finish(client);
  assert.equal(it.recorder.take(server).length, 0);
  assert.deepEqual(it.recorder.ended, []);
  await it.recorded();
  assert.deepEqual(it.recorder.take(server), Buffer.concat([insert, good, good]));
  assert.deepEqual(it.recorder.ended, [server]);
});

test('stop and delete need to be in the permit', async () => {
  const none = bench().open();
  assert.equal(await none.stop(), false);
  assert.equal(none.reason, 'other-action');
  assert.equal(await none.delete('DB8'), false);
  assert.equal(none.reason, 'other-action');
  const some = bench({ permit: { actions: ['stop', 'delete'], deletes: ['DB8'] } }).open();
  assert.ok(await some.stop());
  assert.equal(await some.delete('OB1'), false);
  assert.equal(some.reason, 'other-deletion');
  assert.ok(await some.delete('DB8'));
  assert.equal(await some.stop(), false);
  assert.equal(some.reason, 'used-up');
});

test('two sessions do not load one block at a time; when one has gone, the other may', () => {
  const { desk, open } = bench();
  const [first, second] = [open(), open()];
  assert.ok(first.say(client, s7.requestDownload(1, fileOf('OB1'), 500, 500)));
  assert.equal(second.load('OB1'), 'begin');
  assert.equal(second.reason, 'busy');
  desk.left(1);
  assert.equal(second.load('OB1'), 'whole');
});

test('a controller that asks for a block that nobody may load is told no', () => {
  const { it } = bench().open();
  it.say(server, s7.downloadBlock(7, fileOf('OB1')));
  assert.equal(it.recorder.take(client).length, 0);
  assert.deepEqual(it.recorder.permissions, ['not-begun']);
});

test('without a store nothing is covered', () => {
  const it = stand({ protocol: 's7comm', policy });
  S7COMM.opening.forEach((message, i) => {
    it.say(i % 2 === 0 ? client : server, message);
  });
  it.recorder.take(server);
  it.say(client, s7.requestDownload(1, fileOf('OB1'), 500, 500));
  assert.equal(it.recorder.take(server).length, 0);
  assert.deepEqual(it.recorder.verdicts, ['26 0 policy answered']);
});
