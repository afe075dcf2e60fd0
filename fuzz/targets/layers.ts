/**
 * Packets: every offset that comes out lies within the packet, and is the same whatever stands around it.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { decodeLayers } from '../../src/packet/layers.ts';
import { Packet, PacketKind } from '../../src/packet/packet.ts';
import type { Case } from '../case.ts';
import { MAX_PART } from '../mutate.ts';
import type { Subject } from '../target.ts';

const AROUND = 200;
const KINDS: readonly number[] = Object.values(PacketKind);

export class Layers implements Subject {
  readonly #amid = new Packet();
  readonly #last = new Packet();
  readonly #bytes = new Uint8Array(MAX_PART + 2 * AROUND);
  readonly #lastBytes = new Uint8Array(MAX_PART);

  constructor() {
    this.#amid.view = new DataView(this.#bytes.buffer);
    this.#last.view = new DataView(this.#lastBytes.buffer);
  }

  run(parts: Case, random: Random): void {
    for (const { kind: link, bytes } of parts) {
      const at = random.below(AROUND);
      this.#bytes.fill(random.below(256), 0, at + bytes.length + AROUND);
      this.#bytes.set(bytes, at);
      this.#lastBytes.set(bytes, MAX_PART - bytes.length);
      const wire = bytes.length + (random.chance(10) ? random.below(100) : 0);
      const said = [this.#say(this.#amid, at, bytes.length, link, wire)];
      said.push(this.#say(this.#last, MAX_PART - bytes.length, bytes.length, link, wire));
      assert.equal(said[0], said[1], 'what is said of a packet hangs on what stands around it');
    }
  }

  #say(packet: Packet, at: number, length: number, link: number, wire: number): string {
    const end = at + length;
    Object.assign(packet, { at, end, link, wireLength: wire });
    const kind = decodeLayers(packet);
    assert.equal(kind, packet.kind);
    assert.ok(KINDS.includes(kind), `kind ${kind}`);
    if (kind === PacketKind.malformed) return 'malformed';
    const within = (what: string, offset: number) =>
      assert.ok(offset >= at && offset <= end, `${what} ${offset} is not within ${at}..${end}`);
    within('networkAt', packet.networkAt);
    within('networkEnd', packet.networkEnd);
    const said = [kind, packet.networkAt - at, packet.networkEnd - at, packet.etherType];
    if (kind === PacketKind.nonIp) return said.join(' ');
    assert.ok(packet.ipVersion === 4 || packet.ipVersion === 6);
    within('address', packet.addressAt);
    within('end of the addresses', packet.addressAt + (packet.ipVersion === 4 ? 8 : 32));
    said.push(packet.ipVersion, packet.addressAt - at);
    if (kind === PacketKind.fragment) return said.join(' ');
    within('transportAt', packet.transportAt);
    within('transportEnd', packet.transportEnd);
    assert.ok(packet.transportAt <= packet.transportEnd);
    assert.ok(packet.missing >= 0 && packet.missing < 1 << 17, `${packet.missing} bytes are missing`);
    said.push(packet.ipProtocol, packet.transportAt - at, packet.transportEnd - at, packet.missing);
    if (kind === PacketKind.otherIp) return said.join(' ');
    within('payloadAt', packet.payloadAt);
    assert.ok(packet.payloadAt <= packet.transportEnd, 'no payload of less than nothing');
    said.push(packet.sourcePort, packet.destinationPort, packet.payloadAt - at);
    if (kind === PacketKind.tcp) said.push(packet.sequence, packet.acknowledgement, packet.flags);
    return said.join(' ');
  }
}
