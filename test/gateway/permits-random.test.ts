/**
 * Random stations against a controller that believes every byte that reaches it: nothing takes effect that was not
 * approved, nor more often than approved.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { Bench, bytesOf, client, type Party, server } from './permits-bench.ts';
import { random as seeded } from './random.ts';

const GOOD: Record<string, Buffer> = { OB1: bytesOf(500, 7), DB8: bytesOf(330, 5) };
const NAMES: Record<string, string> = { OB1: s7.blockName('OB', 1), DB8: s7.blockName('DB', 8) };
const FILES: Record<string, string> = { OB1: s7.blockFile('OB', 1), DB8: s7.blockFile('DB', 8) };
const WHICH = ['OB1', 'DB8'];

interface Download {
  readonly name: string;
  readonly parts: Buffer[];
  reference: number;
  ending: boolean;
}

/** One connection as the controller has it. */
class Line {
  readonly party: Party;
  readonly passive: Map<string, Buffer>;
  readonly inserted: Map<string, number>;
  readonly downloads: Download[] = [];
  /** Jobs that reached the station. */
  readonly asked: { reference: number; name: string; ending: boolean }[] = [];

  constructor(party: Party, passive: Map<string, Buffer>, inserted: Map<string, number>) {
    this.party = party;
    this.passive = passive;
    this.inserted = inserted;
  }

  /** What reached the controller and the station is taken in, until nothing moves. */
  settle(): void {
    const { recorder } = this.party.it;
    for (let i = 0; i < 50; i++) {
      const toServer = split(recorder.take(server));
      const toClient = split(recorder.take(client));
      if (toServer.length + toClient.length === 0) return;
      for (const message of toClient) {
        if (message[8] !== 1) continue;
        const name = WHICH.find(one => message.includes(FILES[one]!))!;
        this.asked.push({ reference: message.readUInt16BE(11), name, ending: message[17] === 0x1c });
      }
      for (const message of toServer) this.#controller(message);
    }
  }

  #controller(message: Buffer): void {
    const { it } = this.party;
    const reference = message.readUInt16BE(11);
    if (message[8] === 1) {
      const code = message[17]!;
      if (code === 0x1a) {
        const name = WHICH.find(one => message.includes(FILES[one]!))!;
        // A block that is on its way is not begun again.
        if (this.downloads.some(one => one.name === name)) {
          it.say(server, s7.ackData(reference, [code], undefined, 0x8302));
          return;
        }
        it.say(server, s7.ackData(reference, [code]));
        const download = { name, parts: [], reference: this.party.next(), ending: false };
        this.downloads.push(download);
        it.say(server, s7.downloadBlock(download.reference, FILES[name]!));
      } else if (message.includes('_INSE')) {
        for (const name of WHICH) {
          if (!message.includes(NAMES[name]!)) continue;
          const bytes = this.passive.get(name);
          if (bytes === undefined) continue;
          assert.ok(bytes.equals(GOOD[name]!), `${name} takes effect and was not approved`);
          this.passive.delete(name);
          this.inserted.set(name, (this.inserted.get(name) ?? 0) + 1);
        }
        it.say(server, s7.ackData(reference, [code]));
      } else it.say(server, s7.ackData(reference, [code]));
      return;
    }
    const at = this.downloads.findIndex(one => one.reference === reference);
    if (at < 0) return;
    const download = this.downloads[at]!;
    if (message.readUInt16BE(17) !== 0) {
      this.downloads.splice(at, 1);
      return;
    }
    if (download.ending) {
      this.downloads.splice(at, 1);
      this.passive.set(download.name, Buffer.concat(download.parts));
      return;
    }
    // Type, data or not, is nothing to this controller; nor is the length before the bytes.
    download.parts.push(Buffer.from(message.subarray(19 + message.readUInt16BE(13) + 4)));
    download.ending = message[20] === 0;
    download.reference = this.party.next();
    const file = FILES[download.name]!;
    it.say(
      server,
      download.ending
        ? s7.downloadEnded(download.reference, file)
        : s7.downloadBlock(download.reference, file),
    );
  }
}

function split(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at + 2)) {
    messages.push(bytes.subarray(at, at + bytes.readUInt16BE(at + 2)));
  }
  return messages;
}

test('random stations', { timeout: 60_000 }, async () => {
  let insertions = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const pick = seeded(seed);
    const bench = new Bench();
    const { used } = bench.install(GOOD, { uses: 3, actions: ['delete'], deletes: ['DB8'] });
    const record = bench.permits.recordUse.bind(bench.permits);
    bench.permits.recordUse = async (permit, wanted) => {
      if (pick(2) === 0) await new Promise(resolve => setImmediate(resolve));
      await record(permit, wanted);
    };
    const passive = new Map<string, Buffer>();
    const inserted = new Map<string, number>();
    let flow = 0;
    const open = () => {
      flow++;
      return new Line(bench.s7(), passive, inserted);
    };
    const lines = [open(), open()];
    const flows = [1, 2];
    const done = new Map<Line, Map<string, number>>();
    for (let step = 0; step < 120; step++) {
      const i = pick(2);
      const line = lines[i]!;
      const { party } = line;
      const name = WHICH[pick(2)]!;
      const progress = done.get(line) ?? new Map<string, number>();
      done.set(line, progress);
      switch (pick(12)) {
        case 0:
        case 1:
          party.it.say(client, s7.requestDownload(party.next(), FILES[name]!, 500, 500));
          progress.set(name, 0);
          break;
        case 2:
          party.it.say(
            client,
            s7.blockService(party.next(), '_INSE', pick(2) ? [NAMES[name]!] : WHICH.map(n => NAMES[n]!)),
          );
          break;
        case 3:
          if (pick(4) === 0) party.it.say(client, s7.blockService(party.next(), '_DELE', [NAMES.DB8!]));
          break;
        case 4:
          if (pick(10) > 0) break;
          bench.desk.left(flows[i]!);
          lines[i] = open();
          flows[i] = flow;
          break;
        default: {
          const asked = line.asked.shift();
          if (asked === undefined) break;
          if (asked.ending) {
            party.it.say(client, s7.ackData(asked.reference, [0x1c]));
            break;
          }
          const bytes = GOOD[asked.name]!;
          const at = progress.get(asked.name) ?? 0;
          const part = Buffer.from(bytes.subarray(at, at + 200));
          const trick = pick(14);
          if (trick === 0 && part.length > 0) part[pick(part.length)]! ^= 1 << pick(8);
          const other = trick === 1 ? GOOD[asked.name === 'OB1' ? 'DB8' : 'OB1']!.subarray(0, 200) : part;
          const sent =
            trick === 2
              ? Buffer.alloc(0)
              : trick === 3
                ? Buffer.concat([part, part]).subarray(0, 220)
                : other;
          const more = trick === 4 ? pick(2) === 0 : at + 200 < bytes.length;
          party.it.say(client, s7.downloadBlockAck(asked.reference, sent, more));
          if (trick !== 2) progress.set(asked.name, at + 200);
        }
      }
      for (const one of lines) one.settle();
      if (pick(3) === 0) {
        await new Promise(resolve => setImmediate(resolve));
        for (const one of lines) await one.party.it.recorded();
        for (const one of lines) one.settle();
      }
    }
    for (const [name, count] of inserted) {
      insertions += count;
      assert.ok(
        count <= (used.get(name) ?? 0),
        `${name} took effect ${count} times, counted ${used.get(name)}`,
      );
      assert.ok(count <= 3);
    }
  }
  assert.ok(insertions > 50, `only ${insertions} insertions: the test shows too little`);
});
