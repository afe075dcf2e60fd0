/**
 * Sends the packets of a pcap file (little-endian, as the tests write them) as fast as the kernel takes them:
 * `node test/live/sender.ts IFACE FILE [TIMES]`. Prints how many it took, and in how many seconds. It is for namespaces that a test
 * has made, and refuses interfaces that have an address or lead anywhere else than to another end of a cable.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const [iface, file, times = '1'] = process.argv.slice(2);
if (iface === undefined || file === undefined) throw new Error('usage: sender.ts IFACE FILE [TIMES]');
const [about] = JSON.parse(execFileSync('ip', ['-d', '-j', 'addr', 'show', iface], { encoding: 'utf8' }));
if (about.linkinfo?.info_kind !== 'veth' || about.addr_info.length > 0) {
  throw new Error(`${iface} is no cable of a test's own`);
}

const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
);
const sendmmsg = libc.func('int sendmmsg(int fd, uint64_t messages, unsigned int count, int flags)');

const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const fd = socket(17, 3, 0);
const address = new Uint8Array(20);
const addressView = new DataView(address.buffer);
addressView.setUint16(0, 17, true);
addressView.setInt32(4, about.ifindex, true);
if (fd < 0 || bind(fd, address, 20) < 0) throw new Error(`no socket on ${iface}: errno ${koffi.errno()}`);
setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, new Uint32Array([1]), 4);

const bytes = readFileSync(file);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const places: number[] = [];
for (let at = 24; at < bytes.length; at += 16 + view.getUint32(at + 8, true)) places.push(at);

// struct iovec: address, length; struct mmsghdr: a struct msghdr, whose third word is the iovec, and a length.
const base = koffi.address(bytes);
const vectors = new BigUint64Array(2 * places.length);
const messages = new BigUint64Array(8 * places.length);
const vectorBase = koffi.address(vectors);
places.forEach((at, index) => {
  vectors[2 * index] = base + BigInt(at + 16);
  vectors[2 * index + 1] = BigInt(view.getUint32(at + 8, true));
  messages[8 * index + 2] = vectorBase + BigInt(16 * index);
  messages[8 * index + 3] = 1n;
});
const messageBase = koffi.address(messages);

const BATCH = 512;
let sent = 0;
const began = performance.now();
for (let time = 0; time < Number(times); time++) {
  for (let next = 0; next < places.length; ) {
    const count = sendmmsg(fd, messageBase + BigInt(64 * next), Math.min(BATCH, places.length - next), 0);
    if (count < 0) throw new Error(`sending failed: errno ${koffi.errno()}`);
    next += count;
    sent += count;
  }
}
console.log(JSON.stringify({ sent, seconds: (performance.now() - began) / 1000 }));
