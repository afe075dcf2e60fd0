/**
 * What the figures of a while say about the sensor itself, in plain words, each with what to do. cold: once a minute.
 *
 * @module
 */

import type { Seen } from './observation.ts';

export interface Figures extends Seen {
  /** Of the ring, and of the interfaces in front of it. */
  readonly dropped: number;
  readonly lost: number;
  /** Packets that came and were not read yet. */
  readonly waiting: number;
  /** By interface: its name, and the packets that came from it. */
  readonly sources: readonly { readonly name: string; readonly packets: number }[];
  /** Connections of a control protocol that were recognised, in all. */
  readonly sessions: number;
  readonly seconds: number;
}

export interface Notice {
  /** Stays the same for as long as the matter does. */
  readonly notice: string;
  readonly text: string;
  readonly advice: string;
}

/** Counts below which a share says nothing. */
const FEW = 20;
const FEW_CONNECTIONS = 3;
/** Share of the connections that are seen from both sides below which a mirror counts as one-sided. */
const ONE_SIDED = 0.1;
/** Shares of what is looked at from which on something is no accident. */
const MANY_BAD = 0.05;
const MANY_COPIES = 0.2;
const MANY_PACKETS = 1000;

/** All that is to be said of the time in which `figures` were counted. */
export function diagnose(figures: Figures): Notice[] {
  return [...silence(figures), ...loss(figures), ...mirror(figures), ...packets(figures)];
}

function* silence({ sources, seconds, waiting }: Figures): Iterable<Notice> {
  if (waiting > 0) return;
  for (const { name, packets } of sources) {
    if (packets > 0) continue;
    yield {
      notice: `silent ${name}`,
      text: `${name}: nothing arrived in ${Math.round(seconds)} s`,
      advice: 'is it the right interface, is the cable in, is the mirror port on?',
    };
  }
}

function* loss({ dropped, lost, packets }: Figures): Iterable<Notice> {
  if (dropped > 0) {
    yield {
      notice: 'drops',
      text: `${dropped} of ${packets + dropped} packets were lost because this program came too late for them`,
      advice: 'give it a larger --ring, more --workers, or less to print',
    };
  }
  if (lost > 0) {
    yield {
      notice: 'lost',
      text: `${lost} packets were lost in front of this program, by the card or the kernel`,
      advice: 'enlarge the card’s ring (ethtool -G) and net.core.netdev_max_backlog',
    };
  }
}

function* mirror(seen: Figures): Iterable<Notice> {
  const { packets, outgoing, betweenOthers, toUs, toMany } = seen;
  if (packets - outgoing >= FEW && betweenOthers === 0 && toMany > toUs) {
    yield {
      notice: 'no mirror',
      text: 'nothing arrives but broadcasts and what is meant for this machine',
      advice:
        'the switch mirrors nothing to this port: check the mirror session and which port is its destination',
    };
  }
  if (seen.connections >= FEW_CONNECTIONS && seen.bothSides < seen.connections * ONE_SIDED) {
    yield {
      notice: 'one-sided',
      text: `of ${seen.connections} connections ${seen.bothSides} are seen in both directions`,
      advice: 'mirror both directions (ingress and egress), or watch both interfaces of the tap together',
    };
  }
  if (seen.segments >= FEW && seen.copies > seen.segments * MANY_COPIES) {
    yield {
      notice: 'copies',
      text: `of ${seen.segments} segments ${seen.copies} came twice`,
      advice: 'the mirror copies packets where they enter and where they leave: mirror one of the two',
    };
  }
  if (packets >= MANY_PACKETS && seen.sessions === 0) {
    yield {
      notice: 'no protocol',
      text: `no control protocol was recognised in ${packets} packets`,
      advice: 'is this the control network? `cofferdam inspect --summary` of a capture tells what is in it',
    };
  }
}

function* packets(seen: Figures): Iterable<Notice> {
  if (seen.ownBadChecksums > 0 && seen.badChecksums <= seen.checksums * MANY_BAD) {
    yield {
      notice: 'checksum offload',
      text: `of ${seen.ownChecksums} packets that this machine sent ${seen.ownBadChecksums} have no right checksum yet`,
      advice: 'harmless: the card computes it later (ethtool -K IFACE tx off, if recordings shall have it)',
    };
  }
  if (seen.checksums >= FEW && seen.badChecksums > seen.checksums * MANY_BAD) {
    yield {
      notice: 'checksums',
      text: `of ${seen.checksums} packets that came in ${seen.badChecksums} have a wrong TCP or UDP checksum`,
      advice:
        'on loopback or from virtual machines harmless, since nobody computes them; else a cable. They are read all the same',
    };
  }
  if (seen.cut > 0) {
    yield {
      notice: 'cut',
      text: `${seen.cut} packets arrived only in part`,
      advice: 'give no --snaplen, and let the mirror send whole packets: messages in them are lost',
    };
  }
  if (seen.oversize > 0) {
    yield {
      notice: 'oversize',
      text: `${seen.oversize} packets are longer than the cable carries`,
      advice:
        'harmless: several were put together (ethtool -K IFACE gro off lro off tso off, to see them as they were)',
    };
  }
  if (seen.tagged > 0) {
    yield {
      notice: 'vlan',
      text: `${seen.tagged} of ${seen.looked} packets have a VLAN tag`,
      advice: 'nothing to do: tags are looked through and recorded',
    };
  }
  if (seen.tunnelled > 0) {
    yield {
      notice: 'tunnel',
      text: `${seen.tunnelled} of ${seen.looked} packets come in a tunnel`,
      advice: 'nothing to do: hosts are those within (with --workers the first of them reads all of these)',
    };
  }
  if (seen.backwards > 0) {
    yield {
      notice: 'clock',
      text: `the clock went back ${seen.backwards} times`,
      advice: 'let NTP or PTP slew the clock, not step it; times and pauses of operations are off around it',
    };
  }
}
