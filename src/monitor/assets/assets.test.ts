import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { capturePath, withoutCapture } from '../../../test/captures.ts';
import { withoutPeer } from '../../../test/peers.ts';
import {
  bytes,
  Dialogue,
  ethernet,
  ipv4,
  memorySource,
  pcap,
  tcpFrame,
  u16,
  u32,
} from '../../packet/capture-bytes.fixture.ts';
import { identificationRequest, identificationResponse } from '../../protocol/modbus/encode.ts';
import { connectionConfirm, connectionRequest, dataMessage } from '../../protocol/osi/encode.ts';
import { ANNOUNCEMENTS, PROTOCOLS } from '../../protocol/registry.ts';
import { Inspection } from '../inspection.ts';
import { plantCapture } from '../plant-capture.fixture.ts';
import { readAll } from '../read-all.ts';
import { type AssetLimits, Assets } from './assets.ts';
import { collectedOf } from './collected.ts';
import { describeAssets } from './describe-assets.ts';
import { inventoryFrom } from './inventory.ts';
import type { AssetRecord, Inventory } from './records.ts';

async function inventory(capture: Uint8Array | string, limits?: AssetLimits): Promise<Inventory> {
  let assets: Assets | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => {
      assets = new Assets({
        protocols: PROTOCOLS,
        announcements: ANNOUNCEMENTS,
        current,
        ...(limits === undefined ? {} : { limits }),
      });
      return { operations: assets, packets: assets };
    },
  });
  assets!.begin('plant.pcap');
  if (typeof capture === 'string') await readAll(inspection, [capture]);
  else await inspection.read(memorySource('plant.pcap', capture));
  inspection.finish();
  return inventoryFrom(collectedOf(assets!), PROTOCOLS);
}

function capture(...frames: readonly Uint8Array[]): Uint8Array {
  return pcap(frames.map((frame, i) => ({ seconds: 1000 + i, frame })));
}

const address = (text: string) => text.split('.').map(Number);

/** `frame` as `mac` sends it. */
function sentBy(mac: readonly number[], frame: Uint8Array): Uint8Array {
  frame.set(mac, 6);
  return frame;
}

function arp(mac: readonly number[], ip: string): Uint8Array {
  const head = [0, 1, 8, 0, 6, 4, 0, 2];
  return sentBy(mac, ethernet(0x0806, bytes(head, mac, address(ip), new Uint8Array(6), address('10.0.0.9'))));
}

const udp = (source: number, destination: number, payload: Uint8Array) =>
  bytes(u16(source), u16(destination), u16(8 + payload.length), [0, 0], payload);

// Blocks of the IEEE registry: 00:1B:1B is Siemens AG's, 02:… is made up locally.
const SIEMENS = [0x00, 0x1b, 0x1b, 1, 2, 3];
const LOCAL = [0x02, 0, 0, 0, 0, 7];

function find({ assets }: Inventory, id: string): AssetRecord {
  const asset = assets.find(one => one.id === id);
  assert.ok(asset, `no ${id} among ${assets.map(one => one.id).join(' ')}`);
  return asset;
}

describe('assets', () => {
  it('gives each host of a plant its addresses, what it serves and uses, and a role with the packet that shows it', async () => {
    const all = await inventory(plantCapture());
    assert.deepEqual(
      all.assets.map(({ id, roles }) => [
        id,
        roles.map(({ role, certainty }) => `${certainty} ${role}`).join(', '),
      ]),
      [
        ...['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'].map(id => [id, 'likely operator station']),
        ...['10.0.2.1', '10.0.2.2', '10.0.2.3', '10.0.2.4'].map(id => [id, 'possible controller']),
      ],
    );
    const server = find(all, '10.0.2.1');
    assert.deepEqual(
      server.macs.map(({ mac, local }) => [mac, local]),
      [['02:00:0a:00:02:01', true]],
    );
    const { port, protocol, stations, proof } = server.serves[0]!;
    assert.deepEqual([port, protocol, stations.map(({ station }) => station)], [502, 'modbus', ['0']]);
    // 16 packets of handshakes; the eight clients ask and are answered in turns.
    assert.deepEqual([proof.packet, proof.file], [18, 'plant.pcap']);
    assert.equal(all.links.length, 8);
  });

  it('takes the sender alone for an asset, not who was asked', async () => {
    const asked = Array.from({ length: 50 }, (_, i) =>
      tcpFrame({ source: '10.0.0.1', destination: `10.9.0.${i}`, flags: 2 }),
    );
    const { assets } = await inventory(capture(...asked));
    assert.deepEqual(
      assets.map(({ id }) => id),
      ['10.0.0.1'],
    );
  });

  it('stays within its limits when very many addresses send, keeps who is known, and says what was given up', async () => {
    const known = arp(SIEMENS, '10.0.0.2');
    const spoofed = Array.from({ length: 5000 }, (_, i) =>
      tcpFrame({ source: `10.${1 + (i >> 12)}.${(i >> 4) & 255}.${1 + (i & 15)}`, flags: 2 }),
    );
    const busy = Array.from({ length: 5 }, () => tcpFrame({ source: '10.0.0.3' }));
    const limits = { hosts: 64, devices: 16, links: 4, facts: 99, details: 99 };
    const all = await inventory(capture(known, ...busy, ...spoofed, ...busy), limits);
    assert.ok(all.assets.length <= 64 + 16);
    assert.equal(find(all, '10.0.0.3').addresses[0]!.packets, 10);
    assert.equal(all.lost.forgottenAddresses, 5002 - 64);
    assert.match(
      [...describeAssets(all, 1, false)].join(''),
      /to stay within memory: 4.938 addresses of a packet or two were forgotten/,
    );
  });

  it('takes from nobody what made-up addresses had before they were forgotten', async () => {
    const tagged = (mac: readonly number[], frame: Uint8Array) =>
      sentBy(mac, bytes(frame.subarray(0, 12), u16(0x8100), u16(5), frame.subarray(12)));
    const flood = Array.from({ length: 500 }, (_, i) =>
      tagged(
        [2, 0, 0, 1, i >> 8, i & 255],
        tcpFrame({ source: `10.1.${i >> 8}.${1 + (i & 255)}`, flags: 2 }),
      ),
    );
    const accepts = { source: '10.0.0.3', sourcePort: 502, destinationPort: 40_000, flags: 0x12 };
    const server = tagged(SIEMENS, tcpFrame(accepts));
    const limits = { hosts: 16, devices: 16, links: 4, facts: 99, details: 40 };
    const all = await inventory(capture(...flood, server), limits);
    assert.deepEqual(find(all, '10.0.0.3').vlans, [5]);
    assert.equal(all.lost.details, 0);
  });

  it('keeps two that claim one address side by side, each with its packet', async () => {
    const { assets } = await inventory(capture(arp(SIEMENS, '10.0.0.2'), arp(LOCAL, '10.0.0.2')));
    const { conflicts, macs } = assets.find(({ id }) => id === '10.0.0.2')!;
    assert.deepEqual(
      conflicts.map(({ what, values }) => [
        what,
        values.map(({ value, proof }) => `${value} ${proof.packet}`),
      ]),
      [['2 hardware addresses claim 10.0.0.2', ['00:1b:1b:01:02:03 1', '02:00:00:00:00:07 2']]],
    );
    assert.deepEqual(
      macs.map(({ vendor, local }) => [vendor, local]),
      [
        ['Siemens AG', false],
        ['', true],
      ],
    );
  });

  it('takes a hardware address that sends for several for a router', async () => {
    const routed = ['10.1.0.1', '10.1.0.2', '10.1.0.3', '10.1.0.4'].map(source =>
      sentBy(LOCAL, tcpFrame({ source })),
    );
    const all = await inventory(capture(...routed));
    assert.equal(find(all, '10.1.0.1').behind, '02:00:00:00:00:07');
    assert.deepEqual(
      find(all, '02:00:00:00:00:07').roles.map(({ role, certainty }) => [role, certainty]),
      [['network device', 'likely']],
    );
  });

  it('reads what devices say by LLDP, DHCP and PROFINET DCP', async () => {
    const tlv = (type: number, ...content: ArrayLike<number>[]) => {
      const value = bytes(...content);
      return bytes(u16((type << 9) | value.length), value);
    };
    const lldp = bytes(
      tlv(1, [4], SIEMENS),
      tlv(2, [7], Buffer.from('port-001')),
      tlv(3, [0, 20]),
      tlv(5, Buffer.from('switch-1')),
      tlv(7, u16(4), u16(4)),
      tlv(0),
    );
    const dhcp = new Uint8Array(300);
    dhcp.set([1, 1, 6]);
    dhcp.set(LOCAL, 28);
    dhcp.set(
      [
        0x63,
        0x82,
        0x53,
        0x63,
        53,
        1,
        3,
        12,
        5,
        ...Buffer.from('eng-1'),
        60,
        8,
        ...Buffer.from('MSFT 5.0'),
        255,
      ],
      236,
    );
    const block = (option: number, content: ArrayLike<number>) =>
      bytes(u16(option), u16(content.length + 2), [0, 0], content, content.length % 2 === 1 ? [0] : []);
    const blocks = bytes(block(0x0202, Buffer.from('pump-7')), block(0x0203, [0, 0x2a, 1, 1]));
    const dcp = bytes(u16(0xfeff), [5, 1], u32(1), u16(0), u16(blocks.length), blocks);
    const all = await inventory(
      capture(
        sentBy(SIEMENS, ethernet(0x88cc, lldp)),
        sentBy(LOCAL, ethernet(0x0800, ipv4(17, udp(68, 67, dhcp), '0.0.0.0', '255.255.255.255'))),
        sentBy(SIEMENS, ethernet(0x8892, dcp)),
      ),
    );
    const device = find(all, '00:1b:1b:01:02:03');
    assert.equal(device.name, 'pump-7');
    assert.equal(device.roles[0]!.reason, 'says by LLDP that it is a bridge');
    assert.ok(
      device.facts.some(
        ({ name, value, proof }) => name === 'port' && value === 'port-001' && proof.packet === 1,
      ),
    );
    const client = find(all, '02:00:00:00:00:07');
    assert.deepEqual(
      client.facts.map(({ name, value, proof }) => `${name} ${value} ${proof.packet}`),
      ['name eng-1 2', 'vendor class MSFT 5.0 2'],
    );
  });

  it('reads the identification of Modbus by unit, and tells a firmware that changed', async () => {
    const to = (transaction: number) => ({ transaction, unit: 3 });
    const identity = (firmware: string) => ({
      access: 1,
      conformity: 1,
      objects: [
        [0, 'Acme'],
        [2, firmware],
      ] as const,
    });
    const messages = ['V1', 'V2'].flatMap((firmware, i) => [
      identificationRequest(to(i), 1, 0),
      identificationResponse(to(i), identity(firmware) as never),
    ]);
    const { assets } = await inventory(capture(...exchange(502, messages)));
    const device = assets.find(({ id }) => id === '10.0.0.2')!;
    assert.deepEqual(
      device.facts.map(({ name, value, station, proof }) => `${station}: ${name} ${value} [${proof.packet}]`),
      ['modbus 3: vendor Acme [2]', 'modbus 3: firmware V1 [2]', 'modbus 3: firmware V2 [4]'],
    );
    assert.deepEqual(
      device.conflicts.map(({ what }) => what),
      ['firmware of modbus 3 is told as 2 things by Read Device Identification'],
    );
  });

  it('puts a status list together that comes in parts', async () => {
    // List 0x001c with two records of 34 bytes, cut within the second; answered as the sequence 7.
    const record = (index: number, text: string) => bytes(u16(index), Buffer.from(text.padEnd(32, '\0')));
    const list = bytes(u16(0x1c), u16(0), u16(34), u16(2), record(1, 'STATION'), record(5, 'S C-X123'));
    const parts = [list.subarray(0, 60), list.subarray(60)];
    const pdu = (param: ArrayLike<number>, data: ArrayLike<number>) =>
      dataMessage(bytes([0x32, 7, 0, 0, 0, 1], u16(param.length), u16(data.length), param, data));
    const ask = (sequence: number, data: ArrayLike<number>) =>
      sequence === 0
        ? pdu([0, 1, 0x12, 4, 0x11, 0x44, 1, 0], bytes([0xff, 9], u16(4), data))
        : pdu([0, 1, 0x12, 8, 0x12, 0x44, 1, sequence, 0, 0, 0, 0], [0x0a, 0, 0, 0]);
    const tell = (part: Uint8Array, last: boolean) =>
      pdu([0, 1, 0x12, 8, 0x12, 0x84, 1, 7, 9, last ? 0 : 1, 0, 0], bytes([0xff, 9], u16(part.length), part));
    const setup = { source: 1, destination: 2, calling: [1, 0], called: [1, 2], size: 10 };
    const messages = [
      connectionRequest(setup as never),
      connectionConfirm(setup as never),
      ask(0, bytes(u16(0x1c), u16(0))),
      tell(parts[0]!, false),
      ask(7, []),
      tell(parts[1]!, true),
    ];
    const { assets } = await inventory(capture(...exchange(102, messages)));
    const { facts } = assets.find(({ id }) => id === '10.0.0.2')!;
    assert.deepEqual(
      facts.map(({ name, value, source, proof }) => `${name} ${value} ${source} [${proof.packet}]`),
      ['station name STATION SZL 0x001c [4]', 'serial number S C-X123 SZL 0x001c [6]'],
    );
  });
});

/** Messages of one connection, in turns, each a packet. */
function exchange(port: number, messages: readonly Uint8Array[]): Uint8Array[] {
  const dialogue = new Dialogue(port);
  return messages.map((payload, i) => sentBy([2, 0, 0, 0, 0, (i & 1) + 1], dialogue.frame(i & 1, payload)));
}

/** Captures with facts that tshark reads too: a field of tshark's, and the fact that says the same. */
const RECORDED = [
  ['mixed/mixed-modbus-s7-profinet.pcapng', 'lldp.tlv.system.name', 'LLDP', 'name'],
  ['mixed/mixed-modbus-s7-profinet.pcapng', 'lldp.tlv.system.desc', 'LLDP', 'description'],
  ['mixed/mixed-modbus-s7-profinet.pcapng', 'pn_dcp.suboption_device_nameofstation', 'PROFINET DCP', 'name'],
  ['ethercat/ethercat-eeprom.pcapng', 'dhcp.option.hostname', 'DHCP', 'name'],
  ['ethercat/ethercat-eeprom.pcapng', 'dhcp.option.vendor_class_id', 'DHCP', 'vendor class'],
  ['s7comm/s7comm-block-list.pcap', 's7comm.szl.xy11.0001.anz', 'SZL 0x0111', 'order number'],
] as const;

describe('facts beside those of tshark', { skip: withoutPeer('tshark') || withoutCapture() }, () => {
  for (const [file, field, source, name] of RECORDED) {
    it(`${field} of ${file}`, async () => {
      const args = [
        '-n',
        '-r',
        capturePath(file),
        '-T',
        'fields',
        '-e',
        'frame.number',
        '-e',
        field,
        '-Y',
        // Requests carry a name too: that of who is looked for.
        source === 'PROFINET DCP' ? `${field} && pn_dcp.service_type == 1` : field,
      ];
      const lines = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const theirs = new Map<string, number>();
      for (const line of lines.trim().split('\n')) {
        const [packet, value] = line.split('\t');
        if (!theirs.has(value!.trim())) theirs.set(value!.trim(), Number(packet));
      }
      const ours = new Map<string, number>();
      for (const { facts } of (await inventory(capturePath(file))).assets) {
        for (const fact of facts.filter(one => one.source === source && one.name === name)) {
          ours.set(fact.value, Math.min(ours.get(fact.value) ?? Number.POSITIVE_INFINITY, fact.proof.packet));
        }
      }
      assert.ok(theirs.size > 0);
      assert.deepEqual(ours, theirs);
    });
  }
});
