/**
 * IP addresses as text.
 *
 * @module
 */

/** The address at `at`: dotted decimal, or RFC 5952 form for IPv6. */
export function formatAddress(view: DataView, at: number, ipVersion: number): string {
  if (ipVersion !== 6) {
    return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
  }
  const words: number[] = [];
  for (let i = 0; i < 8; i++) words.push(view.getUint16(at + 2 * i));
  const [from, length] = longestZeros(words);
  const hex = words.map(word => word.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

/** Address and port: `10.0.0.1:502`, `[fe80::1]:502`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Where the first of the longest runs of zero words begins, and its length. */
function longestZeros(words: readonly number[]): [from: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let from = 0; from < words.length; from++) {
    let length = 0;
    while (words[from + length] === 0) length++;
    if (length > best[1]) best = [from, length];
  }
  return best;
}

/** The bytes of an address that {@link formatAddress} wrote: 4, or 16 for IPv6. */
export function addressBytes(text: string): number[] {
  if (!text.includes(':')) return text.split('.').map(Number);
  const [head = '', tail] = text.split('::');
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap(word => [word >> 8, word & 255]);
}

function words(text: string): number[] {
  return text === '' ? [] : text.split(':').map(word => Number.parseInt(word, 16));
}
