/**
 * The programs that the kernel runs for us on each packet: which ones a socket takes, and which of several sockets
 * takes it. cold: once a socket, and when an interface comes back.
 *
 * @module
 */

import { EtherType } from '../link-type.ts';
import { TunnelProtocol, UdpPort } from '../tunnel.ts';
import { Ancillary, Bpf, NETWORK, Program } from './bpf.ts';

/** `<linux/if_packet.h>`: a packet that this machine sends. */
const OUTGOING = 4;

export interface FilterOf {
  readonly index: number;
  /** Shows what it sends a second time, as it comes in. */
  readonly loopback: boolean;
}

/** Takes what passes these interfaces, `snapLength` bytes of each packet; nothing where there are none. */
export function takeFrom(interfaces: readonly FilterOf[], snapLength: number): Uint8Array {
  const program = new Program().step(Bpf.loadWord, Ancillary.interface);
  for (const { index, loopback } of interfaces) {
    program.test(Bpf.ifEqual, index, loopback ? 'incoming only' : 'take');
  }
  return program
    .jump('leave')
    .label('incoming only')
    .step(Bpf.loadWord, Ancillary.packetType)
    .test(Bpf.ifEqual, OUTGOING, 'leave')
    .label('take')
    .step(Bpf.return, snapLength)
    .label('leave')
    .step(Bpf.return, 0)
    .bytes();
}

/** What packet/tunnel.ts looks into: IP protocols, and ports of UDP. */
const TUNNELS = Object.values(TunnelProtocol);
const TUNNEL_PORTS = Object.values(UdpPort);
const UDP = 17;
const TAGS = [EtherType.vlan, EtherType.qinq, EtherType.oldQinq];
/** Flag and offset that a fragment of IPv4 has. */
const FRAGMENT = 0x3fff;

/**
 * Deals packets out to sockets by a hash of the unordered pair of hosts: both directions, fragments and further
 * connections of two hosts stay with one of them. The kernel takes the result modulo the number of sockets.
 *
 * What travels in a tunnel belongs to the pair within, which may be met outside of it or in another tunnel too (each
 * switch wraps what it mirrors in its own), and a program without loops cannot find every one: all of it goes to
 * the first socket, as does what is no IP. `key` is odd and random, since who sends packets chooses the hosts.
 */
export function dealByHosts(key: number): Uint8Array {
  const program = new Program().step(Bpf.loadWord, Ancillary.protocol);
  // The kernel has taken the outermost VLAN tag off already.
  for (const base of [0, 4, 8]) {
    if (base > 0) program.label(`tagged ${base}`).step(Bpf.loadHalf, NETWORK + base - 2);
    program
      .test(Bpf.ifEqual, EtherType.ipv4, `4 at ${base}`)
      .test(Bpf.ifEqual, EtherType.ipv6, `6 at ${base}`);
    if (base < 8) for (const tag of TAGS) program.test(Bpf.ifEqual, tag, `tagged ${base + 4}`);
    program.step(Bpf.return, 0);
    ipv4(program, base, key);
    ipv6(program, base, key);
  }
  return program.bytes();
}

/** RFC 791. */
function ipv4(program: Program, base: number, key: number): void {
  const at = NETWORK + base;
  program.label(`4 at ${base}`).step(Bpf.loadByte, at + 9);
  for (const protocol of TUNNELS) program.test(Bpf.ifEqual, protocol, `tunnel 4 at ${base}`);
  program
    .test(Bpf.ifEqual, UDP, `udp 4 at ${base}`)
    .jump(`pair 4 at ${base}`)
    .label(`udp 4 at ${base}`)
    .step(Bpf.loadHalf, at + 6)
    .test(Bpf.ifAnyBit, FRAGMENT, `pair 4 at ${base}`)
    .step(Bpf.loadByte, at)
    .step(Bpf.and, 15)
    .step(Bpf.shiftLeft, 2)
    .step(Bpf.toIndex)
    .step(Bpf.loadHalfIndexed, at + 2);
  for (const port of TUNNEL_PORTS) program.test(Bpf.ifEqual, port, `tunnel 4 at ${base}`);
  program
    .label(`pair 4 at ${base}`)
    .step(Bpf.loadWord, at + 12)
    .step(Bpf.multiply, key)
    .step(Bpf.toIndex)
    .step(Bpf.loadWord, at + 16)
    .step(Bpf.multiply, key);
  deal(program, key);
  program.label(`tunnel 4 at ${base}`).step(Bpf.return, 0);
}

/** RFC 8200; extension headers are not looked behind. */
function ipv6(program: Program, base: number, key: number): void {
  const at = NETWORK + base;
  program.label(`6 at ${base}`).step(Bpf.loadByte, at + 6);
  for (const protocol of TUNNELS) program.test(Bpf.ifEqual, protocol, `tunnel 6 at ${base}`);
  program
    .test(Bpf.ifEqual, UDP, `udp 6 at ${base}`)
    .jump(`pair 6 at ${base}`)
    .label(`udp 6 at ${base}`)
    .step(Bpf.loadHalf, at + 42);
  for (const port of TUNNEL_PORTS) program.test(Bpf.ifEqual, port, `tunnel 6 at ${base}`);
  program.label(`pair 6 at ${base}`);
  // Both addresses by the same rule: a sum of the words, multiplied by the key at each.
  address(program, at + 8, key);
  program.step(Bpf.store);
  address(program, at + 24, key);
  program.step(Bpf.recallIndex);
  deal(program, key);
  program.label(`tunnel 6 at ${base}`).step(Bpf.return, 0);
}

function address(program: Program, at: number, key: number): void {
  program.step(Bpf.loadWord, at).step(Bpf.multiply, key);
  for (const word of [4, 8, 12]) {
    program
      .step(Bpf.toIndex)
      .step(Bpf.loadWord, at + word)
      .step(Bpf.add)
      .step(Bpf.multiply, key);
  }
}

/** Answers with the two numbers put together in a way that their order does not matter for. */
function deal(program: Program, key: number): void {
  program.step(Bpf.xor).step(Bpf.multiply, key).step(Bpf.shiftRight, 16).step(Bpf.returnAccumulator);
}
