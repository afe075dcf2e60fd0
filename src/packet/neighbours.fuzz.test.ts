import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arpSender } from './arp.ts';
import { ethernet, ipv6 } from './capture-bytes.fixture.ts';
import { readDhcp } from './dhcp.ts';
import { senderAt, vlanOf } from './frame-address.ts';
import { decodeLayers } from './layers.ts';
import { LinkType } from './link-type.ts';
import { readLldp } from './lldp.ts';
import { Neighbour, readNeighbour } from './ndp.ts';
import { Packet } from './packet.ts';

const any = fc.uint8Array({ maxLength: 400 });

function both(bytes: Uint8Array, look: (view: DataView, at: number, end: number) => unknown): void {
  const alone = new Uint8Array(bytes);
  const expected = look(new DataView(alone.buffer), 0, alone.length);
  const inside = new Uint8Array(bytes.length + 64).fill(0xff);
  inside.set(bytes, 32);
  assert.deepEqual(look(new DataView(inside.buffer), 32, 32 + bytes.length), expected);
}

/** Offsets as from the beginning of the bytes. */
const relative = (offset: number, at: number) => (offset < 0 ? offset : offset - at);

test('what hosts say of themselves is read within the packet only', () => {
  const lldp = any.map(bytes =>
    Uint8Array.from([2, 7, 4, 1, 2, 3, 4, 5, 6, 4, 2, 7, 65, 6, 2, 0, 20, ...bytes]),
  );
  const dhcp = any.map(bytes => {
    const whole = new Uint8Array(240 + bytes.length);
    whole.set([1, 1, 6]);
    whole.set([0x63, 0x82, 0x53, 0x63], 236);
    whole.set(bytes, 240);
    return whole;
  });
  const arp = any.map(bytes => Uint8Array.from([0, 1, 8, 0, 6, 4, 0, 1, ...bytes]));
  fc.assert(
    fc.property(fc.oneof(any, lldp, dhcp, arp), fc.nat(400), (whole, cut) => {
      const bytes = whole.subarray(0, cut);
      both(bytes, readLldp);
      both(bytes, (view, at, end) => {
        const said = readDhcp(view, at, end);
        return said === undefined ? said : { ...said, hardwareAt: said.hardwareAt - at };
      });
      both(bytes, (view, at, end) => relative(arpSender(view, at, end), at));
    }),
    { numRuns: 2000 },
  );
});

test('senders, VLANs and neighbours are read within the packet only', () => {
  const neighbour = any.map(bytes =>
    ethernet(0x86dd, ipv6(58, Uint8Array.from([136, 0, 0, 0, 0, 0, 0, 0, ...bytes]))),
  );
  const tagged = any.map(bytes => ethernet(0x8100, bytes));
  const links = [LinkType.ethernet, LinkType.cooked1, LinkType.cooked2, LinkType.raw];
  fc.assert(
    fc.property(
      fc.oneof(any, neighbour, tagged),
      fc.nat(400),
      fc.constantFrom(...links),
      (whole, cut, link) => {
        both(whole.subarray(0, cut), (view, at, end) => {
          const packet = new Packet();
          Object.assign(packet, { view, at, end, wireLength: end - at, link });
          decodeLayers(packet);
          const sender = senderAt(packet);
          const found = new Neighbour();
          const told = readNeighbour(packet, found);
          return [
            relative(sender, at),
            sender < 0 ? -1 : vlanOf(packet),
            told,
            told && relative(found.hardwareAt, at),
          ];
        });
      },
    ),
    { numRuns: 2000 },
  );
});
