import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACK, FIN, RST, type Segment, SYN, tcpFrame } from './capture-bytes.fixture.ts';
import { decodeLayers } from './layers.ts';
import { Packet } from './packet.ts';
import { HOLE_SECONDS, STREAM_LIMITS, Streams } from './streams.ts';

const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40000, destinationPort: 502 };
const SERVER = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 502, destinationPort: 40000 };

/** Feeds segments, and writes down what comes out. */
class Rig {
  /** `c` or `s` and the bytes, `gap`, or `closed`. */
  readonly events: string[] = [];
  readonly streams: Streams;
  time = 1;
  packets = 0;
  /** The bytes that were held, with the time and the number of their packet. */
  readonly held: string[] = [];

  constructor(limits = STREAM_LIMITS) {
    const data = (flow: number, direction: number, view: DataView, at: number, end: number) => {
      const text = Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('latin1');
      this.#note(`${this.#side(flow, direction)}:`, text);
      return text;
    };
    this.streams = new Streams(
      {
        data,
        held: (flow, direction, view, at, end, time, number) => {
          this.held.push(`${data(flow, direction, view, at, end)} ${time} ${number}`);
        },
        gap: (flow, direction, length) => this.events.push(`${this.#side(flow, direction)} gap ${length}`),
        closed: () => this.events.push('closed'),
      },
      42,
      limits,
    );
  }

  client(sequence: number, payload: string | Uint8Array, rest: Partial<Segment> = {}): this {
    return this.send({ ...CLIENT, sequence, payload: Buffer.from(payload), ...rest });
  }

  server(sequence: number, payload: string | Uint8Array, rest: Partial<Segment> = {}): this {
    return this.send({ ...SERVER, sequence, payload: Buffer.from(payload), ...rest });
  }

  send(segment: Segment, captured?: number): this {
    const frame = tcpFrame(segment);
    const packet = new Packet();
    packet.view = new DataView(frame.buffer);
    packet.end = captured ?? frame.length;
    packet.time = this.time;
    packet.number = ++this.packets;
    decodeLayers(packet);
    this.streams.segment(packet);
    return this;
  }

  /** Client and server open a connection with these initial sequence numbers. */
  handshake(client: number, server: number): this {
    this.client(client, '', { flags: SYN });
    this.server(server, '', { flags: SYN | ACK, acknowledgement: client + 1 });
    return this.client(client + 1, '', { acknowledgement: server + 1 });
  }

  #side(_flow: number, direction: number): string {
    return direction === 0 ? 'c' : 's';
  }

  /** Bytes that follow each other are one event. */
  #note(who: string, text: string): void {
    const last = this.events.at(-1);
    if (last?.startsWith(who) === true) this.events[this.events.length - 1] = last + text;
    else this.events.push(who + text);
  }
}

describe('streams', () => {
  it('hands on both directions in order', () => {
    const rig = new Rig().handshake(100, 200).client(101, 'ab').server(201, 'xy').client(103, 'cd');
    assert.deepEqual(rig.events, ['c:ab', 's:xy', 'c:cd']);
    assert.equal(rig.streams.client(0), 0);
    assert.equal(rig.streams.serial(0), 1);
  });

  it('tells the client by the SYN, or by the answer to it', () => {
    const rig = new Rig();
    rig.server(5, '', { flags: SYN });
    assert.equal(rig.streams.client(0), 1);
    const other = new Rig();
    other.server(5, '', { flags: SYN | ACK });
    assert.equal(other.streams.client(0), 0);
    assert.equal(new Rig().client(1, 'abc').streams.client(0), -1);
  });

  it('begins in mid-stream with the first segment that has payload', () => {
    const rig = new Rig().client(999, '').client(1000, 'ab').client(1002, 'c');
    assert.deepEqual(rig.events, ['c:abc']);
  });

  it('begins with single bytes too, once they follow each other and so are no keep-alive', () => {
    const keepAlive = new Rig().client(999, '\0').client(999, '\0').client(1000, 'ab');
    assert.deepEqual(keepAlive.events, ['c:ab']);
    const bytes = new Rig().client(999, 'x').client(1000, 'a').client(1001, 'b').client(1002, 'c');
    assert.deepEqual(bytes.events, ['c:abc']);
  });

  it('does not look at retransmissions, whatever they carry', () => {
    const rig = new Rig().client(1, 'abcd').client(1, 'ABCD').client(3, 'CDef');
    assert.deepEqual(rig.events, ['c:abcdef']);
    assert.equal(rig.streams.retransmissions, 1);
  });

  it('takes keep-alives for what they are', () => {
    const rig = new Rig().client(1, 'abcd').client(4, '\0').client(4, '').client(5, 'ef');
    assert.deepEqual(rig.events, ['c:abcdef']);
  });

  it('puts segments in order; the first copy of a byte wins', () => {
    const rig = new Rig().client(1, 'ab').client(5, 'ef').client(6, 'XGh').client(3, 'cdY').client(9, 'i');
    assert.deepEqual(rig.events, ['c:abcdefGhi']);
  });

  it('tells of bytes that were held which packet brought them, and when', () => {
    const rig = new Rig().handshake(0, 0);
    const late = [
      [1, 'a'],
      [9, 'ij'],
      [3, 'cd'],
      [5, 'e'],
      [8, 'hij'],
      [2, 'bXXXf'],
      [12, 'l'],
    ] as const;
    for (const [sequence, text] of late) {
      rig.time += 0.5;
      rig.client(sequence, text);
    }
    rig.streams.finish();
    assert.deepEqual(rig.events.slice(0, 3), ['c:abcdef', 'c gap 1', 'c:hij']);
    assert.deepEqual(rig.held, ['cd 2.5 6', 'e 3 7', 'h 3.5 8', 'ij 2 5', 'l 4.5 10']);
  });

  it('goes on over the end of the sequence numbers', () => {
    const rig = new Rig().client(0xfffffffe, 'ab').client(2, 'ef').client(0, 'cd');
    assert.deepEqual(rig.events, ['c:abcdef']);
  });

  it('waits for a hole though an old acknowledgement has come round to lie behind it', () => {
    const far = 2 ** 31 + 100;
    const rig = new Rig().handshake(0, 0).client(1, 'a');
    rig
      .client(far, 'b')
      .client(far + 2, 'd')
      .client(far + 1, 'c');
    assert.deepEqual(rig.events, ['c:a', 'c gap 0', 'c:bcd']);
  });

  it('numbers connections by their first packet, however many packets there were', () => {
    const rig = new Rig();
    rig.packets = 2 ** 33;
    rig.handshake(100, 200);
    assert.equal(rig.streams.serial(0), 2 ** 33 + 1);
    rig.packets += 2 ** 32 - 5;
    rig.client(101, 'ab');
    assert.equal(rig.streams.serial(0), 2 ** 33 + 1);
  });

  it('gives a hole up when the receiver has what lies behind it', () => {
    const before = new Rig().client(1, 'ab').server(1, '', { acknowledgement: 9 }).client(5, 'ef');
    assert.deepEqual(before.events, ['c:ab', 'c gap 2', 'c:ef']);
    const after = new Rig().client(1, 'ab').client(5, 'ef').server(1, 'ok', { acknowledgement: 7 });
    assert.deepEqual(after.events, ['c:ab', 'c gap 2', 'c:ef', 's:ok']);
    assert.equal(after.streams.gapBytes, 2);
  });

  it('gives a hole up after a time', () => {
    const rig = new Rig().client(1, 'ab').client(5, 'ef');
    rig.time += HOLE_SECONDS + 1;
    rig.client(7, 'gh');
    assert.deepEqual(rig.events, ['c:ab', 'c gap 2', 'c:efgh']);
  });

  it('gives a hole up when too much is held behind it', () => {
    const rig = new Rig().client(1, 'ab');
    for (let i = 0; i < 200; i++) rig.client(5 + i * 1000, new Uint8Array(1000));
    assert.equal(rig.events[1], 'c gap 2');
    const held = new Rig({ ...STREAM_LIMITS, held: 1000 }).client(1, 'ab').client(5, 'ef');
    assert.deepEqual(held.events, ['c:ab', 'c gap 2', 'c:ef']);
  });

  it('keeps no account of bytes whose connection another one took the place of', () => {
    const rig = new Rig({ flows: 1024, held: 10_000 });
    let sequence = 1000;
    for (let i = 0; i < 20; i++, sequence += 1 << 25) {
      rig
        .client(sequence, 'ab')
        .client(sequence + 2, '', { flags: RST })
        .client(sequence + 9, 'x');
    }
    rig.events.length = 0;
    rig
      .client(sequence, 'ab')
      .client(sequence + 4, 'ef')
      .client(sequence + 2, 'cd');
    assert.equal(rig.events.at(-1), 'c:abcdef');
  });

  it('gives a hole up at the end', () => {
    const rig = new Rig().client(1, 'ab').client(5, 'ef');
    rig.streams.finish();
    assert.deepEqual(rig.events, ['c:ab', 'c gap 2', 'c:ef', 'closed']);
  });

  it('reports what the capture cut off a packet', () => {
    const rig = new Rig();
    const segment = { ...CLIENT, sequence: 1, payload: Buffer.from('abcdef') };
    rig
      .send(segment, 14 + 40 + 2)
      .client(7, 'gh')
      .client(3, 'cd');
    assert.deepEqual(rig.events, ['c:ab', 'c gap 4', 'c:gh']);
    const held = new Rig().client(0, 'wx').client(5, 'ef');
    held.send({ ...CLIENT, sequence: 2, payload: Buffer.from('bcdefg') }, 14 + 40 + 1);
    assert.deepEqual(held.events, ['c:wxb', 'c gap 2', 'c:ef', 'c gap 1']);
  });

  it('ends a connection by FIN of both, or by RST, once', () => {
    const rig = new Rig().handshake(0, 0).client(1, 'ab', { flags: FIN | ACK });
    rig.server(1, '', { flags: FIN | ACK }).server(1, '', { flags: FIN | ACK });
    assert.deepEqual(rig.events, ['c:ab', 'closed']);
    const reset = new Rig().client(1, 'ab').server(9, '', { flags: RST }).server(9, '', { flags: RST });
    assert.deepEqual(reset.events, ['c:ab', 'closed']);
  });

  it('begins a new connection when ports are used again', () => {
    const rig = new Rig().handshake(100, 200).client(101, 'ab').server(201, '', { flags: RST });
    rig.handshake(50, 60).client(51, 'cd');
    assert.deepEqual(rig.events, ['c:ab', 'closed', 'c:cd']);
    assert.equal(rig.streams.serial(0), 6, 'the number of its first packet');
  });

  it('begins a new connection on a living one when both sides agree', () => {
    const rig = new Rig().handshake(100, 200).client(101, 'ab').handshake(5000, 6000).client(5001, 'cd');
    rig.server(6001, 'ok');
    assert.deepEqual(rig.events, ['c:ab', 'closed', 'c:cd', 's:ok']);
  });

  it('is not blinded by a forged SYN or RST', () => {
    const rig = new Rig()
      .handshake(100, 200)
      .client(101, 'ab')
      .client(90_000, '', { flags: SYN })
      .client(103, 'cd');
    assert.deepEqual(rig.events, ['c:abcd']);
    rig.client(105, '', { flags: RST }).client(105, 'ef');
    assert.deepEqual(rig.events, ['c:abcd', 'closed', 'c:ef']);
  });

  it('reads on where the numbers jump to another connection', () => {
    const rig = new Rig().client(1, 'ab').client(0x40000000, 'cd').client(0x40000002, 'ef');
    assert.deepEqual(rig.events, ['c:ab', 'c gap 0', 'c:cdef']);
  });

  it('leaves a connection alone that nobody wants, until a new one begins', () => {
    const rig = new Rig().handshake(100, 200).client(101, 'ab');
    rig.streams.ignore(0);
    rig.client(103, 'cd').client(200, 'zz').handshake(50, 60).client(51, 'ef');
    assert.deepEqual(rig.events, ['c:ab', 'closed', 'c:ef']);
    assert.equal(rig.streams.ignoredBytes, 4);
  });

  it('keeps to its table in a flood of SYNs, and goes on reading who was there', () => {
    const rig = new Rig({ flows: 1024, held: 10_000 }).handshake(100, 200);
    let sent = '';
    for (let i = 0; i < 5000; i++) {
      rig.client(0, '', { flags: SYN, sourcePort: 1024 + i, source: '10.9.9.9' });
      if (i % 100 === 0) {
        rig.client(101 + sent.length, 'a');
        sent += 'a';
      }
    }
    const read = rig.events.filter(event => event !== 'closed');
    assert.equal(read.map(event => event.replace(/^c:/, '')).join(''), sent);
    assert.equal(rig.streams.connections, 5001);
    assert.equal(rig.streams.evictions, 5001 - 1024);
  });

  it('forgets what waits behind a hole after an RST when ports are used again', () => {
    // Room for two that wait: what is not forgotten is soon too much.
    const rig = new Rig({ ...STREAM_LIMITS, held: 12_000 });
    for (let n = 0; n < 4; n++) {
      rig.handshake(100, 500).client(101, 'a').client(102, '', { flags: RST }).client(112, 'late');
    }
    rig.handshake(100, 500).client(103, 'bc').client(101, 'aa');
    assert.deepEqual(rig.events.slice(-3), ['c:late', 'closed', 'c:aabc']);
    assert.equal(rig.streams.gaps, 4);
  });

  it('any segmentation, order, repetition and overlap gives the same bytes', () => {
    const stream = Uint8Array.from({ length: 400 }, (_, i) => (i * 7 + (i >> 3)) & 0xff);
    const text = `c:${Buffer.from(stream).toString('latin1')}`;
    const cut = fc.tuple(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(
        fc.array(cut, { maxLength: 60 }),
        fc.integer(),
        fc.infiniteStream(fc.nat()),
        (cuts, start, random) => {
          // All of the stream in segments, and pieces of it again anywhere among them.
          const pieces: [number, number][] = [];
          for (let at = 0; at < stream.length; ) {
            const length = 1 + (random.next().value % 50);
            pieces.push([at, length]);
            at += length;
          }
          for (const piece of cuts) pieces.splice(random.next().value % (pieces.length + 1), 0, piece);
          for (let i = pieces.length - 1; i > 0; i--) {
            const j = Math.max(0, i - (random.next().value % 5));
            [pieces[i], pieces[j]] = [pieces[j]!, pieces[i]!];
          }
          const rig = new Rig().client(start - 1, '', { flags: SYN });
          for (const [at, length] of pieces) rig.client((start + at) >>> 0, stream.subarray(at, at + length));
          assert.deepEqual(rig.events, [text]);
          assert.equal(rig.streams.gaps, 0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a SYN does not move a stream whose bytes wait behind a hole', () => {
    const rig = new Rig();
    rig
      .server(-6, '', { flags: FIN | ACK })
      .server(-4, 'x')
      .server(51, 'y', { flags: SYN });
    rig.streams.finish();
    assert.deepEqual(rig.events, ['s gap 1', 's:x', 'closed']);
  });

  it('a segment of which nothing was captured belongs to the hole before it', () => {
    const rig = new Rig().handshake(100, 0);
    rig.send({ ...CLIENT, sequence: 103, acknowledgement: 1, flags: ACK, payload: Buffer.from('c') }, 54);
    rig.client(101, 'ab').client(104, 'd');
    rig.streams.finish();
    assert.deepEqual(rig.events, ['c:ab', 'c gap 1', 'c:d', 'closed']);
  });

  it('no segments make it throw, or hand on more than was sent', () => {
    const flags = fc.constantFrom(0, ACK, SYN, SYN | ACK, FIN | ACK, RST, 31);
    const near = fc.oneof(fc.integer({ min: -30, max: 60 }), fc.integer());
    const segment = fc.record({
      server: fc.boolean(),
      flags,
      at: near,
      ack: near,
      length: fc.nat(40),
      cut: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 80 }), fc.boolean(), (segments, small) => {
        const rig = new Rig(small ? { flows: 1, held: 6000 } : STREAM_LIMITS);
        let sent = 0;
        for (const { server, flags, at, ack, length, cut } of segments) {
          const payload = new Uint8Array(length).fill(65);
          sent += length;
          const whole = { sequence: at >>> 0, acknowledgement: ack >>> 0, flags, payload };
          rig.send({ ...(server ? SERVER : CLIENT), ...whole }, 54 + Math.min(length, cut));
        }
        rig.streams.finish();
        const seen = rig.events.join('').match(/A/g)?.length ?? 0;
        assert.ok(seen <= sent);
      }),
      { numRuns: 2000 },
    );
  });
});
