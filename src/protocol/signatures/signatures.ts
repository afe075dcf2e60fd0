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
  { name: 'S7comm-plus', control: true, port: 102, stream: s7commPlus },
  { name: 'MMS', control: true, port: 102, stream: mms },
  { name: 'DNP3', control: true, port: 20_000, stream: dnp3, datagram: dnp3 },
  { name: 'IEC 60870-5-104', control: true, port: 2404, stream: iec104 },
  {
    name: 'EtherNet/IP',
    control: true,
    port: 44_818,
    stream: automation.etherNetIp,
    datagram: automation.etherNetIp,
  },
  { name: 'CIP I/O', control: true, port: 2222, datagram: automation.cipIo },
  { name: 'OPC UA', control: true, port: 4840, stream: automation.opcUa },
  { name: 'BACnet/IP', control: true, port: 47_808, datagram: automation.bacnet },
  { name: 'FINS', control: true, port: 9600, stream: automation.finsTcp, datagram: automation.finsUdp },
  { name: 'ADS/AMS', control: true, port: 48_898, stream: automation.ams, datagram: automation.amsUdp },
  { name: 'MELSEC', control: true, port: 5007, stream: automation.melsec, datagram: automation.melsec },
  { name: 'MELSOFT', control: true, port: 5562, stream: automation.melsoft, datagram: automation.melsoft },
  { name: 'TriStation', control: true, port: 1502, datagram: automation.triStation },
  { name: 'C37.118', control: true, port: 4712, stream: c37118, datagram: c37118 },
  { name: 'HART-IP', control: true, port: 5094, stream: automation.hartIp, datagram: automation.hartIp },
  { name: 'KNXnet/IP', control: true, port: 3671, stream: automation.knx, datagram: automation.knx },
  { name: 'PROFINET IO', control: true, port: 34_964, datagram: automation.profinetIo },
  { name: 'Fox', control: true, port: 1911, stream: automation.fox },
  { name: 'Ether-S-Bus', control: true, port: 5050, datagram: automation.etherSbus },
  { name: 'Ether-S-IO', control: true, port: 6060, datagram: automation.etherSio },
  { name: 'CAN over UDP', control: true, datagram: automation.canOverUdp },
  { name: 'CN/IP', control: true, port: 1628, datagram: automation.cnIp },
  { name: 'Ethernet Global Data', control: true, port: 18_246, datagram: automation.egd },
  { name: 'TRDP', control: true, port: 17_224, stream: automation.trdp, datagram: automation.trdp },
  { name: 'ROC Plus', control: true, port: 4000, stream: automation.rocPlus },
  { name: 'Modbus RTU over TCP', control: true, stream: automation.modbusRtu },
  { name: 'ANSI C12.22', control: true, port: 1153, stream: c1222, datagram: c1222 },
  { name: 'DLMS/COSEM', control: true, port: 4059, stream: dlms, datagram: dlms },
  { name: 'DLMS/COSEM in HDLC', control: true, port: 4060, stream: dlmsHdlc },
  { name: 'tank gauge', control: true, port: 10_001, stream: tankGauge },
  { name: 'MQTT', control: true, port: 1883, stream: automation.mqtt },
  { name: 'TLS', control: false, opaque: true, port: 443, stream: tls },
  { name: 'DTLS', control: false, opaque: true, datagram: dtls },
  { name: 'SSH', control: false, opaque: true, port: 22, stream: ssh },
  { name: 'Remote Desktop', control: false, opaque: true, port: 3389, stream: rdp },
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
