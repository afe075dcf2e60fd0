/**
 * Collects what traffic shows of the devices in it: a tap of a reading, for packets and operations. Only who sends counts:
 * an address that was asked and never answered is no asset.
 *
 * @module
 */

import { type Operation, Outcome, Phase, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { Verb } from '../../operation/verb.ts';
import { ARP, arpSender } from '../../packet/arp.ts';
import { DhcpType, isDhcp, readDhcp } from '../../packet/dhcp.ts';
import { senderAt, vlanOf } from '../../packet/frame-address.ts';
import { LLDP, readLldp } from '../../packet/lldp.ts';
import { Neighbour, readNeighbour } from '../../packet/ndp.ts';
import { type Packet, PacketKind, TcpFlag } from '../../packet/packet.ts';
import type { PacketSink } from '../../packet/traffic.ts';
import type {
  Announcement,
  AnnouncementSink,
  FactSink,
  IdentityReader,
} from '../../protocol/device-facts.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import type { Session } from '../session.ts';
import { type Device, Devices } from './devices.ts';
import { FactList } from './fact-list.ts';
import { type Host, Hosts } from './hosts.ts';
import { Links } from './links.ts';
import { isSender, macAt } from './mac.ts';
import { Place } from './proof.ts';
import { Room } from './room.ts';

export interface AssetLimits {
  /** IP addresses, hardware addresses, and links. */
  readonly hosts: number;
  readonly devices: number;
  readonly links: number;
  /** Of all addresses together: facts; ports, VLANs, roles and further hardware addresses. */
  readonly facts: number;
  readonly details: number;
}

export const ASSET_LIMITS: AssetLimits = {
  hosts: 1 << 14,
  devices: 1 << 14,
  // One more, and the table of their keys would be twice as large.
  links: (1 << 14) - 1,
  facts: 1 << 14,
  details: 1 << 14,
};

export interface AssetOptions {
  readonly protocols: readonly Protocol[];
  readonly announcements: readonly Announcement[];
  readonly current: Current;
  readonly limits?: AssetLimits;
  /** False in live traffic: no file has the packet that shows something, but its time is known. */
  readonly numbered?: boolean;
}

/** Spanning tree and other protocols of bridges go to these group addresses (IEEE 802.1Q, table 8-1): the 802.1D block. */
const BRIDGE_GROUP = 0x0180_c200_0000;
/** LLC of a spanning tree frame. */
const SPANNING_TREE = 0x4242;
const DHCP = 'DHCP';

export class Assets implements PacketSink, Sink {
  readonly hosts: Hosts;
  readonly devices: Devices;
  readonly links: Links;
  readonly facts: Room;
  readonly details: Room;
  readonly protocols: readonly Protocol[];

  readonly #announcements: readonly Announcement[];
  readonly #current: Current;
  readonly #place: Place;
  readonly #neighbour = new Neighbour();
  readonly #teller: Teller;
  /** By cell of the flow table: id of the session, its link, and what reads how its server identifies itself. */
  readonly #ids: number[] = [];
  readonly #linkOf: number[] = [];
  readonly #identities: (IdentityReader | undefined)[] = [];

  constructor(options: AssetOptions) {
    const { hosts, devices, links, facts, details } = options.limits ?? ASSET_LIMITS;
    this.#place = new Place(options.numbered ?? true);
    this.#teller = new Teller(this.#place);
    this.protocols = options.protocols;
    this.#announcements = options.announcements;
    this.#current = options.current;
    this.facts = new Room(facts);
    this.details = new Room(details);
    this.hosts = new Hosts(hosts, this.details);
    this.devices = new Devices(devices, this.details);
    this.links = new Links(links);
  }

  /** Names of the files so far, by their number in proofs of links. */
  get files(): readonly string[] {
    return this.#place.files;
  }

  /** The packets that follow are this capture's. */
  begin(file: string): void {
    this.#place.begin(file);
  }

  packet(packet: Packet): void {
    const place = this.#place;
    place.packet = packet.number;
    place.time = packet.time;
    const { kind } = packet;
    if (kind === PacketKind.malformed) return;
    const from = senderAt(packet);
    let mac = from < 0 ? 0 : macAt(packet.view, from);
    if (!isSender(mac)) mac = 0;
    const device = mac === 0 ? undefined : this.devices.find(mac, this.#place);
    const vlan = mac === 0 ? -1 : vlanOf(packet);
    if (device !== undefined) {
      device.frames++;
      if (vlan >= 0) addVlan(device, vlan, this.details);
    }
    if (kind === PacketKind.nonIp) {
      if (device !== undefined) this.#belowIp(packet, device);
      return;
    }
    if (!isUnicast(packet.view, packet.addressAt, packet.ipVersion)) {
      if (kind === PacketKind.udp) this.#datagram(packet, undefined, mac);
      return;
    }
    const host = this.hosts.find(packet.view, packet.addressAt, packet.ipVersion, this.#place);
    if (host === undefined) return;
    host.packets++;
    host.bytes += packet.wireLength;
    host.last = packet.time;
    if (vlan >= 0) addVlan(host, vlan, this.details);
    if (mac !== 0) {
      const known = host.mac(mac, this.#place, this.details);
      if (known !== undefined) known.packets++;
    }
    if (kind === PacketKind.tcp) {
      if ((packet.flags & (TcpFlag.syn | TcpFlag.ack)) === (TcpFlag.syn | TcpFlag.ack))
        host.accepts(packet.sourcePort, this.#place, this.details);
    } else if (kind === PacketKind.udp) this.#datagram(packet, host, mac);
    else if (kind === PacketKind.otherIp && readNeighbour(packet, this.#neighbour)) {
      const { addressAt, hardwareAt } = this.#neighbour;
      this.#claim(packet.view, addressAt, 6, macAt(packet.view, hardwareAt), 'NDP');
    }
  }

  operation(op: Operation): void {
    const { session } = this.#current;
    const { flow, id } = session;
    if (this.#ids[flow] !== id) {
      this.#ids[flow] = id;
      this.#identities[flow] = undefined;
      this.#linkOf[flow] = this.#meet(session, op.protocol);
    }
    const link = this.#linkOf[flow]!;
    if (link < 0) return;
    this.links.count(link, op, this.#place);
    if (op.verb !== Verb.identify || op.phase !== Phase.response || op.outcome !== Outcome.ok) return;
    const protocol = this.protocols[op.protocol]!;
    const identity = this.#identities[flow] ?? protocol.identity?.();
    if (identity === undefined) return;
    this.#identities[flow] = identity;
    const host = this.hosts.named(op.side === Side.server ? session.serverAddress : session.clientAddress);
    if (host === undefined) return;
    const teller = this.#teller;
    host.factList ??= new FactList(this.facts);
    teller.facts = host.factList;
    teller.time = op.time;
    teller.station = `${protocol.name} ${protocol.stations.format(op.station)}`;
    identity.operation(op, teller);
  }

  #meet(session: Session, protocol: number): number {
    const link = this.links.find(session, protocol);
    if (link >= 0) {
      for (const address of [session.clientAddress, session.serverAddress]) {
        const host = this.hosts.named(address);
        if (host !== undefined) host.kept = true;
      }
    }
    return link;
  }

  #belowIp(packet: Packet, device: Device): void {
    const { view, networkAt: at, networkEnd: end, etherType } = packet;
    if (etherType === ARP) {
      const sender = arpSender(view, at, end);
      if (sender >= 0) this.#claim(view, sender + 6, 4, macAt(view, sender), 'ARP');
    } else if (etherType === LLDP) this.#neighbourTells(packet, device);
    else if (etherType < 0x600) {
      const to = macAt(view, packet.at);
      if (to === BRIDGE_GROUP && end - at >= 2 && view.getUint16(at) === SPANNING_TREE)
        this.#show(device, 'network device', 'sends spanning tree frames');
    } else {
      for (const announcement of this.#announcements) {
        if (announcement.etherType !== etherType) continue;
        const teller = this.#tellerOf(device);
        announcement.read(view, at, end, teller);
        if (teller.told !== '') this.#claimText(teller.told, device.mac, announcement.name);
      }
    }
  }

  #neighbourTells(packet: Packet, device: Device): void {
    const said = readLldp(packet.view, packet.networkAt, packet.networkEnd);
    if (said === undefined) return;
    const teller = this.#tellerOf(device);
    const { chassis, port, portDescription, name, description, capabilities, addresses } = said;
    teller.fact('name', name, 'LLDP');
    teller.fact('description', description, 'LLDP');
    teller.fact('chassis', chassis, 'LLDP');
    teller.fact('port', portDescription === '' ? port : `${port} (${portDescription})`, 'LLDP');
    teller.fact('capabilities', capabilities.join(', '), 'LLDP');
    for (const address of addresses) {
      if (address === '0.0.0.0' || address === '::') continue;
      teller.fact('management address', address, 'LLDP');
      this.#claimText(address, device.mac, 'LLDP');
    }
    const forwards = capabilities.filter(one => one === 'bridge' || one === 'router' || one === 'repeater');
    // Controllers with two ports are a bridge too, and say that they are a station before all.
    if (forwards.length > 0 && !capabilities.includes('station only'))
      this.#show(device, 'network device', `says by LLDP that it is a ${forwards.join(' and ')}`);
  }

  #datagram(packet: Packet, host: Host | undefined, mac: number): void {
    const { view, payloadAt: at, transportEnd: end, sourcePort, destinationPort } = packet;
    if (isDhcp(sourcePort, destinationPort)) this.#dhcp(view, at, end, host, mac);
    if (host === undefined) return;
    for (const announcement of this.#announcements) {
      if (announcement.port === 0 || announcement.port !== sourcePort) continue;
      announcement.read(view, at, end, this.#tellerOf(host));
    }
  }

  #dhcp(view: DataView, at: number, end: number, host: Host | undefined, mac: number): void {
    const said = readDhcp(view, at, end);
    if (said === undefined) return;
    const client = macAt(view, said.hardwareAt);
    if (!isSender(client)) return;
    if (said.reply) {
      if (said.type === DhcpType.offer || said.type === DhcpType.ack) {
        if (host !== undefined) this.#show(host, 'server', 'gives addresses by DHCP');
        if (said.type === DhcpType.ack && said.address !== '') this.#claimText(said.address, client, DHCP);
      }
      return;
    }
    // A relay agent sends on what a client said: the client is who it names, if it was ever heard itself.
    const device = client === mac ? this.devices.find(client, this.#place) : this.devices.named(client);
    if (device === undefined) return;
    const teller = this.#tellerOf(device);
    teller.fact('name', said.hostName, DHCP);
    teller.fact('vendor class', said.vendorClass, DHCP);
    teller.fact('DHCP parameters', said.parameters, DHCP);
    if (said.address !== '') this.#claimText(said.address, client, DHCP);
  }

  /** The address at `at` is said to belong to the hardware address. */
  #claim(view: DataView, at: number, version: number, mac: number, by: string): void {
    if (!isSender(mac) || !isUnicast(view, at, version)) return;
    const host = this.hosts.find(view, at, version, this.#place);
    if (host !== undefined) this.#claimed(host, mac, by);
  }

  /** The same by the address's text, where the host was heard. */
  #claimText(address: string, mac: number, by: string): void {
    const host = this.hosts.named(address);
    if (host !== undefined) this.#claimed(host, mac, by);
  }

  #claimed(host: Host, mac: number, by: string): void {
    const known = host.mac(mac, this.#place, this.details);
    if (known === undefined || known.claim !== undefined) return;
    known.claimed = by;
    known.claim = this.#place.here();
  }

  #show(of: Host | Device, role: string, reason: string): void {
    if (!of.shown.has(role) && this.details.take())
      of.shown = new Map(of.shown).set(role, { reason, proof: this.#place.here() });
  }

  #tellerOf(of: Host | Device): Teller {
    const teller = this.#teller;
    of.factList ??= new FactList(this.facts);
    teller.facts = of.factList;
    teller.time = this.#place.time;
    teller.station = '';
    teller.told = '';
    return teller;
  }
}

/** Writes what is told into the list of the device that tells it. */
class Teller implements FactSink, AnnouncementSink {
  facts: FactList | undefined;
  station = '';
  time = 0.1;
  /** The last address that was told. */
  told = '';
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  fact(name: string, value: string, source: string): void {
    this.facts?.add(name, value, source, this.station, this.#place, this.time);
  }

  address(address: string): void {
    this.told = address;
  }
}

/** VLANs that are kept of one address. */
const MAX_VLANS = 16;

/** Of all who are in that VLAN alone, which most are, the one set. */
const ALONE: readonly ReadonlySet<number>[] = Array.from({ length: 4096 }, (_, vlan) => new Set([vlan]));

/** The first is part of what an address takes. */
function addVlan(of: Host | Device, vlan: number, room: Room): void {
  if (of.vlans.has(vlan)) return;
  if (of.vlans.size === 0) of.vlans = ALONE[vlan]!;
  else if (of.vlans.size < MAX_VLANS && room.take()) of.vlans = new Set([...of.vlans, vlan]);
}

/** An address that a single host can have: not unspecified, loopback, group or broadcast. */
function isUnicast(view: DataView, at: number, version: number): boolean {
  const first = view.getUint8(at);
  if (version === 4) return first !== 0 && first !== 127 && first < 224;
  if (first === 0xff) return false;
  return first !== 0 || view.getInt32(at) !== 0 || view.getInt32(at + 4) !== 0 || view.getInt32(at + 8) !== 0;
}
