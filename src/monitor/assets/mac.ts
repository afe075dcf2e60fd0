/**
 * Hardware addresses (EUI-48) as numbers, and who has their block.
 *
 * @module
 */

import { createRequire } from 'node:module';

/** Bits of the first byte (IEEE 802-2014, 8.2). */
const GROUP = 1;
const LOCAL = 2;

/** The six bytes at `at` as a number of 48 bits. */
export function macAt(view: DataView, at: number): number {
  return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);
}

/** `00:1b:1b:00:00:01`. */
export function formatMac(mac: number): string {
  return mac
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?!$)/g, '$&:');
}

/** True for an address that a single device may send from: no group address, and not zero. */
export function isSender(mac: number): boolean {
  return mac !== 0 && (firstByte(mac) & GROUP) === 0;
}

/** True for an address that was made up where it is used (virtual machines, redundancy protocols, privacy). */
export function isLocal(mac: number): boolean {
  return (firstByte(mac) & LOCAL) !== 0;
}

function firstByte(mac: number): number {
  return Math.floor(mac / 2 ** 40);
}

let registry: Readonly<Record<string, string>> | undefined;

/**
 * Who the IEEE registered the address's block to, or '': blocks of 36, 28 and 24 bits, the smallest first. That is who made
 * the network interface, not always the device.
 */
export function vendorOf(mac: number): string {
  if (isLocal(mac)) return '';
  registry ??= createRequire(import.meta.url)('oui-data') as Readonly<Record<string, string>>;
  const digits = mac.toString(16).toUpperCase().padStart(12, '0');
  const entry = registry[digits.slice(0, 9)] ?? registry[digits.slice(0, 7)] ?? registry[digits.slice(0, 6)];
  return entry === undefined ? '' : (entry.split('\n', 1)[0] ?? '').replace(/,$/, '');
}
