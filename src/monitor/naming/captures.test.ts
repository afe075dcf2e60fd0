import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capturePath, withoutCapture } from '../../../test/captures.ts';
import { PROTOCOLS } from '../../protocol/registry.ts';
import { Inspection } from '../inspection.ts';
import { readAll } from '../read-all.ts';

/** Names by those that tshark's truth uses. */
const NAMES: Readonly<Record<string, string>> = {
  dnp3: 'DNP3',
  iec104: 'IEC 60870-5-104',
  enip: 'EtherNet/IP',
  cip_io: 'CIP I/O',
  bacnet_ip: 'BACnet/IP',
  opcua: 'OPC UA',
  mms: 'MMS',
  c37_118: 'C37.118',
  hart_ip: 'HART-IP',
  fins: 'FINS',
  ads: 'ADS/AMS',
  c12_22: 'ANSI C12.22',
  cn_ip: 'CN/IP',
  egd: 'Ethernet Global Data',
  ether_s_bus: 'Ether-S-Bus',
  ether_s_io: 'Ether-S-IO',
  knx_ip: 'KNXnet/IP',
  mqtt: 'MQTT',
  goose: 'GOOSE',
  sampled_values: 'Sampled Values',
  ethercat: 'EtherCAT',
  powerlink: 'POWERLINK',
  profinet_io: 'PROFINET IO',
};

/** Where tshark and we differ, and why. */
const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  // tshark goes by the ports: neither is what it says.
  'background-exchange-mapi': ['-ANSI C12.22'],
  'background-game-udp-44818': ['-EtherNet/IP'],
  // Titles of a registration of its own, one message: nothing in it is C12.22's alone.
  'c1222-std-example8': ['-ANSI C12.22'],
  // The connection was open before the capture began, so tshark does not know its presentation contexts.
  'mms-mid-stream': ['+MMS'],
};

test('names the protocols that tshark finds in recorded captures, and no others', {
  skip: withoutCapture(),
}, async () => {
  const folders = readdirSync(capturePath(), { withFileTypes: true }).filter(one => one.isDirectory());
  let count = 0;
  for (const { name: folder } of folders) {
    if (folder === 'truth') continue;
    for (const file of readdirSync(capturePath(folder))) {
      const base = file.replace(/\.pcap(ng)?$/, '');
      const truth = JSON.parse(readFileSync(join(capturePath('truth'), `${base}.json`), 'utf8'));
      const wanted = Object.keys(truth.ics ?? {}).flatMap(key => NAMES[key] ?? []);
      const inspection = new Inspection({ protocols: PROTOCOLS });
      await readAll(inspection, [join(capturePath(folder), file)]);
      const named = inspection.finish().named.filter(({ control }) => control);
      const ours = new Set(named.map(({ name }) => name));
      const differences = [
        ...wanted.filter(name => !ours.has(name)).map(name => `-${name}`),
        ...[...ours]
          .filter(name => Object.values(NAMES).includes(name) && !wanted.includes(name))
          .map(name => `+${name}`),
      ];
      assert.deepEqual([file, ...differences], [file, ...(DIFFERENCES[base] ?? [])]);
      // Ordinary traffic of offices and servers.
      if (folder === 'background') assert.deepEqual([file, ...ours], [file]);
      count++;
    }
  }
  assert.ok(count > 0);
});
