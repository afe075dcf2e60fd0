import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { withoutPeer } from '../../test/peers.ts';
import { ACK, FIN, pcap, RST, SYN, tcpFrame } from './capture-bytes.fixture.ts';
import { Packet } from './packet.ts';
import { Streams } from './streams.ts';
import { Traffic } from './traffic.ts';

const URG = 32;

/** Both ends of one connection; each call is one segment on its way. */
class Wire {
  readonly frames: Uint8Array[] = [];
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  client(sequence: number, payload = '', flags = ACK, acknowledgement = 501): this {
    return this.#send(true, sequence, payload, flags, acknowledgement);
  }

  server(sequence: number, payload = '', flags = ACK, acknowledgement = 101): this {
    return this.#send(false, sequence, payload, flags, acknowledgement);
  }

  /** Initial sequence numbers 100 and 500. */
  open(): this {
    return this.client(100, '', SYN, 0)
      .server(500, '', SYN | ACK)
      .client(101);
  }

  #send(client: boolean, sequence: number, payload: string, flags: number, acknowledgement: number): this {
    const hosts = ['10.0.0.1', '10.0.0.2'];
    const ports = [this.#port, 502];
    const [from, to] = client ? [0, 1] : [1, 0];
    this.frames.push(
      tcpFrame({
        source: hosts[from]!,
        destination: hosts[to]!,
        sourcePort: ports[from]!,
        destinationPort: ports[to]!,
        sequence: sequence >>> 0,
        acknowledgement: (flags & ACK) === 0 ? 0 : acknowledgement >>> 0,
        flags,
        payload: Buffer.from(payload, 'latin1'),
      }),
    );
    return this;
  }
}

/** What each side said, and where bytes are missing. */
interface Said {
  client: string;
  server: string;
  gaps: number;
}

function read(frames: readonly Uint8Array[], seconds = 1): Said {
  const said: Said = { client: '', server: '', gaps: 0 };
  const data = (_flow: number, direction: number, view: DataView, at: number, end: number) => {
    const text = Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('latin1');
    if (direction === 0) said.client += text;
    else said.server += text;
  };
  const streams = new Streams(
    {
      data,
      held: data,
      gap: () => said.gaps++,
      closed: () => {},
    },
    7,
  );
  const traffic = new Traffic(streams);
  frames.forEach((frame, i) => {
    const packet = new Packet();
    packet.view = new DataView(frame.slice().buffer);
    packet.end = frame.length;
    packet.time = 1000 + i * seconds;
    traffic.frame(packet);
  });
  streams.finish();
  return said;
}

interface Case {
  readonly wire: (wire: Wire) => Wire;
  readonly said: Said;
  /** Why tshark says something else. */
  readonly differs?: string;
}

const LONG = 'x'.repeat(1460);

/** What a receiver takes, from the standards. */
const CASES: Record<string, Case> = {
  'keep-alives with a byte and without one (RFC 9293, 3.8.4)': {
    wire: w =>
      w
        .open()
        .client(101, 'abc')
        .client(103, '\0')
        .client(103, '')
        .server(501, 'k', ACK, 104)
        .client(104, 'de'),
    said: { client: 'abcde', server: 'k', gaps: 0 },
  },
  'probes of a closed window (RFC 9293, 3.8.6.1): their byte counts, once': {
    wire: w =>
      w.open().client(101, 'abc').client(104, 'd').client(104, 'd').client(104, 'def').client(107, 'g'),
    said: { client: 'abcdefg', server: '', gaps: 0 },
  },
  'urgent bytes stay where they are in the stream (RFC 6093, 3)': {
    wire: w =>
      w
        .open()
        .client(101, 'ab')
        .client(103, 'c', ACK | URG)
        .client(104, 'de'),
    said: { client: 'abcde', server: '', gaps: 0 },
  },
  'data on the SYN (RFC 7413)': {
    wire: w =>
      w
        .client(100, 'abc', SYN, 0)
        .server(500, '', SYN | ACK, 104)
        .client(104, 'de')
        .server(501, 'k', ACK, 106),
    said: { client: 'abcde', server: 'k', gaps: 0 },
  },
  'both open at the same time (RFC 9293, 3.5)': {
    wire: w =>
      w
        .client(100, '', SYN, 0)
        .server(500, '', SYN, 0)
        .client(100, '', SYN | ACK, 501)
        .server(500, '', SYN | ACK, 101)
        .client(101, 'abc')
        .server(501, 'k', ACK, 104),
    said: { client: 'abc', server: 'k', gaps: 0 },
  },
  'one side has ended, the other goes on (RFC 9293, 3.6)': {
    wire: w =>
      w
        .open()
        .client(101, 'abc', ACK | FIN)
        .server(501, 'kl', ACK, 105)
        .server(503, LONG, ACK, 105)
        .server(503 + 1460, '', ACK | FIN, 105)
        .client(105, '', ACK, 504 + 1460),
    said: { client: 'abc', server: `kl${LONG}`, gaps: 0 },
  },
  'a FIN that comes before the bytes in front of it': {
    wire: w =>
      w
        .open()
        .client(104, 'de', ACK | FIN)
        .client(101, 'abc')
        .server(501, 'k', ACK, 107),
    said: { client: 'abcde', server: 'k', gaps: 0 },
  },
  'what a RST carries is no data (RFC 1122, 4.2.2.12)': {
    wire: w =>
      w
        .open()
        .client(101, 'abc')
        .server(501, 'go away', RST | ACK, 104),
    said: { client: 'abc', server: '', gaps: 0 },
    differs: 'it takes the text of a RST for data',
  },
  'retransmissions with other bytes: the first copy counts': {
    wire: w => w.open().client(101, 'abc').client(101, 'XYZde').server(501, 'k', ACK, 106).client(106, 'f'),
    said: { client: 'abcdef', server: 'k', gaps: 0 },
  },
  'sequence numbers that go over the end, out of order': {
    wire: w =>
      w
        .client(0xfffffffe, '', SYN, 0)
        .server(500, '', SYN | ACK, 0xffffffff)
        .client(1, 'cd')
        .client(0xffffffff, 'ab')
        .client(3, 'ef')
        .server(501, 'k', ACK, 5),
    said: { client: 'abcdef', server: 'k', gaps: 0 },
  },
  'a connection that was open before': {
    wire: w => w.client(1000, 'abc').server(9000, 'kl', ACK, 1003).client(1003, 'de', ACK, 9002),
    said: { client: 'abcde', server: 'kl', gaps: 0 },
  },
  'bytes that the receiver has and the capture has not': {
    wire: w => w.open().client(101, 'abc').client(110, 'jk').server(501, 'k', ACK, 112).client(112, 'lm'),
    said: { client: 'abcjklm', server: 'k', gaps: 1 },
    differs: 'it writes into the stream how many bytes are missing',
  },
};

/** Segments of a dialogue, cut, repeated and out of order as `random` has it; acknowledgements follow what was seen. */
function disturbed(wire: Wire, random: () => number, start = 100): { wire: Wire; said: Said } {
  const said: Said = { client: '', server: '', gaps: 0 };
  const next = { client: start + 1, server: 501 };
  wire
    .client(start, '', SYN, 0)
    .server(500, '', SYN | ACK, start + 1)
    .client(start + 1);
  for (let turn = 0; turn < 6; turn++) {
    const side = turn % 2 === 0 ? 'client' : 'server';
    const other = turn % 2 === 0 ? 'server' : 'client';
    const text = Array.from({ length: 1 + (random() % 90) }, () =>
      String.fromCharCode(97 + (random() % 26)),
    ).join('');
    const pieces: [at: number, length: number][] = [];
    for (let at = 0; at < text.length; ) {
      const length = Math.min(text.length - at, 1 + (random() % 20));
      pieces.push([at, length]);
      // Again, and with a part of what follows.
      if (random() % 3 === 0)
        pieces.push([Math.max(0, at - 3), Math.min(text.length - Math.max(0, at - 3), length + 5)]);
      at += length;
    }
    for (let i = pieces.length - 1; i > 0; i--) {
      const j = Math.max(0, i - (random() % 4));
      [pieces[i], pieces[j]] = [pieces[j]!, pieces[i]!];
    }
    for (const [at, length] of pieces)
      wire[side](next[side] + at, text.slice(at, at + length), ACK, next[other]);
    next[side] += text.length;
    said[side] += text;
  }
  return { wire, said };
}

/** A stream of numbers that depends on the seed alone. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >> 8;
  };
}

describe('streams as a receiver takes them', () => {
  for (const [name, { wire, said }] of Object.entries(CASES)) {
    it(name, () => assert.deepEqual(read(wire(new Wire(40_000)).frames), said));
  }

  it('any dialogue, cut, repeated and out of order, over the end of the sequence numbers too', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0xffffff00, max: 0x1000000ff }), (seed, start) => {
        const { wire, said } = disturbed(new Wire(40_000), seeded(seed), start);
        assert.deepEqual(read(wire.frames, 0.001), said);
      }),
      { numRuns: 300 },
    );
  });

  it('a session of months, most of it silence', () => {
    const wire = new Wire(40_000).open();
    let [client, server] = [101, 501];
    const said: Said = { client: '', server: '', gaps: 0 };
    for (let week = 0; week < 60; week++) {
      const question = `question ${week};`;
      // Two halves in the wrong order, each a week after what came before.
      wire
        .client(client + 5, question.slice(5), ACK, server)
        .client(client, question.slice(0, 5), ACK, server);
      client += question.length;
      wire.server(server, 'answer;', ACK, client).client(client - 1, '\0', ACK, server + 7);
      server += 7;
      said.client += question;
      said.server += 'answer;';
    }
    assert.deepEqual(read(wire.frames, 29), said);
    // Where even the halves are further apart than holes are waited for, the bytes are there all the same.
    const slow = read(wire.frames, 604_800);
    assert.deepEqual({ ...slow, gaps: 0 }, said);
  });
});

describe('tshark follows the same', { skip: withoutPeer('tshark') }, () => {
  const wires = Object.entries(CASES).map(([name, test], i) => ({
    name,
    ...test,
    wire: test.wire(new Wire(41_000 + i)),
  }));
  const mixes = Array.from({ length: 12 }, (_, seed) => disturbed(new Wire(42_000 + seed), seeded(seed + 1)));
  const told: { client: string; server: string }[] = [];

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
    try {
      const file = join(folder, 'streams.pcap');
      const all = [...wires, ...mixes].flatMap(({ wire }) => wire.frames);
      writeFileSync(file, pcap(all.map((frame, i) => ({ seconds: 1000, fraction: i, frame }))));
      const follow = [...wires, ...mixes].flatMap((_, i) => ['-z', `follow,tcp,raw,${i}`]);
      const out = execFileSync('tshark', ['-n', '-q', '-r', file, ...follow], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      told.push(...followed(out));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [i, { name, said, differs }] of wires.entries()) {
    const why = differs === undefined ? '' : `, but that ${differs}`;
    it(`${name}${why}`, () => {
      const { client, server } = told[i]!;
      if (differs === undefined) assert.deepEqual({ client, server, gaps: 0 }, said);
      else assert.notDeepEqual({ client, server, gaps: said.gaps }, said, 'no difference any more');
    });
  }

  it('dialogues that are cut, repeated and out of order', () => {
    for (const [i, { wire, said }] of mixes.entries()) {
      const { client, server } = told[wires.length + i]!;
      assert.deepEqual({ client, server, gaps: 0 }, said);
      assert.deepEqual(read(wire.frames, 0.001), said);
    }
  });
});

/** What `-z follow,tcp,raw` prints of each stream, by who has port 502. */
function followed(out: string): { client: string; server: string }[] {
  const streams = out.split(/^=+\nFollow: .*$/m).slice(1);
  const numberOf = (stream: string) => Number(/^Filter: tcp\.stream eq (\d+)$/m.exec(stream)?.[1]);
  streams.sort((a, b) => numberOf(a) - numberOf(b));
  return streams.map(stream => {
    const [, first = ''] = /^Node 0: \S+:(\d+)$/m.exec(stream) ?? [];
    const lines = stream.split('\n').filter(line => /^\t?(?:[0-9a-f]{2})+$/.test(line));
    const of = (node: boolean) =>
      Buffer.from(
        lines
          .filter(line => line.startsWith('\t') === node)
          .join('')
          .replaceAll('\t', ''),
        'hex',
      ).toString('latin1');
    return first === '502'
      ? { client: of(true), server: of(false) }
      : { client: of(false), server: of(true) };
  });
}
