/**
 * Control protocols of factories and buildings that are recognised and not decoded.
 *
 * @module
 */

import { isCcittCrc, isModbusCrc } from './crc.ts';
import { Fit } from './signature.ts';

/** Text of four characters as a number. */
const FINS = 0x46494e53;
const ESIO = 0x4553494f;

/**
 * The CIP Networks Library, volume 2, 2-3: command, length, session, status, context, options; least significant first. A
 * list's request is little more than zeros: in a stream of anything such 24 bytes come.
 */
export function etherNetIp(view: DataView, at: number, end: number): Fit {
  if (end - at < 24) return Fit.no;
  const command = view.getUint16(at, true);
  const length = view.getUint16(at + 2, true);
  const status = view.getUint32(at + 8, true);
  if (view.getUint32(at + 20) !== 0 || !isStatus(status) || at + 24 + length > end) return Fit.no;
  // What follows must begin a further message.
  if (at + 24 + length !== end && end - at - 24 - length < 24) return Fit.no;
  switch (command) {
    case 0x65:
      // Register session: protocol version 1, no options.
      return length === 4 && view.getUint32(at + 24, true) === 1
        ? Fit.sure
        : length === 0 && status !== 0
          ? Fit.weak
          : Fit.no;
    case 0x66:
      return length === 0 && view.getUint32(at + 4) !== 0 ? Fit.weak : Fit.no;
    case 0x6f:
    case 0x70:
      // Interface handle 0, timeout, then a list of items: a null or connected address first.
      if (length === 0) return status !== 0 ? Fit.weak : Fit.no;
      if (length < 16 || view.getUint32(at + 24) !== 0) return Fit.no;
      return isItems(view, at + 30) ? Fit.sure : Fit.no;
    case 0x04:
    case 0x63:
    case 0x64:
      // The answer to a list: a number of items.
      return length >= 6 &&
        view.getUint16(at + 24, true) === 1 &&
        view.getUint16(at + 28, true) === length - 6
        ? Fit.sure
        : Fit.no;
    default:
      return Fit.no;
  }
}

function isStatus(status: number): boolean {
  return status <= 3 || status === 0x64 || status === 0x65 || status === 0x69;
}

/** Number of items, then the address item: null without content, or connected with four bytes. */
function isItems(view: DataView, at: number): boolean {
  const count = view.getUint16(at, true);
  const type = view.getUint16(at + 2, true);
  const length = view.getUint16(at + 4, true);
  return count >= 1 && count <= 4 && ((type === 0 && length === 0) || (type === 0xa1 && length === 4));
}

/** Implicit messages of CIP over UDP: two or three items, sequenced address of eight bytes, then connected data to the end. */
export function cipIo(view: DataView, at: number, end: number): Fit {
  if (end - at < 18 || view.getUint16(at + 2, true) !== 0x8002 || view.getUint16(at + 4, true) !== 8)
    return Fit.no;
  if (view.getUint16(at, true) < 2 || view.getUint16(at + 14, true) !== 0xb1) return Fit.no;
  return view.getUint16(at + 16, true) === end - at - 18 ? Fit.sure : Fit.no;
}

/** OPC UA, part 6, 7.1.2: three letters, a chunk type, length, least significant first. */
export function opcUa(view: DataView, at: number, end: number): Fit {
  if (end - at < 12) return Fit.no;
  const chunk = view.getUint8(at + 3);
  const length = view.getUint32(at + 4, true);
  if (length < 12 || length > 0x100_0000) return Fit.no;
  const name = view.getUint32(at) >>> 8;
  // HEL, ACK, ERR, RHE.
  if (name === 0x48454c || name === 0x41434b || name === 0x455252 || name === 0x524845) {
    return chunk === 0x46 && length <= end - at ? Fit.sure : Fit.no;
  }
  if (chunk !== 0x46 && chunk !== 0x43 && chunk !== 0x41) return Fit.no;
  // OPN, MSG, CLO.
  if (name === 0x4f504e || name === 0x434c4f) return length <= end - at ? Fit.sure : Fit.weak;
  return name === 0x4d5347 ? (length <= end - at ? Fit.sure : Fit.weak) : Fit.no;
}

/** BACnet/IP (ASHRAE 135, annex J): 0x81, function, length of all; then a network layer of version 1. */
export function bacnet(view: DataView, at: number, end: number): Fit {
  if (end - at < 4 || view.getUint8(at) !== 0x81 || view.getUint16(at + 2) !== end - at) return Fit.no;
  const call = view.getUint8(at + 1);
  // Original unicast and broadcast, distribute broadcast; forwarded has six bytes of address first.
  const npdu = call === 0x0a || call === 0x0b || call === 0x09 ? at + 4 : call === 0x04 ? at + 10 : -1;
  if (npdu > 0) return npdu + 2 <= end && view.getUint8(npdu) === 1 ? Fit.sure : Fit.no;
  // Those that manage broadcasts: lengths are all there is.
  return (call === 0x00 && end - at === 6) ||
    (call === 0x05 && end - at === 6) ||
    call === 0x02 ||
    call === 0x06
    ? Fit.weak
    : Fit.no;
}

/** Omron FINS over TCP: FINS, length of what follows, command, error. */
export function finsTcp(view: DataView, at: number, end: number): Fit {
  if (end - at < 16 || view.getUint32(at) !== FINS) return Fit.no;
  return view.getUint32(at + 4) >= 8 && view.getUint32(at + 4) <= 4096 && view.getUint32(at + 8) <= 6
    ? Fit.sure
    : Fit.no;
}

/** FINS over UDP: information, 0, gateways, addresses of both, service, command. Little of it is fixed: two must agree. */
export function finsUdp(view: DataView, at: number, end: number): Fit {
  if (end - at < 12) return Fit.no;
  const information = view.getUint8(at);
  if ((information & 0x3e) !== 0 || (information & 0x80) === 0 || view.getUint8(at + 1) !== 0) return Fit.no;
  const gateways = view.getUint8(at + 2);
  if (gateways < 1 || gateways > 7 || view.getUint8(at + 3) > 127 || view.getUint8(at + 6) > 127)
    return Fit.no;
  const group = view.getUint8(at + 10);
  const code = view.getUint8(at + 11);
  if (code === 0 || code > 0x30) return Fit.no;
  return (group >= 1 && group <= 9) ||
    group === 0x0c ||
    group === 0x20 ||
    group === 0x21 ||
    group === 0x22 ||
    group === 0x23
    ? Fit.weak
    : Fit.no;
}

/** Beckhoff AMS over TCP: 0, length of what follows; two addresses, command, flags, length of the data. */
export function ams(view: DataView, at: number, end: number): Fit {
  if (end - at < 38 || view.getUint16(at) !== 0) return Fit.no;
  const length = view.getUint32(at + 2, true);
  const command = view.getUint16(at + 22, true);
  const flags = view.getUint16(at + 24, true);
  if (length < 32 || length > 0x100_0000 || view.getUint32(at + 26, true) !== length - 32) return Fit.no;
  return command <= 9 && (flags & 0x04) !== 0 && flags < 0x100 ? Fit.sure : Fit.no;
}

/** Beckhoff's search for devices over UDP: a number of four bytes. */
export function amsUdp(view: DataView, at: number, end: number): Fit {
  return end - at >= 24 && view.getUint32(at) === 0x71146603 ? Fit.sure : Fit.no;
}

/** Mitsubishi MC protocol, frames 3E and 4E, binary: subheader, network, PC, module, station, length to the end. */
export function melsec(view: DataView, at: number, end: number): Fit {
  if (end - at < 11) return Fit.no;
  const head = view.getUint16(at);
  const serial = head === 0x5400 || head === 0xd400 ? 4 : 0;
  if (serial === 0 && head !== 0x5000 && head !== 0xd000) return Fit.no;
  const access = at + 2 + serial;
  if (
    end - access < 9 ||
    view.getUint16(access + 2, true) < 0x3d0 ||
    view.getUint16(access + 2, true) > 0x3ff
  )
    return Fit.no;
  return view.getUint16(access + 5, true) === end - access - 7 ? Fit.sure : Fit.no;
}

/** KNXnet/IP (EN 50090-4-3): length of the header, version 1.0, service, length of all. */
export function knx(view: DataView, at: number, end: number): Fit {
  if (end - at < 8 || view.getUint16(at) !== 0x0610 || view.getUint16(at + 4) !== end - at) return Fit.no;
  const service = view.getUint8(at + 2);
  return service >= 2 && service <= 9 ? Fit.sure : Fit.no;
}

/** HART-IP (FieldComm HCF_SPEC-085): version, type, id, status, sequence, length of all. */
export function hartIp(view: DataView, at: number, end: number): Fit {
  if (end - at < 8 || view.getUint16(at + 6) !== end - at) return Fit.no;
  const version = view.getUint8(at);
  const type = view.getUint8(at + 1) & 0x0f;
  if ((version !== 1 && version !== 2) || (type > 3 && type !== 15) || view.getUint8(at + 2) > 5)
    return Fit.no;
  return Fit.weak;
}

/** Tridium Fox: lines of text that begin with the protocol's name. */
export function fox(view: DataView, at: number, end: number): Fit {
  // `fox a `
  return end - at >= 8 && view.getUint32(at) === 0x666f7820 && view.getUint8(at + 5) === 0x20
    ? Fit.sure
    : Fit.no;
}

/** Saia Ether-S-IO. */
export function etherSio(view: DataView, at: number, end: number): Fit {
  return end - at >= 8 && view.getUint32(at) === ESIO ? Fit.sure : Fit.no;
}

/** CAN over UDP, as some gateways carry it: the number of the CAN standard. */
export function canOverUdp(view: DataView, at: number, end: number): Fit {
  return end - at >= 10 && view.getUint32(at) === 0x49534f31 && view.getUint32(at + 4) === 0x31383938
    ? Fit.sure
    : Fit.no;
}

/** PROFINET IO's calls: connectionless DCE/RPC whose object is one of PROFINET's (DEA00000-6C97-11D1-8271-…). */
export function profinetIo(view: DataView, at: number, end: number): Fit {
  if (end - at < 80 || view.getUint8(at) !== 4) return Fit.no;
  const object = view.getUint32(at + 8);
  // In either order of bytes, as the sender says.
  const big = object === 0xdea00000 && view.getUint32(at + 12) === 0x6c9711d1;
  const little = object === 0x0000a0de && view.getUint32(at + 12) === 0x976cd111;
  return (big || little) && view.getUint16(at + 16) === 0x8271 ? Fit.sure : Fit.no;
}

/** GE Ethernet Global Data: type 13, version 1, request, the producer's address, exchange. */
export function egd(view: DataView, at: number, end: number): Fit {
  if (end - at < 32 || view.getUint16(at) !== 0x0d01) return Fit.no;
  // Reserved at the end of the header.
  return view.getUint32(at + 28) === 0 ? Fit.weak : Fit.no;
}

/** Modbus RTU frames in TCP, as serial gateways send them: unit, function, what its length must be, a check over all. */
export function modbusRtu(view: DataView, at: number, end: number): Fit {
  const length = end - at;
  if (length < 5 || length > 256 || view.getUint8(at) > 247) return Fit.no;
  return isRtuLength(view, at, length) && isModbusCrc(view, at, length - 2) ? Fit.weak : Fit.no;
}

function isRtuLength(view: DataView, at: number, length: number): boolean {
  const code = view.getUint8(at + 1);
  const count = view.getUint8(at + 2);
  if (code > 0x80) return length === 5 && count >= 1 && count <= 11;
  if (code >= 1 && code <= 4) return length === 8 || length === 5 + count;
  if (code === 5 || code === 6) return length === 8;
  return (
    (code === 15 || code === 16) && (length === 8 || (length > 9 && length === 9 + view.getUint8(at + 6)))
  );
}

/** Emerson ROC Plus: addresses of both, opcode, length of the data, data, a check as Modbus has it. */
export function rocPlus(view: DataView, at: number, end: number): Fit {
  const length = end - at;
  if (length < 8 || view.getUint8(at + 5) !== length - 8) return Fit.no;
  return isModbusCrc(view, at, length - 2) ? Fit.weak : Fit.no;
}

/** Mitsubishi MELSOFT: no public description; recorded sessions have these bytes in common. */
export function melsoft(view: DataView, at: number, end: number): Fit {
  if (end - at < 40) return Fit.no;
  const head = view.getUint8(at);
  const route = view.getUint8(at + 7);
  if ((head !== 0x57 || route !== 0x07) && (head !== 0xd7 || route !== 0x7f)) return Fit.no;
  return view.getUint16(at + 5) === 0x1111 && view.getUint16(at + 2) === 0 ? Fit.weak : Fit.no;
}

/** Triconex TriStation: type, length, data, a check as Modbus has it but from 0; least significant byte first. */
export function triStation(view: DataView, at: number, end: number): Fit {
  const length = end - at;
  if (length < 6 || view.getUint16(at + 2, true) !== length - 6) return Fit.no;
  const type = view.getUint16(at, true);
  return type >= 1 && type <= 11 && isModbusCrc(view, at, length - 2, 0) ? Fit.sure : Fit.no;
}

/** Saia Ether-S-Bus: length of all, version, protocol 0, sequence, attribute, …, a check over all. */
export function etherSbus(view: DataView, at: number, end: number): Fit {
  const length = end - at;
  if (length < 11 || view.getUint32(at) !== length || view.getUint8(at + 4) > 1 || view.getUint8(at + 8) > 2)
    return Fit.no;
  return isCcittCrc(view, at, length - 2, 0) ? Fit.sure : Fit.no;
}

/** TRDP (IEC 61375-2-3, annex A): sequence, version 1.0, message type of two letters, …, length of the data. */
export function trdp(view: DataView, at: number, end: number): Fit {
  if (end - at < 40 || view.getUint16(at + 4) !== 0x0100) return Fit.no;
  const kind = view.getUint8(at + 6);
  const what = view.getUint8(at + 7);
  // P with r, p, d, e; M with n, r, p, q, c, e.
  const process = kind === 0x50 && (what === 0x72 || what === 0x70 || what === 0x64 || what === 0x65);
  const message =
    kind === 0x4d && (what === 0x6e || (what >= 0x70 && what <= 0x72) || what === 0x63 || what === 0x65);
  if (!process && !message) return Fit.no;
  const data = view.getUint32(at + 20);
  const header = process ? 40 : 116;
  return data < 0x1_0000 && end - at === header + ((data + 3) & ~3) ? Fit.sure : Fit.no;
}

/** CN/IP (EIA-852): length of all, version 1, type, then no extension, no vendor. */
export function cnIp(view: DataView, at: number, end: number): Fit {
  if (end - at < 20 || view.getUint16(at) !== end - at || view.getUint8(at + 2) !== 1) return Fit.no;
  return view.getUint8(at + 3) !== 0 && view.getUint32(at + 4) === 0 ? Fit.weak : Fit.no;
}

/** MQTT (OASIS): CONNECT with the protocol's name. */
export function mqtt(view: DataView, from: number, end: number): Fit {
  if (end - from < 10 || view.getUint8(from) !== 0x10) return Fit.no;
  let at = from + 1;
  while (at < from + 5 && at < end && view.getUint8(at) >= 0x80) at++;
  at++;
  if (end - at < 7) return Fit.no;
  const length = view.getUint16(at);
  if (length === 4) return view.getUint32(at + 2) === 0x4d515454 ? Fit.sure : Fit.no;
  return length === 6 && view.getUint32(at + 2) === 0x4d514973 ? Fit.sure : Fit.no;
}
