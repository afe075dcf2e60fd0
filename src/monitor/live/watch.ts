/**
 * Watches interfaces: opens them, gives its privileges up, reads until it is told to stop, and tells how it fares.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import { diagnose, type Figures, type Notice } from '../../packet/live/diagnose.ts';
import type { FileRingOptions } from '../../packet/live/file-ring.ts';
import { dealByHosts } from '../../packet/live/filters.ts';
import {
  type Interface,
  interfaceNamed,
  lostInBacklog,
  noInterface,
  switchOnHardwareTime,
} from '../../packet/live/interfaces.ts';
import { LiveError } from '../../packet/live/live-error.ts';
import { nothingSeen, type Seen } from '../../packet/live/observation.ts';
import { PacketSocket, type RingShape } from '../../packet/live/packet-socket.ts';
import { becomeUser, capabilities, sealPrivileges, type User } from '../../packet/live/privileges.ts';
import type { Summary } from '../summary.ts';
import { type Crew, muster } from './crew.ts';
import type { Held, Holding } from './holdings.ts';
import { Link, type State, stateOf } from './link.ts';
import type { LookoutOptions, LookoutReport } from './lookout.ts';
import type { Printer } from './outlet.ts';

export interface WatchOptions {
  readonly interfaces: readonly string[];
  readonly workers: number;
  /** Bytes of each worker's ring. */
  readonly ringBytes: number;
  readonly snapLength: number;
  readonly promiscuous: boolean;
  readonly incomingOnly: boolean;
  readonly hardwareTime: boolean;
  /** Who to become once the interfaces are open. */
  readonly user?: User;
  /** Seconds between two reports. */
  readonly health: number;
  readonly printing?: NonNullable<LookoutOptions['printing']>;
  /** The bounds are those of all workers together. */
  readonly recording?: Omit<FileRingOptions, 'part'>;
  /** What is collected, and handed over with a report, after so many seconds, and at the end. */
  readonly holding: readonly Holding[];
  readonly every: number;
}

/** How it fares; all figures since it began. */
export interface Health {
  readonly seconds: number;
  /** Packets that passed the filter: those that were read, wait to be read, or were dropped. */
  readonly packets: number;
  readonly read: number;
  /** None when watching has ended. */
  readonly waiting: number;
  /** For want of room in the ring. */
  readonly dropped: number;
  /** How often the ring was full. */
  readonly full: number;
  /** Lost before they came here: by the cards, and in the kernel's backlog (of all of the machine's interfaces). */
  readonly lostByCard: number;
  readonly lostInBacklog: number;
  readonly interfaces: readonly { readonly name: string; readonly state: State; readonly packets: number }[];
  readonly tagged: number;
  readonly hardwareTimed: number;
  readonly recorded?: LookoutReport['recorded'];
  readonly summary: Summary;
}

export type WatchEvent =
  | {
      readonly event: 'started';
      readonly interfaces: readonly string[];
      readonly user: string;
      /** Capabilities that are left. */
      readonly capabilities: boolean;
    }
  | { readonly event: 'interface'; readonly name: string; readonly state: State }
  | ({ readonly event: 'notice' } & Notice)
  | { readonly event: 'over'; readonly notice: string }
  | {
      readonly event: 'health' | 'stopped';
      readonly health: Health;
      /** What each thread has collected, when it is time for that. */
      readonly held?: readonly Held[];
    };

/** Notices that are over although no packet came. */
const OF_NO_PACKET = /^(silent|drops|lost|recording|disk full)/;
const FEW = 20;

/** How often interfaces are looked at, ms. */
const LOOK = 1000;
const BLOCK = 1 << 19;
/** How long a packet may lie in a block that is not full, ms. */
const PATIENCE = 20;

export class Watch {
  readonly #options: WatchOptions;
  readonly #tell: (event: WatchEvent) => void;
  readonly #sockets: readonly PacketSocket[];
  readonly #crew: Crew;
  readonly #links: Link[];
  readonly #indices: Int32Array;
  readonly #began = performance.now();
  readonly #backlogBefore = lostInBacklog();
  #before: { seen: Seen; health: Health } | undefined;
  #notices = new Set<string>();
  /** When what was collected is due again, seconds since it began. */
  #next: number;

  private constructor(options: WatchOptions, opened: Opened, crew: Crew, tell: (event: WatchEvent) => void) {
    this.#options = options;
    this.#next = options.every;
    this.#tell = tell;
    this.#sockets = opened.sockets;
    this.#links = opened.links;
    this.#indices = opened.indices;
    this.#crew = crew;
  }

  /**
   * Opens everything, and gives up what it took. Throws a {@link LiveError} where an interface cannot be watched.
   * Records are handed to `printer`; `tell` is handed all else.
   */
  static async open(
    options: WatchOptions,
    printer: Printer,
    tell: (event: WatchEvent) => void,
  ): Promise<Watch> {
    const { workers, recording, printing, user, holding } = options;
    sealPrivileges();
    const opened = open(options);
    const seed = randomInt(2 ** 31);
    const lookouts = opened.sockets.map(({ fd, shape }, index) => ({
      fd,
      shape,
      sources: opened.links.map(({ now: { name, link, mtu } }) => ({ name, link, mtu })),
      indices: opened.indices,
      part: { index, count: workers },
      seed,
      ...(printing === undefined ? {} : { printing }),
      waiting: printer.waiting,
      holding,
      ...(recording === undefined ? {} : { recording: share(recording, index, workers) }),
    }));
    // Threads are there before privileges go: becoming another user is for all threads at once, and a program that
    // lies where that user may not read is loaded by then.
    const crew = await muster(lookouts, (lines, log) => printer.print(lines, log));
    try {
      if (user !== undefined) becomeUser(user);
    } catch (error) {
      await crew.abandon();
      throw error;
    }
    return new Watch(options, opened, crew, tell);
  }

  /** Ends at once, where something failed: threads would keep the program. */
  abandon(): Promise<void> {
    return this.#crew.abandon();
  }

  /** Resolves after `stop`, when all that was received has been read, to what there was. */
  async run(stop: AbortSignal): Promise<Health> {
    const { user, health } = this.#options;
    const running = this.#crew.run();
    this.#take();
    this.#tell({
      event: 'started',
      interfaces: this.#links.map(({ now }) => now.name),
      user: user?.name ?? '',
      capabilities: capabilities() !== 0n,
    });
    for (const link of this.#links) if (link.state !== 'watched') this.#tellState(link);
    const looking = setInterval(() => this.#look(), LOOK);
    let reporting: Promise<void> = Promise.resolve();
    const telling = setInterval(() => {
      reporting = reporting.then(() => this.#report());
    }, health * 1000);
    const stopped = Promise.withResolvers<void>();
    stop.addEventListener('abort', () => stopped.resolve());
    if (stop.aborted) stopped.resolve();
    try {
      await Promise.race([stopped.promise, running]);
    } finally {
      clearInterval(looking);
      clearInterval(telling);
    }
    await reporting;
    // Nothing new from here on, so that what the kernel counted can be read to its end.
    for (const socket of this.#sockets) socket.take([], 0);
    const report = await this.#crew.stop();
    const final = this.#health(report);
    // Of a short rest nothing can be said.
    const rest = final.seconds - (this.#before?.health.seconds ?? 0);
    if (this.#before === undefined || rest > health / 2) this.#diagnose(report, final);
    this.#tell({ event: 'stopped', health: final, ...heldIn(report) });
    return final;
  }

  #take(): void {
    const here = this.#links.filter(({ state }) => state !== 'gone');
    const filters = here.map(({ now: { index, loopback } }) => ({ index, loopback }));
    for (const socket of this.#sockets) socket.take(filters, this.#options.snapLength);
  }

  /** Looks whether interfaces went or came back. */
  #look(): void {
    for (const [place, link] of this.#links.entries()) {
      const now = this.#find(link);
      const back = now !== undefined && (now.index !== link.now.index || link.state === 'gone');
      const state = stateOf(now);
      const changed = state !== link.state;
      link.state = state;
      if (now !== undefined) link.now = now;
      if (changed || back) this.#indices[place] = now?.index ?? 0;
      if (back || (changed && state === 'gone')) this.#take();
      if (changed) this.#tellState(link);
    }
  }

  /** The interface as it is now, listening; undefined where there is none. */
  #find({ now: before, state }: Link): Interface | undefined {
    const [first] = this.#sockets;
    try {
      const now = interfaceNamed(first!.fd, before.name);
      const back = now !== undefined && (now.index !== before.index || state === 'gone');
      if (back && this.#options.promiscuous && !now.loopback) first!.promiscuous(now.index);
      return now;
    } catch {
      // Gone between two calls, or another kind of interface by that name now: looked for again.
      return undefined;
    }
  }

  #tellState({ now, state }: Link): void {
    this.#tell({ event: 'interface', name: now.name, state });
  }

  async #report(): Promise<void> {
    const { holding, every } = this.#options;
    const seconds = (performance.now() - this.#began) / 1000;
    const due = holding.length > 0 && seconds >= this.#next - 0.5;
    if (due) this.#next += every;
    const report = await this.#crew.report(due);
    const health = this.#health(report);
    this.#tell({ event: 'health', health, ...heldIn(report) });
    this.#diagnose(report, health);
  }

  #health(report: LookoutReport): Health {
    const { kernel, ring, recorded, summary } = report;
    for (const link of this.#links) link.countLost();
    return {
      seconds: (performance.now() - this.#began) / 1000,
      packets: kernel.packets,
      read: ring.packets,
      waiting: kernel.packets - kernel.dropped - ring.packets,
      dropped: kernel.dropped,
      full: kernel.full,
      lostByCard: this.#links.reduce((sum, { lost }) => sum + lost, 0),
      lostInBacklog: lostInBacklog() - this.#backlogBefore,
      interfaces: this.#links.map(({ now, state }, place) => ({
        name: now.name,
        state,
        packets: ring.bySource[place]!,
      })),
      tagged: ring.tagged,
      hardwareTimed: ring.hardwareTimed,
      ...(recorded === undefined ? {} : { recorded }),
      summary,
    };
  }

  /** Tells what is new since the last time, and what is over. */
  #diagnose(report: LookoutReport, health: Health): void {
    const before = this.#before;
    this.#before = { seen: report.seen, health };
    const window = figures(report.seen, health, before?.seen ?? nothingSeen(), before?.health);
    const notices = diagnose(window);
    notices.push(...recordingNotices(health.recorded, before?.health.recorded));
    const now = new Set(notices.map(({ notice }) => notice));
    for (const notice of notices) {
      if (!this.#notices.has(notice.notice)) this.#tell({ event: 'notice', ...notice });
    }
    for (const notice of this.#notices) {
      if (now.has(notice)) continue;
      // Few packets are no sign that what was wrong with them is right.
      if (window.packets < FEW && !OF_NO_PACKET.test(notice)) now.add(notice);
      else this.#tell({ event: 'over', notice });
    }
    this.#notices = now;
  }
}

function heldIn({ held }: LookoutReport): { held?: readonly Held[] } {
  return held === undefined ? {} : { held };
}

/** What is wrong with the recording, and was not before. */
function* recordingNotices(now: Recorded, before: Recorded): Iterable<Notice> {
  if (now === undefined) return;
  if (now.problem !== '' || now.missed > (before?.missed ?? 0)) {
    yield {
      notice: 'recording',
      text: `${now.missed} packets in all could not be recorded${now.problem === '' ? '' : ` (${now.problem})`}`,
      advice:
        now.problem === '' ? 'the disk is too slow for this traffic' : 'see to the disk; watching goes on',
    };
  }
  if (now.early > (before?.early ?? 0)) {
    yield {
      notice: 'disk full',
      text: 'the disk is full: old recordings go before there are as many as there may be',
      advice: 'make room on it, or give a smaller --write-size',
    };
  }
}

type Recorded = Health['recorded'];

interface Opened {
  readonly sockets: readonly PacketSocket[];
  readonly links: Link[];
  readonly indices: Int32Array;
}

function open(options: WatchOptions): Opened {
  const { workers, ringBytes, incomingOnly, hardwareTime, promiscuous } = options;
  const shape: RingShape = {
    blockBytes: BLOCK,
    blocks: Math.max(2, Math.round(ringBytes / BLOCK)),
    patience: PATIENCE,
  };
  const sockets = Array.from({ length: workers }, () =>
    PacketSocket.open({ shape, ignoreOutgoing: incomingOnly, hardwareTime }),
  );
  const { fd } = sockets[0]!;
  const links = options.interfaces.map(name => {
    const now = interfaceNamed(fd, name);
    if (now === undefined) throw noInterface(name);
    if (hardwareTime && !switchOnHardwareTime(fd, name)) {
      throw new LiveError(
        `--hardware-time: ${name} cannot stamp what it receives, or that is not permitted (CAP_NET_ADMIN); leave it out`,
      );
    }
    return new Link(now);
  });
  if (workers > 1) PacketSocket.deal(sockets, dealByHosts(randomInt(2 ** 30) * 2 + 1));
  // For as long as the socket is open, whoever of them it is.
  if (promiscuous) for (const { now } of links) if (!now.loopback) sockets[0]!.promiscuous(now.index);
  const indices = new Int32Array(new SharedArrayBuffer(4 * links.length));
  indices.set(links.map(({ now }) => now.index));
  return { sockets, links, indices };
}

/** One worker's part of a recording's bounds. */
function share(recording: Omit<FileRingOptions, 'part'>, index: number, count: number): FileRingOptions {
  const size = Math.floor(recording.size / count);
  const fileSize = Math.min(recording.fileSize, Math.floor(size / 2));
  return { ...recording, size, fileSize, part: { index, count } };
}

/** What was counted since the time before. */
function figures(seen: Seen, health: Health, before: Seen, healthBefore: Health | undefined): Figures {
  const difference = nothingSeen();
  for (const name of Object.keys(seen) as (keyof Seen)[]) difference[name] = seen[name] - before[name];
  const lost = (of: Health | undefined) => (of === undefined ? 0 : of.lostByCard + of.lostInBacklog);
  return {
    ...difference,
    dropped: health.dropped - (healthBefore?.dropped ?? 0),
    lost: lost(health) - lost(healthBefore),
    waiting: health.waiting,
    sources: health.interfaces.map(({ name, packets }, place) => ({
      name,
      packets: packets - (healthBefore?.interfaces[place]?.packets ?? 0),
    })),
    sessions: health.summary.protocols.reduce((sum, { sessions }) => sum + sessions, 0),
    seconds: health.seconds - (healthBefore?.seconds ?? 0),
  };
}
