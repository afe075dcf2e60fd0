import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Anomaly, anomalyNames } from '../operation/anomaly.ts';
import type { Operation } from '../operation/operation.ts';
import { PHASES } from '../operation/operation.ts';
import { ACK, bytes, FIN, RST, type Segment, SYN, tcpFrame, u16 } from '../packet/capture-bytes.fixture.ts';
import { Packet } from '../packet/packet.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Current } from './current.ts';
import { MONITOR_LIMITS, Monitor, type MonitorLimits } from './monitor.ts';
import { MAX_OPENING } from './opening.ts';

/** A connection whose two ends send bytes one after the other. */
class Rig {
  /** Phase, code and object of each operation; behind it the anomalies that the monitor adds, if any. */
  readonly operations: string[] = [];
  readonly clients: string[] = [];
  /** Time of each, and the numbers of the packet that completed it and of the one with which it was told. */
  readonly whens: string[] = [];
  readonly monitor: Monitor;
  #sequence = [1000, 5000];
  readonly #ports: readonly [number, number];
  #packets = 0;

  constructor(port = 502, limits: MonitorLimits = MONITOR_LIMITS) {
    this.#ports = [40_000, port];
    const current = new Current();
    const sink = {
      operation: (op: Operation) => {
        const protocol = PROTOCOLS[op.protocol]!;
        const marks = op.anomalies & (Anomaly.gap | Anomaly.resync | Anomaly.evicted | Anomaly.unsolicited);
        const parts = [PHASES[op.phase], op.code, protocol.objects.format(op), ...anomalyNames(marks)];
        this.operations.push(parts.filter(part => part !== '').join(' '));
        this.clients.push(current.session.clientName);
        this.whens.push(`${op.time} ${current.packet} ${current.number}`);
      },
    };
    this.monitor = new Monitor({ protocols: PROTOCOLS, sink, current, seed: 1, limits });
  }

  open(): this {
    return this.#send(0, [], { flags: SYN }).#send(1, [], { flags: SYN | ACK });
  }

  client(...payload: ArrayLike<number>[]): this {
    return this.#send(0, bytes(...payload));
  }

  server(...payload: ArrayLike<number>[]): this {
    return this.#send(1, bytes(...payload));
  }

  reset(): this {
    return this.#send(0, [], { flags: RST });
  }

  /** `length` bytes of a side that the capture lost. */
  lose(side: 0 | 1, length: number): this {
    this.#sequence[side]! += length;
    const acknowledgement = this.#sequence[side]!;
    return this.#send(1 - side, [], { acknowledgement: acknowledgement + 1_000_000 });
  }

  /** The client's `payload` comes before the `ahead` bytes in front of it. */
  early(ahead: number, ...payload: ArrayLike<number>[]): this {
    this.#sequence[0]! += ahead;
    this.client(...payload);
    this.#sequence[0]! -= ahead + bytes(...payload).length;
    return this;
  }

  finish(): this {
    this.monitor.finish();
    return this;
  }

  #send(side: number, payload: ArrayLike<number>, rest: Partial<Segment> = {}): this {
    const [sourcePort, destinationPort] = side === 0 ? this.#ports : [this.#ports[1], this.#ports[0]];
    const ends = side === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
    const frame = tcpFrame({
      source: ends[0]!,
      destination: ends[1]!,
      sourcePort,
      destinationPort,
      sequence: this.#sequence[side]!,
      payload: Uint8Array.from(payload),
      flags: 0,
      ...('acknowledgement' in rest ? { flags: ACK } : {}),
      ...rest,
    });
    const flags = rest.flags ?? 0;
    this.#sequence[side]! += payload.length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0);
    const packet = new Packet();
    packet.view = new DataView(frame.buffer);
    packet.end = frame.length;
    packet.wireLength = frame.length;
    packet.time = ++this.#packets / 10;
    this.monitor.traffic.frame(packet);
    return this;
  }
}

/** What a side sends: a message, which may be cut short, perhaps behind bytes that are lost. */
interface Step {
  readonly server: boolean;
  readonly cut: number;
  readonly lost: number;
  readonly transaction: number;
}

/** Read Holding Registers: two from `address`. */
function request(transaction: number, address = 40): Uint8Array {
  return bytes(u16(transaction), u16(0), u16(6), [1, 3], u16(address), u16(2));
}

function response(transaction: number): Uint8Array {
  return bytes(u16(transaction), u16(0), u16(7), [1, 3, 4, 0, 1, 0, 2]);
}

const ASKED = 'request 3 holding 40-41';
const TOLD = 'response 3 holding 40-41';

/** LDAP (RFC 4511) with lengths of four bytes, as Windows writes them: its frame is that of Modbus. */
const LDAP = {
  /** A bind without a password. */
  client: (id: number) =>
    bytes([0x30, 0x84, 0, 0, 0, 16, 2, 1, id, 0x60, 0x84, 0, 0, 0, 7, 2, 1, 3, 4, 0, 0x80, 0]),
  /** Its answer, success. */
  server: (id: number) =>
    bytes([0x30, 0x84, 0, 0, 0, 16, 2, 1, id, 0x61, 0x84, 0, 0, 0, 7, 10, 1, 0, 4, 0, 4, 0]),
};

/** An echo request of SMB ([MS-CIFS] 2.2.4.39) behind the length of NetBIOS (RFC 1002, 4.3.1). */
function SMB(id: number): Uint8Array {
  const header = [0xff, 0x53, 0x4d, 0x42, 0x2b, 0, 0, 0, 0, 0x18, 7, 0xc8, ...Array(12).fill(0)];
  return bytes([0, 0, 0, 37], header, [0, 8, 0xff, 0xfe, 0, 8, id, 0], [1, 1, 0, 0, 0]);
}

describe('monitor', () => {
  it('takes nothing of a connection that is over into another', () => {
    const said = (rig: Rig, steps: readonly Step[]) => {
      const before = rig.operations.length;
      rig.open();
      for (const { server, cut, lost, transaction } of steps) {
        const whole = server ? response(transaction) : request(transaction);
        const part = whole.subarray(0, cut < 100 ? undefined : cut - 100);
        if (lost > 95) rig.lose(server ? 1 : 0, lost - 95);
        if (server) rig.server(part);
        else rig.client(part);
      }
      rig.reset();
      return rig.operations.slice(before);
    };
    const steps = fc.array(
      fc.record({
        server: fc.boolean(),
        cut: fc.integer({ min: 0, max: 112 }),
        lost: fc.nat(100),
        transaction: fc.nat(3),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fc.array(steps, { minLength: 2, maxLength: 4 }), connections => {
        const one = new Rig();
        for (const connection of connections) {
          assert.deepEqual(said(one, connection), said(new Rig(), connection));
        }
      }),
    );
  });

  it('gives what waited behind a hole the time of the packet that completed it', () => {
    const rig = new Rig().open().client(request(1));
    // The second is whole behind the hole; the fourth begins there, and its end came before.
    const fourth = request(4);
    rig.early(29, fourth.subarray(5)).early(12, request(3), fourth.subarray(0, 5)).client(request(2));
    assert.deepEqual(rig.whens, ['0.3 3 3', '0.6 6 6', '0.5 5 6', '0.5 5 6']);
  });

  it('pairs requests and responses', () => {
    const rig = new Rig().open().client(request(1)).server(response(1));
    assert.deepEqual(rig.operations, [ASKED, TOLD]);
    const [modbus] = rig.monitor.health;
    assert.equal(modbus!.messages, 2);
    assert.equal(modbus!.decoded, 25);
    assert.equal(modbus!.skipped, 0);
  });

  it('reads any number of messages in a segment, and a message in any number of segments', () => {
    const stream = bytes(request(1), request(2), request(3));
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: stream.length })),
        fc.constantFrom(502, 9999),
        (cuts, port) => {
          const rig = new Rig(port).open();
          let at = 0;
          for (const cut of [...new Set(cuts), stream.length].sort((a, b) => a - b)) {
            if (cut > at) rig.client(stream.subarray(at, cut));
            at = cut;
          }
          assert.deepEqual(rig.operations, [ASKED, ASKED, ASKED]);
        },
      ),
    );
  });

  it('recognises by content on any port', () => {
    assert.deepEqual(new Rig(9999).open().client(request(1)).server(response(1)).operations, [ASKED, TOLD]);
    // TPKT, COTP connection request and confirm, then S7 setup communication.
    const setup = [3, 0, 0, 25, 2, 0xf0, 0x80, 0x32, 1, 0, 0, 0, 0, 0, 8, 0, 0, 0xf0, 0, 0, 1, 0, 1, 1, 0xe0];
    const cr = [3, 0, 0, 11, 6, 0xe0, 0, 0, 0, 1, 0];
    const cc = [3, 0, 0, 11, 6, 0xd0, 0, 1, 0, 2, 0];
    const rig = new Rig(9999).open().client(cr).server(cc).client(setup);
    assert.deepEqual(
      rig.operations.map(o => o.split(' ').slice(0, 2).join(' ')),
      ['request 224', 'response 208', 'request 240'],
    );
  });

  it('finds out who is the client without a handshake', () => {
    const own = new Rig().server(response(1)).client(request(2));
    assert.deepEqual(own.operations, ['response 3 unsolicited', ASKED]);
    assert.deepEqual(new Set(own.clients), new Set(['10.0.0.1:40000']));
    // On an unknown port, and the server of the two has the higher one.
    const other = new Rig(60_000).client(request(1)).server(response(1));
    assert.deepEqual(other.operations, [ASKED, TOLD]);
    assert.deepEqual(new Set(other.clients), new Set(['10.0.0.1:40000']));
  });

  it('reads a controller that calls its station', () => {
    const rig = new Rig(9999).open().server(request(1)).client(response(1));
    assert.deepEqual(rig.operations, [ASKED, TOLD]);
    assert.deepEqual(new Set(rig.clients), new Set(['10.0.0.2:9999']));
  });

  it('takes no server for the client because of a first message that only servers send', () => {
    // An exception of a function that is not known, and one of a function that is.
    for (const invalid of [
      [0, 0, 0, 0, 0, 7, 1, 0x90, 1, 0, 0x13, 0, 0x13],
      [0, 0, 0, 0, 0, 3, 1, 0x83, 2],
    ]) {
      const rig = new Rig().open().client(invalid).client(request(1)).server(response(1));
      assert.deepEqual(rig.operations.slice(-2), [ASKED, TOLD]);
      assert.deepEqual(new Set(rig.clients), new Set(['10.0.0.1:40000']));
    }
  });

  it('leaves other protocols alone, and counts their bytes', () => {
    const rig = new Rig(80)
      .open()
      .client(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
      .server(new Uint8Array(500));
    for (let i = 0; i < 20; i++) rig.server(new Uint8Array(500).fill(i));
    rig.finish();
    assert.deepEqual(rig.operations, []);
    assert.equal(rig.monitor.unrecognised + rig.monitor.streams.ignoredBytes, 27 + 500 * 21);
  });

  it('takes no other protocol for Modbus because of its frame', () => {
    const { client, server } = LDAP;
    for (const rig of [new Rig(389).open(), new Rig(389)]) {
      for (let id = 1; id < 10; id++) rig.client(client(id)).server(server(id));
      assert.deepEqual(rig.finish().operations, []);
    }
    // SMB, cut so finely that every byte is the first of a segment.
    const cut = new Rig(139).open();
    for (let id = 0; id < 40; id++) {
      for (const byte of SMB(id)) cut.client([byte]);
    }
    assert.deepEqual(cut.finish().operations, []);
    // On the port of another, what began as nothing is not Modbus later.
    const other = new Rig(102).open().client(SMB(1)).client(request(1)).server(response(1));
    assert.deepEqual(other.finish().operations, []);
  });

  it('is not blinded by a beginning that is nothing, on the protocol’s own port', () => {
    const rig = new Rig().open().client(new Uint8Array(30).fill(0xee)).client(request(1)).server(response(1));
    assert.deepEqual(rig.operations, [ASKED, TOLD]);
    assert.equal(rig.monitor.health[0]!.strange, 30);
    const within = new Rig().open().client(new Uint8Array(30).fill(0xee), request(1));
    assert.deepEqual(within.operations, [`${ASKED} resync`]);
    assert.equal(within.monitor.health[0]!.skipped, 30);
  });

  it('does not lose a first message of a function that no standard knows', () => {
    const invalid = [0, 0, 0, 0, 0, 6, 1, 0, 0, 0, 0, 0];
    const rig = new Rig().open().client(invalid).server([0, 0, 0, 0, 0, 3, 1, 0x80, 1]);
    assert.deepEqual(rig.operations, ['request 0', 'response 0']);
    assert.equal(rig.monitor.health[0]!.strange, 0);
    const cut = new Rig().open().client(invalid.slice(0, 8)).client(invalid.slice(8)).client(request(1));
    assert.deepEqual(cut.operations, ['request 0', ASKED]);
    const alone = new Rig().open().client(invalid).finish();
    assert.deepEqual(alone.operations, []);
    assert.equal(alone.monitor.health[0]!.strange, 12);
  });

  it('goes on behind bytes that cannot be read, and tells', () => {
    const rig = new Rig()
      .open()
      .client(request(1))
      .client(new Uint8Array(17).fill(0xee))
      .client(request(2), request(3));
    assert.deepEqual(rig.operations, [ASKED, `${ASKED} resync`, ASKED]);
    assert.equal(rig.monitor.health[0]!.skipped, 17);
  });

  it('goes on behind a gap, and drops what was begun', () => {
    const rig = new Rig().open().client(request(1)).client(request(2).subarray(0, 5));
    rig.lose(0, 7 + 3).client(request(9).subarray(3), request(3), request(4));
    assert.deepEqual(rig.operations, [ASKED, `${ASKED} resync gap`, ASKED]);
    const [modbus] = rig.monitor.health;
    assert.equal(modbus!.unfinished, 5);
    assert.equal(modbus!.skipped, 9);
    assert.equal(rig.monitor.streams.gapBytes, 10);
  });

  it('marks a gap once, on the first of several items', () => {
    // Read/Write Multiple Registers: one message, two items.
    const twoItems = bytes(u16(7), u16(0), u16(13), [1, 23], u16(0), u16(1), u16(9), u16(1), [2], u16(5));
    const rig = new Rig().open().client(request(1)).lose(0, 12).client(twoItems, request(3));
    assert.deepEqual(rig.operations, [ASKED, 'request 23 holding 0 gap', 'request 23 holding 9', ASKED]);
  });

  it('keeps the mark for the next operation where a message has none', () => {
    const cr = [3, 0, 0, 11, 6, 0xe0, 0, 0, 0, 1, 0];
    const setup = [0x32, 1, 0, 0, 0, 0, 0, 8, 0, 0, 0xf0, 0, 0, 1, 0, 1, 1, 0xe0];
    const part = (payload: readonly number[], last: boolean) => [
      ...[3, 0, 0, 7 + payload.length, 2, 0xf0, last ? 0x80 : 0],
      ...payload,
    ];
    const rig = new Rig(102).open().client(cr).client(part(setup, true)).lose(0, 12);
    rig.client(part(setup.slice(0, 9), false)).client(part(setup.slice(9), true));
    assert.deepEqual(rig.operations, ['request 224', 'request 240', 'request 240 gap']);
  });

  it('counts what was begun when the connection ends', () => {
    const rig = new Rig().open().client(request(1), request(2).subarray(0, 5)).reset();
    assert.equal(rig.monitor.health[0]!.unfinished, 5);
  });

  it('keeps a beginning that is not clear, up to a limit', () => {
    const rig = new Rig(9999).open();
    // A COTP connection request that never ends in S7: possible for long.
    for (let i = 0; i < MAX_OPENING / 11 + 5; i++) rig.client([3, 0, 0, 11, 6, 0xe0, 0, 0, 0, 1, 0]);
    rig.finish();
    assert.deepEqual(rig.operations, []);
    assert.ok(rig.monitor.unrecognised + rig.monitor.streams.ignoredBytes > MAX_OPENING);
  });

  it('stays within its limits, and says what it forgot', () => {
    const limits = { ...MONITOR_LIMITS, waiting: 10 };
    const rig = new Rig(502, limits).open().client(request(1), request(2).subarray(0, 11)).client(request(3));
    assert.deepEqual(rig.operations, [ASKED, `${ASKED} evicted`]);
    assert.equal(rig.monitor.dropped, 1);
    assert.equal(rig.monitor.health[0]!.unfinished, 11);
  });

  it('no bytes in the midst of a connection keep it from reading what comes after', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.boolean(),
        (noise, server) => {
          const rig = new Rig().open().client(request(1)).server(response(1));
          for (const chunk of noise) {
            if (server) rig.server(chunk);
            else rig.client(chunk);
          }
          // Whatever was begun, no message is longer than this.
          for (let i = 0; i < 200; i++) rig.client(request(i)).server(response(i));
          assert.ok(rig.operations.length >= 200);
          assert.match(rig.operations.at(-2)!, /^request 3/);
          assert.match(rig.operations.at(-1)!, /^response 3/);
        },
      ),
      { numRuns: 100 },
    );
  });
});
