/**
 * Recognition: which protocol the first bytes of a connection are, by their content, and who is the client.
 *
 * A protocol's own port makes a likely beginning enough, and tells the client where no handshake was seen. On any
 * other port a beginning that is only likely needs the other side's, or the next message's, agreement, and one that is
 * only possible waits for a message that is beyond doubt. While no
 * protocol is sure and one is still possible, the bytes are kept, up to {@link MAX_OPENING} a side.
 *
 * @module
 */

import type { Side } from '../operation/side.ts';
import { type Protocol, Recognition } from '../protocol/protocol.ts';
import { ByteQueue } from './byte-queue.ts';

/** Bytes kept of each side until the protocol is known. */
export const MAX_OPENING = 8192;

/** Segments that may be kept; more of them are not a beginning any more. */
const MAX_CHUNKS = 256;
const FIRST_CHUNKS = 4;

/** The first bytes of one direction, wherever they lie. */
export class Beginning {
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  end = 0;

  set(view: DataView, at: number, end: number): void {
    this.view = view;
    this.at = at;
    this.end = end;
  }
}

/** What {@link recognise} found. */
export class Finding {
  /** Index of the protocol, or -1. */
  protocol = -1;
  /** Direction of the client. */
  client = 0;
  /** No protocol yet, but one is still possible with more bytes. */
  more = false;
}

/**
 * Looks at the first bytes of both directions. `client` is the client's direction as the handshake told it, or -1;
 * `ports` are the ports that each direction comes from; a protocol on none of its own is recognised `anywhere` only.
 */
export function recognise(
  protocols: readonly Protocol[],
  beginnings: readonly [Beginning, Beginning],
  client: number,
  ports: readonly [number, number],
  anywhere: boolean,
  finding: Finding,
): void {
  finding.protocol = -1;
  finding.more = false;
  let best: Agreement = Agreement.open;
  for (let index = 0; index < protocols.length; index++) {
    const protocol = protocols[index]!;
    const own = ownServer(protocol, ports);
    if (own < 0 && !anywhere) continue;
    // Without a handshake or a known port the lower port is the likelier server.
    const first = client >= 0 ? client : own >= 0 ? 1 - own : ports[0] < ports[1] ? 1 : 0;
    // What port and handshake agree on is not doubted: one malformed message would make a client of the server, and
    // all that follows unreadable.
    const trusted = own === 1 - first;
    for (let i = 0; i < 2; i++) {
      // The other way round too: there are controllers that call their station.
      const candidate = i === 0 ? first : 1 - first;
      const answer = agree(protocol, beginnings, candidate, own >= 0);
      if (answer === Agreement.open) finding.more = true;
      if (answer > best) {
        best = answer;
        finding.protocol = index;
        finding.client = candidate;
      }
      if (trusted) break;
    }
    if (best === Agreement.sure) return;
  }
}

/** Direction whose source port is the protocol's own, or -1. */
export function ownServer(protocol: Protocol, ports: readonly [number, number]): number {
  if (protocol.ports.includes(ports[0])) return 0;
  return protocol.ports.includes(ports[1]) ? 1 : -1;
}

/** How well the first bytes of both directions fit a protocol, from not at all to beyond doubt. */
const Agreement = { none: 0, open: 1, enough: 2, sure: 3 } as const;
type Agreement = (typeof Agreement)[keyof typeof Agreement];

/** Is it this protocol, with the client in direction `client`? */
function agree(
  protocol: Protocol,
  beginnings: readonly [Beginning, Beginning],
  client: number,
  onOwnPort: boolean,
): Agreement {
  let likely = 0;
  let agreement: Agreement = Agreement.open;
  for (let direction = 0; direction < 2; direction++) {
    const { view, at, end } = beginnings[direction]!;
    if (at >= end) continue;
    const side: Side = direction === client ? 0 : 1;
    const answer = protocol.recognise(side, view, at, end);
    if (answer === Recognition.no) return Agreement.none;
    if (answer === Recognition.certain) agreement = Agreement.sure;
    else if (answer !== Recognition.more && agreement === Agreement.open) {
      if (answer === Recognition.likely) likely++;
      const enough = onOwnPort || likely === 2 || (likely > 0 && nextAgrees(protocol, side, view, at, end));
      if (enough) agreement = Agreement.enough;
    }
  }
  return agreement;
}

/** Does a second message follow that could be the same protocol's? */
function nextAgrees(protocol: Protocol, side: Side, view: DataView, at: number, end: number): boolean {
  const length = protocol.frame(side, view, at, end);
  if (length <= 0 || at + length >= end) return false;
  return protocol.recognise(side, view, at + length, end) >= Recognition.likely;
}

/** First bytes of a connection, kept in the order in which the segments of both directions came. */
export class Opening {
  /**
   * -1 where the bytes may still begin a protocol. Otherwise they do not by themselves, but are messages by
   * their frame on the own port of this protocol.
   */
  protocol = -1;
  readonly kept: readonly [ByteQueue, ByteQueue] = [new ByteQueue(), new ByteQueue()];
  /** Segments that are kept, in the order in which they came. */
  count = 0;
  // Of each its length and, in the lowest bit, its direction; and the time and the number of its packet.
  #what = new Int32Array(FIRST_CHUNKS);
  #when = new Float64Array(2 * FIRST_CHUNKS);

  /** Forgets what was kept, for another connection. */
  clear(): void {
    this.count = 0;
    this.kept[0].length = 0;
    this.kept[1].length = 0;
  }

  /** Keeps a segment of the packet with that time and number; false where there is no more room. */
  keep(direction: number, view: DataView, at: number, end: number, time: number, number: number): boolean {
    const queue = this.kept[direction]!;
    const { count } = this;
    if (queue.length + end - at > MAX_OPENING || count === MAX_CHUNKS) return false;
    if (count === this.#what.length) this.#grow();
    queue.append(view, at, end);
    this.#what[count] = ((end - at) << 1) | direction;
    this.#when[2 * count] = time;
    this.#when[2 * count + 1] = number;
    this.count++;
    return true;
  }

  directionOf(segment: number): number {
    return this.#what[segment]! & 1;
  }

  lengthOf(segment: number): number {
    return this.#what[segment]! >> 1;
  }

  /** Time of the segment's packet, in seconds. */
  timeOf(segment: number): number {
    return this.#when[2 * segment]!;
  }

  /** Number of that packet. */
  numberOf(segment: number): number {
    return this.#when[2 * segment + 1]!;
  }

  /** Bytes that are kept. */
  get length(): number {
    return this.kept[0].length + this.kept[1].length;
  }

  /** Forgets the segment that came last. */
  removeLast(): void {
    const last = --this.count;
    this.kept[this.directionOf(last)]!.length -= this.lengthOf(last);
  }

  #grow(): void {
    const what = new Int32Array(2 * this.#what.length);
    what.set(this.#what);
    this.#what = what;
    const when = new Float64Array(2 * this.#when.length);
    when.set(this.#when);
    this.#when = when;
  }
}
