/**
 * Connections as they are set up: scans of hosts and ports, floods of connections, and of such as are never
 * completed. Looks at the SYNs, their answers, and the first segment after them; knows nothing of what is said then.
 *
 * Only what has to do with control protocols is looked at: servers on their ports, and the other ports of hosts that
 * the same client tries on one of them.
 *
 * Bounded: {@link MAX_SERVERS} servers and {@link MAX_CLIENTS} clients, of which the oldest make room;
 * {@link SLOTS} connections being set up, of which one may be taken for another, and count as never completed, when
 * there are more.
 *
 * @module
 */

import { type FindingKind, finding, type Subject } from '../operation/finding.ts';
import { formatAddress, formatEndpoint } from '../packet/address.ts';
import { finish, mix } from '../packet/hash.ts';
import { type Packet, TcpFlag } from '../packet/packet.ts';
import type { SegmentSink } from '../packet/traffic.ts';
import { KINDS } from './finding-kinds.ts';
import type { Group, Grouping } from './grouping.ts';
import { entry } from './parties.ts';
import { Search } from './search.ts';
import type { Thresholds } from './thresholds.ts';

const MAX_SERVERS = 1 << 13;
const MAX_CLIENTS = 1 << 12;
const SLOTS = 1 << 16;
/** Ports of all hosts that are remembered of what a client tried; and clients of a server. */
const MAX_TRIED = 1 << 10;

const SYN = TcpFlag.syn;
const SYN_ACK = TcpFlag.syn | TcpFlag.ack;

/** Connections to one server and port within a window. */
class Server {
  since = 0;
  begun = 0;
  completed = 0;
  /** Connections by client, of those begun. */
  readonly clients = new Map<string, number>();
  halfOpen: Group | undefined;
  /** Of the client that floods it. */
  flood: Group | undefined;
}

/** What a finding of a flood says. */
interface Told {
  readonly kind: FindingKind;
  readonly message: string;
  readonly subject: Subject;
  /** Address and port of the server. */
  readonly where: string;
}

/** What a client tried within a window. */
class Searcher {
  /** Hosts on ports of control protocols. */
  readonly hosts = new Search<string>();
  /** Those of that time that it works with. */
  readonly acquaintances = new Set<string>();
  since = 0;
  /** Ports that did not accept, by host; how many were added. */
  readonly ports = new Map<string, Set<number>>();
  tried = 0;
}

export interface HandshakeOptions {
  /** Ports of control protocols. */
  readonly ports: readonly number[];
  readonly thresholds: Thresholds;
  readonly grouping: Grouping;
  /** Key of the hashes. */
  readonly seed: number;
  /** A host whose searching and load is no finding. */
  readonly expected: (client: string) => boolean;
  /** Have the two exchanged readings or commands? */
  readonly acquainted: (client: string, server: string) => boolean;
}

export class Handshakes implements SegmentSink {
  readonly #options: HandshakeOptions;
  readonly #isControl = new Uint8Array(65_536);
  readonly #servers = new Map<string, Server>();
  readonly #clients = new Map<string, Searcher>();
  // Hash of each connection that is being set up; 0 is none.
  readonly #slots = new Int32Array(SLOTS);
  #pending = 0;
  #second = 0;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    for (const port of options.ports) this.#isControl[port] = 1;
  }

  /** A TCP packet, before anything else looks at it. */
  segment(packet: Packet): void {
    const flags = packet.flags & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst);
    if (flags === SYN) this.#begin(packet);
    else if (this.#pending > 0) {
      if (flags === TcpFlag.ack) this.#complete(packet);
      else if (flags === SYN_ACK) this.#accepted(packet);
      else if ((flags & TcpFlag.rst) !== 0) this.#refused(packet);
    }
    if (packet.time - this.#second >= 1 || packet.time < this.#second) {
      this.#second = packet.time;
      this.#searches(packet.time);
    }
  }

  /** The traffic is over: what is under way is judged as it stands. */
  finish(): void {
    this.#searches(Number.POSITIVE_INFINITY);
  }

  #begin(packet: Packet): void {
    const hash = this.#connection(packet, true);
    const slot = hash & (SLOTS - 1);
    // The SYN again, since no answer came.
    if (this.#slots[slot] === hash) return;
    if (this.#slots[slot] === 0) this.#pending++;
    this.#slots[slot] = hash;
    const client = addressOf(packet, 0);
    const server = addressOf(packet, 1);
    if (this.#options.expected(client)) return;
    this.#tried(packet, client, server);
    if (this.#isControl[packet.destinationPort] === 1) this.#count(packet, client, server);
  }

  /** A connection more to a port of a control protocol. */
  #count(packet: Packet, client: string, server: string): void {
    const { thresholds } = this.#options;
    const flood = thresholds['connection-flood'];
    const halfOpen = thresholds['half-open-flood'];
    const name = formatEndpoint(server, packet.destinationPort);
    const counts = entry(this.#servers, name, () => new Server(), MAX_SERVERS);
    const age = packet.time - counts.since;
    if (age < 0 || age > Math.max(flood.within, halfOpen.within)) {
      counts.since = packet.time;
      counts.begun = 0;
      counts.completed = 0;
      counts.clients.clear();
    }
    counts.begun++;
    const own = (counts.clients.get(client) ?? 0) + 1;
    if (own > 1 || counts.clients.size < MAX_TRIED) counts.clients.set(client, own);
    const open = counts.begun - counts.completed;
    if (open >= halfOpen.count && open * 2 > counts.begun) {
      const several = counts.clients.size > 1;
      const many = several ? `${counts.clients.size} or more sources` : client;
      counts.halfOpen = this.#again(counts.halfOpen, packet, () => ({
        kind: KINDS.halfOpenFlood,
        message: `${many} left ${open} of ${counts.begun} connections to ${name} half open`,
        subject: several ? { server } : { client, server },
        where: name,
      }));
    } else if (own >= flood.count) {
      counts.flood = this.#again(counts.flood, packet, () => ({
        kind: KINDS.connectionFlood,
        message: `${client} opened ${own} connections to ${name} within ${flood.within} s`,
        subject: { client, server },
        where: name,
      }));
    }
  }

  /** One more for a finding that goes on, which must cost little; or the first, as `tell` says it. */
  #again(open: Group | undefined, packet: Packet, tell: () => Told): Group {
    const { grouping } = this.#options;
    if (open !== undefined && packet.time - open.to <= grouping.quiet) {
      open.again(packet.time);
      return open;
    }
    const { kind, message, subject, where } = tell();
    const evidence = [evidenceOf(packet, where)];
    return grouping.add(finding(kind, { message, subject, evidence }));
  }

  /** A client tries a port of a host. */
  #tried(packet: Packet, client: string, server: string): void {
    const { thresholds, acquainted } = this.#options;
    const { time } = packet;
    const where = formatEndpoint(server, packet.destinationPort);
    const searcher = entry(this.#clients, client, () => new Searcher(), MAX_CLIENTS);
    if (this.#isControl[packet.destinationPort] === 1) {
      this.#search(client, searcher, time);
      if (searcher.hosts.idle && Math.abs(time - searcher.hosts.since) > thresholds['host-scan'].within) {
        searcher.hosts.begin(time);
        searcher.acquaintances.clear();
      }
      if (acquainted(client, server)) {
        if (searcher.acquaintances.size < MAX_TRIED) searcher.acquaintances.add(server);
      } else searcher.hosts.tried(server, time, () => evidenceOf(packet, where));
    }
    const age = time - searcher.since;
    if (age < 0 || age > thresholds['port-scan'].within) {
      searcher.since = time;
      searcher.ports.clear();
      searcher.tried = 0;
    }
    if (searcher.tried >= MAX_TRIED) return;
    searcher.tried++;
    const ports = entry(searcher.ports, server, () => new Set<number>());
    ports.add(packet.destinationPort);
    const probe = thresholds['port-scan'];
    if (ports.size < probe.count || !this.#options.ports.some(port => ports.has(port))) return;
    const message = `${client} tried ${ports.size} ports of ${server} that did not accept`;
    this.#options.grouping.add(
      finding(KINDS.portScan, {
        message,
        subject: { client, server },
        evidence: [evidenceOf(packet, where)],
      }),
    );
  }

  /** A server accepts: the port is none that was only tried. */
  #accepted(packet: Packet): void {
    const hash = this.#connection(packet, false);
    if (this.#slots[hash & (SLOTS - 1)] !== hash) return;
    const ports = this.#clients.get(addressOf(packet, 1))?.ports.get(addressOf(packet, 0));
    ports?.delete(packet.sourcePort);
  }

  /** It is over before it was completed, by whichever side. */
  #refused(packet: Packet): void {
    if (!this.#forget(this.#connection(packet, false))) this.#forget(this.#connection(packet, true));
  }

  /** Takes the connection from those that are being set up; false where it is none of them. */
  #forget(hash: number): boolean {
    const slot = hash & (SLOTS - 1);
    if (this.#slots[slot] !== hash) return false;
    this.#slots[slot] = 0;
    this.#pending--;
    return true;
  }

  /** The client's first segment after the server accepted. */
  #complete(packet: Packet): void {
    if (!this.#forget(this.#connection(packet, true))) return;
    if (this.#isControl[packet.destinationPort] !== 1) return;
    const counts = this.#servers.get(formatEndpoint(addressOf(packet, 1), packet.destinationPort));
    if (counts !== undefined) counts.completed++;
  }

  /** Judges what clients tried, whose time is over. */
  #searches(time: number): void {
    for (const [client, searcher] of this.#clients) {
      if (!searcher.hosts.idle) this.#search(client, searcher, time);
    }
  }

  /** Was it a search for hosts? Only when its time is over: by then a station has begun its work, or asked again. */
  #search(client: string, searcher: Searcher, time: number): void {
    const { thresholds, acquainted, grouping } = this.#options;
    const threshold = thresholds['host-scan'];
    const { hosts } = searcher;
    const age = time - hosts.since;
    if (hosts.idle || (age >= 0 && age <= threshold.within)) return;
    if (hosts.different >= threshold.count) {
      for (const server of hosts.all) {
        if (!acquainted(client, server)) continue;
        hosts.found(server);
        searcher.acquaintances.add(server);
      }
      const { different, last } = hosts;
      if (hosts.isOne(threshold) && different > searcher.acquaintances.size) {
        const message = `${client} tried ${different} hosts on ports of control protocols and did nothing there`;
        const found = finding(KINDS.hostScan, {
          message,
          subject: { client },
          evidence: [...hosts.evidence],
        });
        grouping.add({ ...found, to: last, count: different });
      }
    }
    hosts.begin(time);
    searcher.acquaintances.clear();
  }

  /** A number, not 0, for the connection that a packet of its client (or of its server) belongs to. */
  #connection(packet: Packet, fromClient: boolean): number {
    const { view, addressAt, sourcePort, destinationPort } = packet;
    const length = packet.ipVersion === 6 ? 16 : 4;
    const clientAt = fromClient ? addressAt : addressAt + length;
    const serverAt = fromClient ? addressAt + length : addressAt;
    let hash = this.#options.seed;
    for (let i = 0; i < length; i += 4) hash = mix(hash, view.getInt32(clientAt + i));
    for (let i = 0; i < length; i += 4) hash = mix(hash, view.getInt32(serverAt + i));
    const ports = fromClient ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
    hash = finish(mix(hash, ports));
    return hash === 0 ? 1 : hash;
  }
}

/** Address of the packet's source (0) or destination (1). */
function addressOf(packet: Packet, which: 0 | 1): string {
  const length = packet.ipVersion === 6 ? 16 : 4;
  return formatAddress(packet.view, packet.addressAt + which * length, packet.ipVersion);
}

function evidenceOf(packet: Packet, server: string): { time: number; what: string } {
  const client = addressOf(packet, 0);
  return { time: packet.time, what: `${formatEndpoint(client, packet.sourcePort)} > ${server}  SYN` };
}
