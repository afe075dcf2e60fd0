import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { capture } from '../../bench/generate/capture.ts';
import { watch } from '../../src/cli/watch.ts';
import { CaptureReader } from '../../src/packet/capture.ts';
import {
  bytes,
  ethernet,
  ipv4,
  ipv6,
  pcap,
  tcpSegment,
  u16,
  udpDatagram,
} from '../../src/packet/capture-bytes.fixture.ts';
import { openSource } from '../../src/packet/source.ts';
import { withoutPeer } from '../peers.ts';
import { Namespace, withoutNamespaces } from './namespace.ts';
import { send, TRAFFIC, Watching } from './watching.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** The frames of a recording, in order, as hexadecimal digits. */
async function frames(path: string): Promise<string[]> {
  const all: string[] = [];
  const sink = {
    frame: ({ view, at, end }: { view: DataView; at: number; end: number }) => {
      all.push(Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('hex'));
    },
  };
  await new CaptureReader().read(await openSource(path), sink);
  return all;
}

function tagged(type: number, tag: number, frame: Uint8Array): Uint8Array {
  return bytes(frame.subarray(0, 12), u16(type), u16(tag), frame.subarray(12));
}

describe('cofferdam watch', { skip: withoutNamespaces() }, () => {
  let folder = '';
  let within: Namespace;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cofferdam-watch-'));
    // It is not root that writes there.
    chmodSync(folder, 0o755);
    within = new Namespace();
    within.cable('a', 'b');
  });
  after(() => {
    within?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function file(name: string, sent: readonly Uint8Array[]): string {
    const path = join(folder, name);
    writeFileSync(path, pcap(sent.map(frame => ({ frame }))));
    return path;
  }

  function recordings(name: string): string[] {
    return readdirSync(join(folder, name))
      .sort()
      .map(each => join(folder, name, each));
  }

  it('accounts for every packet of a sender at full speed, with no privilege left, and records them', async () => {
    const traffic = capture(folder, { packets: 200_000, seed: 5, ...TRAFFIC });
    const lostBefore = within.lost('b');
    const watching = await Watching.start(within, [
      '--write',
      join(folder, 'all'),
      '--write-file',
      '10MB',
      'b',
    ]);
    const status = readFileSync(`/proc/${watching.process.pid}/status`, 'utf8');
    assert.match(status, /^Uid:\s+(\d+)\s+\1\s+\1\s+\1$/m);
    assert.doesNotMatch(status, /^[UG]id:\s+0/m);
    for (const set of ['CapPrm', 'CapEff', 'CapAmb'])
      assert.match(status, new RegExp(`^${set}:\\s+0+$`, 'm'));
    assert.match(status, /^NoNewPrivs:\s+1$/m);

    const { sent } = send(within, 'a', traffic.path);
    const end = await watching.stop();
    assert.equal(sent, traffic.packets);
    assert.equal(end.read + end.dropped + within.lost('b') - lostBefore, sent);
    assert.ok(end.lostInBacklog >= within.lost('b') - lostBefore);
    assert.equal(end.packets, end.read + end.dropped);
    assert.equal(end.waiting, 0);
    assert.equal(
      Object.values(end.kinds).reduce((sum, count) => sum + count),
      end.read,
    );
    assert.equal(end.recorded!.packets + end.recorded!.missed, end.read);
    if (end.read === sent) {
      const messages = Object.fromEntries(
        end.protocols.map(({ protocol, messages }) => [protocol, messages]),
      );
      assert.deepEqual(messages, traffic.messages);
      assert.equal(end.streams.gaps, 0);
    }
    const files = recordings('all');
    assert.ok(files.length > 1);
    const inspected = spawnSync(process.execPath, [MAIN, 'inspect', '--json', ...files], {
      encoding: 'utf8',
    });
    assert.equal(inspected.status, 0, inspected.stderr);
    assert.equal(JSON.parse(inspected.stdout).packets, end.recorded!.packets);
  });

  it('keeps the VLAN tags that the kernel takes off', async () => {
    const plain = ethernet(0x0800, ipv4(17, udpDatagram(bytes(Array(30).fill(7)))));
    const sent = [
      plain,
      tagged(0x8100, 0x6005, plain),
      tagged(0x88a8, 0x0123, tagged(0x8100, 0x0456, plain)),
      tagged(0x8100, 0, ethernet(0x8892, bytes(Array(46).fill(1)))),
    ];
    const watching = await Watching.start(within, ['--write', join(folder, 'tags'), 'b']);
    send(within, 'a', file('tags.pcap', sent));
    const end = await watching.stop();
    assert.equal(end.tagged, 3);
    const [path] = recordings('tags');
    assert.deepEqual(
      await frames(path!),
      sent.map(frame => Buffer.from(frame).toString('hex')),
    );
    const others = readFrames(path!);
    if (others !== undefined) assert.deepEqual(others, ['', '5', '291,1110', '0']);
  });

  /** What tshark reads of a recording: the VLANs of each packet. */
  function readFrames(path: string): string[] | undefined {
    if (withoutPeer('tshark') !== false) return undefined;
    const args = ['-n', '-r', path, '-T', 'fields', '-e', 'vlan.id', '-e', 'ieee8021ad.id'];
    const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t').filter(Boolean).reverse().join(','));
  }

  it('says how many packets it had no room for', async () => {
    const traffic = capture(folder, { packets: 50_000, seed: 5, ...TRAFFIC });
    const watching = await Watching.start(within, ['--ring', '2MB', 'b']);
    watching.process.kill('SIGSTOP');
    const { sent } = send(within, 'a', traffic.path);
    watching.process.kill('SIGCONT');
    const end = await watching.stop();
    assert.ok(end.dropped > 10_000);
    assert.equal(end.read + end.dropped + end.lostInBacklog, sent);
    assert.ok(watching.told.some(({ notice }) => notice === 'drops'));
  });

  it('deals packets out so that the pairs of hosts stay together', async () => {
    const sent: Uint8Array[] = [];
    for (let host = 1; host <= 60; host++) {
      const [one, other] = [`10.0.0.${host}`, `10.0.1.${(host * 7) % 256}`];
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        const packet = ipv4(6, tcpSegment({ sourcePort: host }), from, to);
        sent.push(ethernet(0x0800, packet), tagged(0x8100, 7, ethernet(0x0800, packet)));
        sent.push(tagged(0x8100, 7, tagged(0x8100, 8, ethernet(0x0800, packet))));
        sent.push(ethernet(0x0800, ipv4(17, bytes(Array(40).fill(9)), from, to, 0x00b9)));
        // In GRE and VXLAN, between switches.
        const switches = [`10.9.0.${host}`, '10.9.1.1'] as const;
        sent.push(ethernet(0x0800, ipv4(47, bytes([0, 0, 0x08, 0], packet), ...switches)));
        const vxlan = bytes(
          u16(40_000),
          u16(4789),
          u16(30 + packet.length),
          u16(0),
          [8, 0, 0, 0, 0, 0, 1, 0],
        );
        sent.push(ethernet(0x0800, ipv4(17, bytes(vxlan, ethernet(0x0800, packet)), ...switches)));
      }
      sent.push(ethernet(0x86dd, ipv6(6, tcpSegment({}), host, 200)));
      sent.push(ethernet(0x86dd, ipv6(6, tcpSegment({}), 200, host)));
    }
    sent.push(ethernet(0x0806, bytes(Array(28).fill(0))));
    const watching = await Watching.start(within, ['--workers', '4', '--write', join(folder, 'dealt'), 'b']);
    send(within, 'a', file('dealt.pcap', sent));
    const end = await watching.stop();
    assert.equal(end.read, sent.length);
    const workers = new Map<string, Set<string>>();
    for (const path of recordings('dealt')) {
      const worker = /-(w\d)-/.exec(path)![1]!;
      for (const frame of await frames(path)) {
        const hosts = hostsOf(Buffer.from(frame, 'hex'));
        workers.set(hosts, (workers.get(hosts) ?? new Set()).add(worker));
      }
    }
    assert.deepEqual([...workers.get('first')!], ['w1']);
    for (const [hosts, of] of workers) assert.equal(of.size, 1, hosts);
    assert.equal(new Set([...workers.values()].flatMap(of => [...of])).size, 4);
  });

  /** The unordered pair of hosts of a frame that was sent above, or `first` where it belongs to the first worker. */
  function hostsOf(frame: Buffer): string {
    let at = 12;
    while (frame.readUInt16BE(at) === 0x8100) at += 4;
    const type = frame.readUInt16BE(at);
    const ip = at + 2;
    if (type === 0x86dd)
      return [frame.toString('hex', ip + 8, ip + 24), frame.toString('hex', ip + 24, ip + 40)].sort().join();
    if (type !== 0x0800 || frame[ip + 9] === 47 || frame[ip + 12 + 1] === 9) return 'first';
    return [frame.toString('hex', ip + 12, ip + 16), frame.toString('hex', ip + 16, ip + 20)].sort().join();
  }

  it('ends, with all of its threads, where the user that it becomes cannot write', () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const args = [MAIN, 'watch', '--workers', '2', '--write', closed, 'b'];
    const command = ['netns', 'exec', within.name, process.execPath, ...args];
    const { status, stderr } = spawnSync('ip', command, { encoding: 'utf8', timeout: 30_000 });
    assert.match(stderr, /closed: nobody, whom this program becomes, cannot write there; give it the folder/);
    assert.equal(status, 2);
  });

  it('makes a folder of several levels for the user that it becomes', async () => {
    const watching = await Watching.start(within, ['--write', join(folder, 'made', 'for', 'it'), 'b']);
    await watching.stop();
  });

  it('ends when it is told to, though its reader takes nothing', async () => {
    const traffic = capture(folder, { packets: 20_000, seed: 6, ...TRAFFIC });
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const it = within.start(process.execPath, [MAIN, 'watch', 'b'], { stdio: [...stdio] });
    const [started] = await once(it.stderr!, 'data');
    assert.match(String(started), /^watching b/);
    send(within, 'a', traffic.path);
    const ended = once(it, 'exit');
    it.kill('SIGTERM');
    const late = setTimeout(() => it.kill('SIGKILL'), 30_000);
    assert.deepEqual(await ended, [0, null]);
    clearTimeout(late);
  });

  it('waits for an interface that goes down or away, and takes it up again', async () => {
    const apart = new Namespace();
    try {
      apart.cable('c', 'd');
      const few = file('few.pcap', Array(10).fill(ethernet(0x0800, ipv4(6, tcpSegment({})))));
      const watching = await Watching.start(apart, ['d']);
      const state = (is: string) => {
        const from = watching.told.length;
        return watching.until(({ event, state }) => event === 'interface' && state === is, from);
      };
      let next = state('down');
      apart.run('ip', 'link', 'set', 'dev', 'd', 'down');
      await next;
      next = state('watched');
      apart.run('ip', 'link', 'set', 'dev', 'd', 'up');
      await next;
      send(apart, 'c', few);
      next = state('gone');
      apart.run('ip', 'link', 'del', 'dev', 'd');
      await next;
      next = state('watched');
      apart.cable('c', 'd');
      await next;
      send(apart, 'c', few);
      const end = await watching.stop();
      assert.deepEqual(end.interfaces, [{ name: 'd', state: 'watched', packets: 20 }]);
    } finally {
      apart.remove();
    }
  });

  it('leaves recordings that can be read when it is killed', async () => {
    const watching = await Watching.start(within, ['--health', '1s', '--write', join(folder, 'killed'), 'b']);
    const few = file('few.pcap', Array(1000).fill(ethernet(0x0800, ipv4(6, tcpSegment({})))));
    send(within, 'a', few);
    await watching.until(told => (told as { recorded?: { packets: number } }).recorded?.packets === 1000);
    const closed = once(watching.process, 'close');
    watching.process.kill('SIGKILL');
    await closed;
    const [path] = recordings('killed');
    assert.equal((await frames(path!)).length, 1000);
  });

  for (const [size, notice] of [
    ['3m', 'disk full'],
    ['300k', 'recording'],
  ] as const) {
    it(`goes on when the disk is full, and says so (${notice})`, async () => {
      const full = join(folder, notice);
      mkdirSync(full);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=777`, 'tmpfs', full]);
      try {
        const traffic = capture(folder, { packets: 50_000, seed: 5, ...TRAFFIC });
        const watching = await Watching.start(within, ['--write', full, 'b']);
        send(within, 'a', traffic.path);
        const end = await watching.stop();
        assert.equal(end.recorded!.packets + end.recorded!.missed, end.read);
        assert.equal(end.recorded!.missed > 0, notice === 'recording');
        assert.ok(watching.told.some(told => told.notice === notice));
        for (const path of recordings(notice)) await frames(path);
      } finally {
        execFileSync('umount', [full]);
      }
    });
  }
});

describe('cofferdam watch, where it cannot', () => {
  const root = process.getuid!() === 0;
  const run = (args: readonly string[], id?: number) =>
    spawnSync(process.execPath, [MAIN, 'watch', ...args], {
      encoding: 'utf8',
      ...(id === undefined ? {} : { uid: id, gid: id }),
    });

  it('says what it needs', () => {
    const { status, stderr } = run(['lo'], root ? 65_534 : undefined);
    assert.equal(status, 2);
    assert.match(stderr, /^cofferdam: .*CAP_NET_RAW.*\n$/);
  });

  it('names the interfaces that there are', { skip: root ? false : 'takes root' }, () => {
    const { status, stderr } = run(['no-such-if']);
    assert.equal(status, 2);
    assert.match(stderr, /^cofferdam: no-such-if: no such interface; there are: .*\blo\b.*\n$/);
  });

  it('wants options that fit together', async () => {
    for (const [args, why] of [
      [[], /no interface named/],
      [['a', 'a'], /named twice/],
      [['--write-age', '1h', 'a'], /--write DIR/],
      [['--write', 'x', '--write-size', '5MB', '--write-file', '4MB', 'a'], /half/],
      [['--ring', '64', 'a'], /500MB/],
      [['--every', '5min', 'a'], /--summary/],
      [['--ndjson', '--json', 'a'], /choose one/],
      [['--format', 'zeek', 'a'], /--into DIR/],
      [['--ndjson', '--into', 'x', 'a'], /--format zeek/],
      [['--rotate', '1h', 'a'], /--into DIR/],
      [['--format', 'parquet', 'a'], /complete.*--write DIR/],
    ] as const) {
      await assert.rejects(watch.run(args), why);
    }
  });
});
