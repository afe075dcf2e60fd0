/**
 * Builds captures and packets byte by byte, for tests.
 *
 * @module
 */

import type { ByteSource } from './source.ts';

export interface Segment {
  readonly source?: string;
  readonly destination?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array;
}

export const SYN = 2;
export const FIN = 1;
export const RST = 4;
export const ACK = 16;

/** An Ethernet frame with IPv4 and TCP. */
export function tcpFrame(segment: Segment): Uint8Array {
  return ethernet(0x0800, ipv4(6, tcpSegment(segment), segment.source, segment.destination));
}

/** The two ends of a connection, client first, as the frames of what they say; sequence numbers count up by themselves. */
export class Dialogue {
  readonly #hosts: readonly [string, string];
  readonly #ports: readonly [number, number];
  readonly #next = [1000, 5000];

  constructor(port: number, from = 40_000, hosts: readonly [string, string] = ['10.0.0.1', '10.0.0.2']) {
    this.#hosts = hosts;
    this.#ports = [from, port];
  }

  /** What `side` says: 0 the client, 1 the server. */
  frame(side: number, payload: Uint8Array = new Uint8Array(0), flags = ACK): Uint8Array {
    const frame = tcpFrame({
      source: this.#hosts[side]!,
      destination: this.#hosts[1 - side]!,
      sourcePort: this.#ports[side]!,
      destinationPort: this.#ports[1 - side]!,
      sequence: this.#next[side]!,
      acknowledgement: this.#next[1 - side]!,
      flags,
      payload,
    });
    this.#next[side]! += payload.length + ((flags & SYN) === 0 ? 0 : 1);
    return frame;
  }
}

export function ethernet(etherType: number, payload: Uint8Array): Uint8Array {
  return bytes(new Uint8Array(12).fill(2), u16(etherType), payload);
}

/** IPv4 without options; `fragment` is the 16-bit field of flags and offset. */
export function ipv4(
  protocol: number,
  payload: Uint8Array,
  source = '10.0.0.1',
  destination = '10.0.0.2',
  fragment = 0,
): Uint8Array {
  return bytes(
    [0x45, 0],
    u16(20 + payload.length),
    [0, 0],
    u16(fragment),
    [64, protocol, 0, 0],
    source.split('.').map(Number),
    destination.split('.').map(Number),
    payload,
  );
}

/** IPv6 whose first header is `next`; addresses end in `source` and `destination`. */
export function ipv6(next: number, payload: Uint8Array, source = 1, destination = 2): Uint8Array {
  const address = (last: number) => [0xfe, 0x80, ...new Array(13).fill(0), last];
  return bytes(
    [0x60, 0, 0, 0],
    u16(payload.length),
    [next, 64],
    address(source),
    address(destination),
    payload,
  );
}

export function tcpSegment(segment: Segment): Uint8Array {
  const {
    sourcePort = 40000,
    destinationPort = 502,
    sequence = 1,
    acknowledgement = 0,
    flags = ACK,
  } = segment;
  return bytes(
    u16(sourcePort),
    u16(destinationPort),
    u32(sequence),
    u32(acknowledgement),
    [0x50, flags],
    u16(8192),
    [0, 0, 0, 0],
    segment.payload ?? [],
  );
}

export function udpDatagram(payload: Uint8Array): Uint8Array {
  return bytes(u16(40000), u16(53), u16(8 + payload.length), [0, 0], payload);
}

/** A record of a pcap file; times are in seconds and units of the file's fraction. */
export interface Record {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly frame: Uint8Array;
  readonly wireLength?: number;
}

/** A pcap file. */
export function pcap(
  records: readonly Record[],
  options: { little?: boolean; nano?: boolean; link?: number; minor?: number } = {},
): Uint8Array {
  const { little = true, nano = false, link = 1, minor = 4 } = options;
  const n32 = (value: number) => u32(value, little);
  const n16 = (value: number) => u16(value, little);
  const parts: ArrayLike<number>[] = [
    n32(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    n16(2),
    n16(minor),
    n32(0),
    n32(0),
    n32(262144),
    n32(link),
  ];
  records.forEach(({ seconds = 1, fraction = 0, frame, wireLength = frame.length }) => {
    parts.push(n32(seconds), n32(fraction), n32(frame.length), n32(wireLength), frame);
  });
  return concat(parts);
}

/** Blocks of a pcapng file. */
export class Blocks {
  readonly #little: boolean;

  constructor(little = true) {
    this.#little = little;
  }

  block(type: number, ...body: ArrayLike<number>[]): Uint8Array {
    const content = bytes(...body);
    const padded = bytes(content, new Uint8Array((4 - (content.length % 4)) % 4));
    const length = this.n32(padded.length + 12);
    return bytes(this.n32(type), length, padded, length);
  }

  section(): Uint8Array {
    return this.block(
      0x0a0d0d0a,
      this.n32(0x1a2b3c4d),
      this.n16(1),
      this.n16(0),
      new Uint8Array(8).fill(255),
    );
  }

  interface(link: number, ...options: Uint8Array[]): Uint8Array {
    return this.block(1, this.n16(link), this.n16(0), this.n32(0), ...options);
  }

  option(code: number, value: ArrayLike<number>): Uint8Array {
    const padding = new Uint8Array((4 - (value.length % 4)) % 4);
    return bytes(this.n16(code), this.n16(value.length), value, padding);
  }

  enhanced(
    index: number,
    ticks: bigint,
    frame: Uint8Array,
    wireLength = frame.length,
    ...options: Uint8Array[]
  ): Uint8Array {
    return this.block(
      6,
      this.n32(index),
      this.n32(Number(ticks >> 32n)),
      this.n32(Number(ticks & 0xffffffffn)),
      this.n32(frame.length),
      this.n32(wireLength),
      frame,
      new Uint8Array((4 - (frame.length % 4)) % 4),
      ...options,
    );
  }

  /** Counters of an interface: pairs of an option's code and its value. */
  statistics(index: number, ...counters: (readonly [code: number, value: number])[]): Uint8Array {
    const options = counters.map(([code, value]) => this.option(code, this.n64(value)));
    return this.block(5, this.n32(index), this.n32(0), this.n32(0), ...options, this.option(0, []));
  }

  simple(frame: Uint8Array): Uint8Array {
    return this.block(3, this.n32(frame.length), frame);
  }

  n16(value: number): Uint8Array {
    return u16(value, this.#little);
  }

  n32(value: number): Uint8Array {
    return u32(value, this.#little);
  }

  n64(value: number): Uint8Array {
    const [low, high] = [this.n32(value % 2 ** 32), this.n32(Math.floor(value / 2 ** 32))];
    return this.#little ? bytes(low, high) : bytes(high, low);
  }
}

export function bytes(...parts: ArrayLike<number>[]): Uint8Array {
  return concat(parts);
}

function concat(parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function u16(value: number, little = false): Uint8Array {
  const out = new Uint8Array(2);
  new DataView(out.buffer).setUint16(0, value, little);
  return out;
}

export function u32(value: number, little = false): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, little);
  return out;
}

/** Bytes that are in memory already. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    name,
    size: bytes.length,
    read: async target => {
      const length = Math.min(bytes.length - at, target.length);
      target.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    close: async () => {},
  };
}
