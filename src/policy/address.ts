/**
 * Network addresses as a policy writes them: one address, or a range of them (`10.1.0.0/24`).
 *
 * @module
 */

import { isIP } from 'node:net';

/** The addresses from `first` on that share its leading `prefix` bits. */
export interface Network {
  /** 4 or 6. */
  readonly family: number;
  readonly first: bigint;
  readonly prefix: number;
  /** As written, in its shortest usual form. */
  readonly text: string;
}

/** True where the network is one address. */
export function isSingle(network: Network): boolean {
  return network.prefix === width(network.family);
}

/** Reads an address or a range, or says what to write instead. */
export function parseNetwork(text: string): Network | { readonly problem: string } {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const parsed = parseAddress(address);
  if (parsed === undefined) {
    return {
      problem: `'${text}' is no IP address; write one such as 10.1.0.11, or a range such as 10.1.0.0/24`,
    };
  }
  const bits = width(parsed.family);
  if (slash < 0) return { ...parsed, prefix: bits, text };
  const prefix = /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : -1;
  if (prefix < 1 || prefix > bits)
    return { problem: `'${text}': after the / write how many bits are fixed, 1 to ${bits}` };
  const spare = BigInt(bits - prefix);
  const first = (parsed.first >> spare) << spare;
  if (first !== parsed.first) {
    return {
      problem: `'${text}': the range begins at ${format(parsed.family, first)}; write ${format(parsed.family, first)}/${prefix}`,
    };
  }
  return { ...parsed, prefix, text };
}

/** The address as a number, IPv4 mapped into IPv6 as IPv4; undefined where it is none. */
export function parseAddress(text: string): { family: number; first: bigint } | undefined {
  const family = isIP(text);
  if (family === 4) return { family, first: ipv4(text) };
  if (family !== 6 || text.includes('%')) return undefined;
  const first = ipv6(text);
  // RFC 4291, 2.5.5.2: what a dual-stack socket reports for an IPv4 peer.
  return first >> 32n === 0xffffn ? { family: 4, first: first & 0xffffffffn } : { family, first };
}

/** True where `address` lies in `network`. */
export function contains(network: Network, address: { family: number; first: bigint }): boolean {
  if (network.family !== address.family) return false;
  const spare = BigInt(width(network.family) - network.prefix);
  return network.first >> spare === address.first >> spare;
}

function width(family: number): number {
  return family === 4 ? 32 : 128;
}

function ipv4(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function ipv6(text: string): bigint {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (embedded !== null) {
    const low = ipv4(embedded[2]!);
    return ipv6(`${embedded[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
}

function format(family: number, address: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map(shift => (address >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  // RFC 5952, 4.2: the longest run of zero groups is written `::`.
  return groups.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}
