/**
 * What one thread does of watching: reads its ring, records, looks for what is wrong with the sensor, and inspects.
 *
 * @module
 */

import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { FileRingOptions } from '../../packet/live/file-ring.ts';
import { Waiter } from '../../packet/live/kernel.ts';
import { Observation, type Seen } from '../../packet/live/observation.ts';
import { PacketSocket, type RingShape, type SocketCounters } from '../../packet/live/packet-socket.ts';
import { Recorder, type RecorderCounts } from '../../packet/live/recorder.ts';
import { Ring, type Source } from '../../packet/live/ring.ts';
import type { Packet } from '../../packet/packet.ts';
import type { FrameSink } from '../../packet/records.ts';
import { PROTOCOLS } from '../../protocol/registry.ts';
import type { Current } from '../current.ts';
import { Inspection, type Tap } from '../inspection.ts';
import { formatNamed } from '../output/formats.ts';
import { type Batch, batchOf, NONE } from '../output/record-log.ts';
import { Recording, type Wanted } from '../output/recording.ts';
import type { Summary } from '../summary.ts';
import { allOf } from '../taps.ts';
import { type Held, Holder, type Holding } from './holdings.ts';

/** Plain data: a thread is started with it. */
export interface LookoutOptions {
  readonly fd: number;
  readonly shape: RingShape;
  readonly sources: readonly Source[];
  /** The kernel's number of each source, shared: it changes when an interface goes away and comes back. */
  readonly indices: Int32Array;
  /** Which of how many threads this is. */
  readonly part: { readonly index: number; readonly count: number };
  readonly seed: number;
  /** Which records are printed, in the format of that name; absent where none are. */
  readonly printing?: Wanted & { readonly format: string };
  /** How many bytes of them are on their way, shared with who prints them. */
  readonly waiting: Int32Array;
  readonly recording?: FileRingOptions;
  /** What is collected. */
  readonly holding: readonly Holding[];
  /** The thread has nothing else to do, and may sleep. */
  readonly alone: boolean;
}

/** What it has to tell, since it began. */
export interface LookoutReport {
  readonly kernel: SocketCounters;
  readonly ring: {
    readonly packets: number;
    readonly tagged: number;
    readonly hardwareTimed: number;
    readonly bySource: readonly number[];
  };
  readonly seen: Seen;
  readonly summary: Summary;
  readonly recorded?: RecorderCounts;
  /** What each thread has collected, where that was asked for. */
  readonly held?: readonly Held[];
}

/** Blocks that are read before something else gets its turn: some milliseconds. */
const BLOCKS = 4;
/** Bytes that may be on their way to a reader while more is made, and how soon it is looked at again, ms. */
const UNREAD = 4 << 20;
const AGAIN = 2;
/** How long a reader is waited for, ms; from then on lines are left out until he has caught up. */
const CATCH_UP = 1000;
/** How long it sleeps at most, ms: a thread that sleeps hears nothing; one that waits can. */
const SLEEP = 100;
const WAIT = 200;
/** How often what was recorded goes to the disk at the latest, ms. */
const FLUSH = 1000;

/**
 * Is handed what operations are printed as, in pieces of whole lines of a log, with the times of their packets where there are
 * several threads; and the time before which no further record of any log is.
 */
export type Print = (log: number, lines: Batch, reached: number) => void;

export class Lookout implements FrameSink {
  readonly #options: LookoutOptions;
  readonly #socket: PacketSocket;
  readonly #ring: Ring;
  readonly #waiter: Waiter;
  readonly #recorder: Recorder | undefined;
  readonly #observation: Observation;
  readonly #inspection: Inspection;
  readonly #frames: FrameSink;
  readonly #print: Print;
  #records: Recording | undefined;
  #holder: Holder | undefined;
  /** Of the latest packet. */
  #time = 0.1;
  #flushed = 0;
  #readerStalls = false;

  constructor(options: LookoutOptions, print: Print) {
    const { fd, shape, sources, indices, part, seed, recording } = options;
    this.#options = options;
    this.#socket = PacketSocket.of(fd, shape);
    this.#ring = new Ring(this.#socket, sources, indices);
    this.#waiter = new Waiter(fd);
    this.#recorder = recording === undefined ? undefined : new Recorder(this.#ring, sources, recording);
    this.#observation = new Observation(this.#ring, sources, seed);
    this.#print = print;
    this.#inspection = new Inspection({
      protocols: PROTOCOLS,
      share: { ...part, seed, dealt: part.count > 1 },
      tap: current => this.#tap(current),
    });
    this.#frames = this.#inspection.frames;
  }

  #tap(current: Current): Tap {
    const { printing, holding, part } = this.#options;
    this.#holder = new Holder(holding, current, part.count);
    const { taps } = this.#holder;
    if (printing === undefined) return allOf(taps);
    this.#records = new Recording({
      ...printing,
      ...(part.count > 1 ? { order: 'time' } : {}),
      format: formatNamed(printing.format)!,
      protocols: PROTOCOLS,
      current,
    });
    return allOf([this.#records.tap, ...taps]);
  }

  /** To be awaited before any other lookout runs. */
  async open(): Promise<void> {
    await this.#recorder?.open();
  }

  frame(packet: Packet): void {
    if (packet.time > this.#time) this.#time = packet.time;
    this.#recorder?.frame(packet);
    this.#frames.frame(packet);
    this.#observation.packet(packet);
  }

  /** Reads until `stop`, and then what the kernel still has. */
  async run(stop: AbortSignal): Promise<void> {
    let last = 0;
    // What is in a block that is not full comes after the ring's patience.
    const { patience } = this.#options.shape;
    const printing = this.#records !== undefined;
    for (;;) {
      const blocks = this.#ring.read(this, printing ? 1 : BLOCKS);
      if (blocks > 0) this.#printRecords();
      if (printing && blocks > 0) await this.#letReaderCatchUp(stop);
      const now = performance.now();
      if (blocks > 0 || !stop.aborted) last = now;
      else if (now - last > 2 * patience + 20) break;
      if (now - this.#flushed > FLUSH) this.#flush(now);
      if (blocks > 0) await turn();
      else if (!this.#options.alone) await this.#waiter.wait(stop.aborted ? patience : WAIT);
      else {
        this.#waiter.sleep(stop.aborted ? patience : SLEEP);
        await turn();
      }
    }
  }

  #printRecords(): void {
    if (this.#records === undefined) return;
    const all = this.#records.take();
    const last = all.findLastIndex(taken => taken !== undefined);
    // Where there is nothing, the other threads are told at least how far this one has come.
    if (last < 0 && this.#options.part.count > 1) this.#print(0, NONE, this.#time);
    for (const [log, taken] of all.entries()) {
      if (taken === undefined) continue;
      const { bytes, numbers, ends } = batchOf(taken, this.#records.page(log, taken.page));
      Atomics.add(this.#options.waiting, 0, bytes.length);
      // A copy, since the reader may take it late, and the page is written to again.
      const copy = { bytes: bytes.slice(), numbers: numbers.slice(), ends: ends.slice() };
      this.#print(log, copy, log < last ? 0 : this.#time);
      this.#records.spare(log, taken.page);
    }
  }

  /** A reader who is slower than the traffic is waited for, but for so long only, and while the ring has room. */
  async #letReaderCatchUp(stop: AbortSignal): Promise<void> {
    const { waiting } = this.#options;
    const since = performance.now();
    for (;;) {
      if (Atomics.load(waiting, 0) <= UNREAD) {
        this.#readerStalls = false;
        return;
      }
      if (this.#readerStalls || this.#ring.halfFull || stop.aborted) return;
      await delay(AGAIN);
      this.#readerStalls = performance.now() - since > CATCH_UP;
    }
  }

  #flush(now: number): void {
    this.#flushed = now;
    // The kernel counts in 32 bits: it is asked long before they are full.
    const { dropped } = this.#socket.count();
    if (this.#recorder === undefined) return;
    this.#recorder.dropped = dropped;
    this.#recorder.flush();
  }

  /** `held`: with what was collected, which takes longer. */
  report(held: boolean): LookoutReport {
    return this.#report(this.#inspection.summary(), held);
  }

  /** Ends all connections and closes the recording; after {@link run}. */
  async finish(): Promise<LookoutReport> {
    const summary = this.#inspection.finish();
    this.#records?.finish();
    this.#printRecords();
    await this.#recorder?.close(this.#socket.count().dropped);
    return this.#report(summary, true);
  }

  #report(summary: Summary, held: boolean): LookoutReport {
    const { packets, tagged, hardwareTimed, bySource } = this.#ring;
    return {
      kernel: { ...this.#socket.count() },
      ring: { packets, tagged, hardwareTimed, bySource: [...bySource] },
      seen: { ...this.#observation.seen },
      summary,
      ...(held && this.#holder !== undefined ? { held: [this.#holder.held] } : {}),
      ...(this.#recorder === undefined ? {} : { recorded: { ...this.#recorder.counts } }),
    };
  }
}
