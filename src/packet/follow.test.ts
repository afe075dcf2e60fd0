import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CaptureReader } from './capture.ts';
import { pcap, tcpFrame } from './capture-bytes.fixture.ts';
import { CaptureError } from './capture-error.ts';
import { follow } from './follow.ts';
import type { Packet } from './packet.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
});
after(() => rm(folder, { recursive: true }));

/** A capture of packets with these times. */
function capture(...times: number[]): Uint8Array {
  return pcap(times.map(seconds => ({ seconds, frame: tcpFrame({ payload: new Uint8Array(5) }) })));
}

/** Reads what is followed, and remembers the times of the packets and what was said. */
class Following extends EventEmitter {
  readonly times: number[] = [];
  readonly notes: string[] = [];
  readonly problems: string[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(...names: string[]) {
    super();
    this.#ended = this.#read(names);
  }

  async #read(names: readonly string[]): Promise<void> {
    const { signal } = this.#stop;
    const reader = new CaptureReader();
    const sink = {
      frame: ({ time }: Packet) => {
        this.times.push(time);
        this.emit('change');
      },
    };
    const note = (text: string) => {
      this.notes.push(text);
      this.emit('change');
    };
    for await (const source of follow(names, signal, note)) {
      try {
        await reader.read(source, sink, { signal });
      } catch (error) {
        assert.ok(error instanceof CaptureError);
        this.problems.push(error.message);
      }
      if (signal.aborted) break;
    }
  }

  /** Until so many packets, and so many notes, are there. */
  async until(packets: number, notes = 0): Promise<void> {
    while (this.times.length < packets || this.notes.length < notes) await once(this, 'change');
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

test('a file that grows: what is written in part is read when it is whole', async () => {
  const file = join(folder, 'grows.pcap');
  const whole = capture(1, 2, 3);
  await writeFile(file, whole.subarray(0, 10));
  const following = new Following(file);
  let written = 10;
  for (const [length, packets] of [
    [60, 0],
    [130, 1],
    [whole.length, 3],
  ] as const) {
    await appendFile(file, whole.subarray(written, length));
    written = length;
    await following.until(packets);
  }
  await following.end();
  assert.deepEqual(following.times, [1, 2, 3]);
  assert.deepEqual([following.notes, following.problems], [[], []]);
});

test('a file that another one takes the place of, or that is written anew, is read from its beginning', async () => {
  const file = join(folder, 'replaced.pcap');
  await writeFile(file, capture(1, 2, 3));
  const following = new Following(file);
  await following.until(3);
  await writeFile(`${file}.new`, capture(4, 5));
  await rename(`${file}.new`, file);
  await following.until(5);
  await truncate(file, 0);
  await following.until(5, 2);
  await appendFile(file, capture(6));
  await following.until(6);
  await rm(file);
  await following.until(6, 3);
  await writeFile(file, capture(7).subarray(0, -3));
  await following.until(6, 4);
  await following.end();
  assert.deepEqual(following.times, [1, 2, 3, 4, 5, 6]);
  assert.match(
    following.notes.join('\n'),
    /took its place.*\n.*shorter.*\n.*was removed.*\n.*took its place/,
  );
  assert.deepEqual(following.problems, [], 'the end of the reading is no damage');
});

test('a ring of files: in the order of their packets, and on with the next', async () => {
  const ring = join(folder, 'ring');
  await mkdir(ring);
  const at = (name: string) => join(ring, name);
  await writeFile(at('notes.txt'), 'no capture, whatever it says');
  await writeFile(at('x.pcap2'), capture(20, 21));
  await writeFile(at('x.pcap10'), capture(30));
  await writeFile(at('x.pcap1'), gzipSync(capture(10)));
  const following = new Following(ring);
  await following.until(4);
  // The writer goes on with the last one, then with a name that it had before.
  await appendFile(at('x.pcap10'), capture(31).subarray(24));
  await following.until(5);
  await appendFile(at('x.pcap10'), capture(32).subarray(24));
  await writeFile(at('x.pcap1'), capture(40));
  await following.until(7);
  await writeFile(at('x.pcap2.gz'), gzipSync(capture(20, 21)));
  await writeFile(at('x.pcap2'), capture(50));
  await following.until(8);
  // Somebody else still writes to one that was left.
  await appendFile(at('x.pcap10'), capture(33).subarray(24));
  await following.until(8, 2);
  await following.end();
  assert.deepEqual(following.times, [10, 20, 21, 30, 31, 32, 40, 50]);
  assert.match(
    following.notes.join('\n'),
    /^.*passed over, since no captures: notes.txt\n.*x.pcap10: was written to/,
  );
  assert.deepEqual(following.problems, []);
});

test('a file of a ring that has no packets yet when it is met is read once', async () => {
  const ring = join(folder, 'bare');
  await mkdir(ring);
  const first = join(folder, 'before.pcap');
  await writeFile(first, capture(1));
  await writeFile(join(ring, 'a.pcap'), capture());
  await writeFile(join(ring, 'notes.txt'), 'no capture, whatever it says');
  const following = new Following(first, ring);
  // What is passed over is told when the files were looked at.
  await following.until(1, 1);
  await appendFile(join(ring, 'a.pcap'), capture(10).subarray(24));
  await following.until(2);
  await writeFile(join(ring, 'b.pcap'), capture(20));
  await following.until(3);
  await writeFile(join(ring, 'c.pcap'), capture(30));
  await following.until(4);
  await following.end();
  assert.deepEqual(following.times, [1, 10, 20, 30]);
});

test('a pattern that stands for nothing yet waits for the first; what is named before is read as it is', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const first = join(folder, 'first.pcap');
  await writeFile(first, capture(1));
  const following = new Following(first, join(empty, '*.pcap'));
  await following.until(1, 1);
  await writeFile(join(empty, 'a.txt'), capture(2));
  await writeFile(join(empty, 'a.pcap'), capture(3));
  await following.until(2);
  await following.end();
  assert.deepEqual(following.times, [1, 3]);
  assert.match(following.notes[0]!, /has no captures yet/);
});

test('a file that is damaged ends the following of it; a ring goes on', async () => {
  const ring = join(folder, 'damaged');
  await mkdir(ring);
  const bad = capture(1, 2);
  bad.fill(255, 24 + 16 + 59 + 8, 24 + 16 + 59 + 12);
  await writeFile(join(ring, 'a.pcap'), bad);
  await writeFile(join(ring, 'b.pcap'), capture(3));
  const alone = new Following(join(ring, 'a.pcap'));
  await alone.until(1);
  const following = new Following(ring);
  await following.until(2);
  await Promise.all([alone.end(), following.end()]);
  assert.deepEqual(following.times, [1, 3]);
  assert.match(following.problems[0]!, /a\.pcap: a packet claims/);
});
