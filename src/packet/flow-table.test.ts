import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ethernet, ipv4, ipv6, tcpSegment } from './capture-bytes.fixture.ts';
import { CELL_SHIFT, Cell, FlowTable } from './flow-table.ts';
import { decodeLayers } from './layers.ts';
import { Packet } from './packet.ts';

interface Endpoint {
  readonly host: number;
  readonly port: number;
}

function packet(version: 4 | 6, from: Endpoint, to: Endpoint): Packet {
  const tcp = tcpSegment({ sourcePort: from.port, destinationPort: to.port });
  const ip =
    version === 4
      ? ipv4(6, tcp, `10.0.${from.host >> 8}.${from.host & 255}`, `10.0.${to.host >> 8}.${to.host & 255}`)
      : ipv6(6, tcp, from.host & 255, to.host & 255);
  const frame = ethernet(version === 4 ? 0x0800 : 0x86dd, ip);
  const record = new Packet();
  record.view = new DataView(frame.buffer);
  record.end = frame.length;
  decodeLayers(record);
  return record;
}

function text(version: 4 | 6, host: number): string {
  return version === 4 ? `10.0.${host >> 8}.${host & 255}` : `fe80::${host.toString(16)}`;
}

const nobody = { evicted: () => assert.fail('nothing has to make room') };

describe('flow table', () => {
  it('is what a map of endpoints would be', () => {
    const endpoint = fc.record({
      host: fc.integer({ min: 1, max: 7 }),
      port: fc.constantFrom(1, 502, 40000, 65535),
    });
    const lookup = fc.record({ version: fc.constantFrom<4 | 6>(4, 6), from: endpoint, to: endpoint });
    fc.assert(
      fc.property(fc.array(lookup, { maxLength: 300 }), fc.integer(), (lookups, seed) => {
        const table = new FlowTable(1 << 16, seed, nobody);
        const model = new Map<string, number>();
        for (const { version, from, to } of lookups) {
          const key = [`${from.host}:${from.port}`, `${to.host}:${to.port}`].sort().join(` ${version} `);
          const flow = table.find(packet(version, from, to));
          assert.equal(table.fresh, !model.has(key));
          assert.equal(model.get(key) ?? flow, flow);
          model.set(key, flow);
          const { direction } = table;
          assert.equal(table.address(flow, direction), text(version, from.host));
          const back = table.find(packet(version, to, from));
          assert.equal(back, flow);
          if (from.host !== to.host || from.port !== to.port) assert.equal(table.direction, 1 - direction);
        }
        assert.equal(table.size, model.size);
        assert.equal(new Set(model.values()).size, model.size);
      }),
      { numRuns: 200 },
    );
  });

  it('grows, and keeps what lies in its cells', () => {
    const table = new FlowTable(1 << 14, 7, nobody);
    const flows = Array.from({ length: 10_000 }, (_, i) => {
      const flow = table.find(packet(4, { host: i, port: 1000 + (i % 7) }, { host: 60_000, port: 502 }));
      table.cells[(flow << CELL_SHIFT) + Cell.free] = i;
      return flow;
    });
    flows.forEach((expected, i) => {
      const flow = table.find(packet(4, { host: 60_000, port: 502 }, { host: i, port: 1000 + (i % 7) }));
      assert.equal(flow, expected);
      assert.equal(table.cells[(flow << CELL_SHIFT) + Cell.free], i);
    });
  });

  it('when full, gives the cell of a flow that was quiet, and never of one that was just used', () => {
    const evicted: number[] = [];
    const table = new FlowTable(1024, 3, { evicted: flow => evicted.push(flow) });
    const busy = packet(4, { host: 1, port: 1 }, { host: 2, port: 502 });
    const kept = table.find(busy);
    for (let i = 0; i < 20_000; i++) {
      table.find(packet(4, { host: i, port: 5000 + (i & 1) }, { host: 65_000, port: 502 }));
      assert.equal(table.find(busy), kept);
      assert.equal(table.fresh, false);
    }
    assert.equal(table.size, 1024);
    assert.equal(table.evictions, evicted.length);
    assert.equal(evicted.length, 20_001 - 1024);
    assert.ok(!evicted.includes(kept));
  });

  it('costs less than 100 bytes a flow, of IPv4 and of IPv6', () => {
    for (const version of [4, 6] as const) {
      const table = new FlowTable(1 << 13, 7, nobody);
      for (let i = 0; i < 1 << 13; i++) {
        table.find(packet(version, { host: 1, port: i }, { host: 2, port: 502 }));
      }
      assert.equal(table.size, 1 << 13);
      assert.ok(table.bytes / table.size < 100, `${table.bytes / table.size} bytes`);
    }
  });

  it('makes no more steps than there were packets in looking for a quiet flow', () => {
    const table = new FlowTable(1024, 3, { evicted() {} });
    const server = { host: 65_000, port: 502 };
    let packets = 0;
    let most = 0;
    const look = (host: number) => {
      const before = table.steps;
      packets++;
      table.find(packet(4, { host, port: 5000 }, server));
      most = Math.max(most, table.steps - before);
      assert.ok(table.steps <= packets);
    };
    for (let round = 0; round < 8; round++) {
      // All are touched, whatever is in the table; then come new ones, for the first of which the hand goes all round.
      for (let i = 0; i < 2; i++) for (let host = 0; host < 1024; host++) look(host);
      for (let host = 0; host < 600; host++) look(2000 + 600 * round + host);
    }
    assert.ok(table.evictions > 8 * 600);
    assert.ok(most > 1024, 'it never had to go all round');
  });
});
