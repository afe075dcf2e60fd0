/**
 * Protocols that are recognised by their content and not decoded. Those that are decoded are not here: the registry has them.
 *
 * @module
 */

import * as automation from './automation.ts';
import { mms, rdp, s7commPlus } from './iso.ts';
import { dtls, ssh, tls } from './office.ts';
import type { Signature } from './signature.ts';
import { c1222, c37118, dlms, dlmsHdlc, dnp3, iec104, tankGauge } from './utility.ts';

export const SIGNATURES: readonly Signature[] = [
  { name: 'S7comm-plus', control: true, port: 102, stream: s7commPlus, firstBytes: [3] },
  { name: 'MMS', control: true, port: 102, stream: mms, firstBytes: [3] },
  { name: 'DNP3', control: true, port: 20_000, stream: dnp3, datagram: dnp3, firstBytes: [0x05] },
  { name: 'IEC 60870-5-104', control: true, port: 2404, stream: iec104, firstBytes: [0x68] },
  {
    name: 'EtherNet/IP',
    control: true,
    port: 44_818,
    stream: automation.etherNetIp,
    datagram: automation.etherNetIp,
    firstBytes: [0x04, 0x63, 0x64, 0x65, 0x66, 0x6f, 0x70],
  },
  { name: 'CIP I/O', control: true, port: 2222, datagram: automation.cipIo, firstBytes: [2, 3, 4] },
  {
    name: 'OPC UA',
    control: true,
    port: 4840,
    stream: automation.opcUa,
    firstBytes: [0x41, 0x43, 0x45, 0x48, 0x4d, 0x4f, 0x52],
  },
  { name: 'BACnet/IP', control: true, port: 47_808, datagram: automation.bacnet, firstBytes: [0x81] },
  {
    name: 'FINS',
    control: true,
    port: 9600,
    stream: automation.finsTcp,
    datagram: automation.finsUdp,
    firstBytes: [0x46, 0x80, 0x81, 0xc0, 0xc1],
    onPort: true,
  },
  {
    name: 'ADS/AMS',
    control: true,
    port: 48_898,
    stream: automation.ams,
    datagram: automation.amsUdp,
    firstBytes: [0, 0x71],
  },
  {
    name: 'MELSEC',
    control: true,
    port: 5007,
    stream: automation.melsec,
    datagram: automation.melsec,
    firstBytes: [0x50, 0xd0, 0x54, 0xd4],
  },
  {
    name: 'MELSOFT',
    control: true,
    port: 5562,
    stream: automation.melsoft,
    datagram: automation.melsoft,
    firstBytes: [0x57, 0xd7],
  },
  {
    name: 'TriStation',
    control: true,
    port: 1502,
    datagram: automation.triStation,
    firstBytes: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  },
  { name: 'C37.118', control: true, port: 4712, stream: c37118, datagram: c37118, firstBytes: [0xaa] },
  {
    name: 'HART-IP',
    control: true,
    port: 5094,
    stream: automation.hartIp,
    datagram: automation.hartIp,
    firstBytes: [1, 2],
  },
  {
    name: 'KNXnet/IP',
    control: true,
    port: 3671,
    stream: automation.knx,
    datagram: automation.knx,
    firstBytes: [0x06],
  },
  { name: 'PROFINET IO', control: true, port: 34_964, datagram: automation.profinetIo, firstBytes: [0x04] },
  { name: 'Fox', control: true, port: 1911, stream: automation.fox, firstBytes: [0x66] },
  { name: 'Ether-S-Bus', control: true, port: 5050, datagram: automation.etherSbus, firstBytes: [0] },
  { name: 'Ether-S-IO', control: true, port: 6060, datagram: automation.etherSio, firstBytes: [0x45] },
  { name: 'CAN over UDP', control: true, datagram: automation.canOverUdp, firstBytes: [0x49] },
  { name: 'CN/IP', control: true, port: 1628, datagram: automation.cnIp, firstBytes: [0, 1, 2, 3, 4, 5] },
  { name: 'Ethernet Global Data', control: true, port: 18_246, datagram: automation.egd, firstBytes: [0x0d] },
  { name: 'TRDP', control: true, port: 17_224, stream: automation.trdp, datagram: automation.trdp },
  { name: 'ROC Plus', control: true, port: 4000, stream: automation.rocPlus },
  { name: 'Modbus RTU over TCP', control: true, stream: automation.modbusRtu },
  { name: 'ANSI C12.22', control: true, port: 1153, stream: c1222, datagram: c1222, firstBytes: [0x60] },
  { name: 'DLMS/COSEM', control: true, port: 4059, stream: dlms, datagram: dlms, firstBytes: [0] },
  { name: 'DLMS/COSEM in HDLC', control: true, port: 4060, stream: dlmsHdlc, firstBytes: [0x7e] },
  { name: 'tank gauge', control: true, port: 10_001, stream: tankGauge, firstBytes: [1] },
  { name: 'MQTT', control: true, port: 1883, stream: automation.mqtt, firstBytes: [0x10] },
  { name: 'TLS', control: false, opaque: true, port: 443, stream: tls, firstBytes: [20, 21, 22, 23, 24] },
  { name: 'DTLS', control: false, opaque: true, datagram: dtls, firstBytes: [20, 21, 22, 23] },
  { name: 'SSH', control: false, opaque: true, port: 22, stream: ssh, firstBytes: [0x53] },
  { name: 'Remote Desktop', control: false, opaque: true, port: 3389, stream: rdp, firstBytes: [3] },
];

/** Control protocols straight in Ethernet frames, by EtherType (IEEE registry of EtherTypes). */
export const FRAME_NAMES: ReadonlyMap<number, string> = new Map([
  [0x8892, 'PROFINET'],
  [0x88a4, 'EtherCAT'],
  [0x88ab, 'POWERLINK'],
  [0x88b8, 'GOOSE'],
  [0x88b9, 'GSE management'],
  [0x88ba, 'Sampled Values'],
  [0x88cd, 'SERCOS III'],
  [0x890f, 'CC-Link IE'],
]);
