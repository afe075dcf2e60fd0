/**
 * One reading of captures with one monitor: several files are one record of traffic, in the order given.
 *
 * @module
 */

import type { Sink } from '../operation/operation.ts';
import { CaptureReader, type ReadOptions } from '../packet/capture.ts';
import { PacketKind } from '../packet/packet.ts';
import type { FrameSink } from '../packet/records.ts';
import type { Share } from '../packet/share.ts';
import type { ByteSource } from '../packet/source.ts';
import type { PacketSink, SegmentSink } from '../packet/traffic.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Both } from './both.ts';
import { Counting } from './counting.ts';
import { Current } from './current.ts';
import { Digest } from './digest.ts';
import { Monitor } from './monitor.ts';
import { keepHeapSmall } from './small-heap.ts';
import { byName, order, type ProtocolSummary, type Summary } from './summary.ts';

/** Who listens to a reading: what is there is handed every operation, TCP segment or packet. */
export interface Tap {
  readonly operations?: Sink;
  readonly segments?: SegmentSink;
  readonly packets?: PacketSink;
}

export interface InspectionOptions {
  readonly protocols: readonly Protocol[];
  /** Makes a digest of all operations. */
  readonly digest?: boolean;
  /** Listens too. */
  readonly tap?: (current: Current) => Tap;
  /** The part of the hosts that is looked at; all of them where none is given. */
  readonly share?: Share;
}

export class Inspection {
  readonly #protocols: readonly Protocol[];
  readonly #reader = new CaptureReader();
  readonly #counting: Counting;
  readonly #digest: Digest | undefined;
  readonly #monitor: Monitor;
  /** Does this reading speak for what all who share it see alike? */
  readonly #speaks: boolean;

  constructor(options: InspectionOptions) {
    keepHeapSmall();
    const { protocols, share } = options;
    this.#speaks = share === undefined || share.index === 0 || share.dealt === true;
    const current = new Current();
    this.#protocols = protocols;
    this.#counting = new Counting(protocols, current);
    this.#digest = options.digest === true ? new Digest(protocols) : undefined;
    let sink: Sink = this.#counting;
    if (this.#digest !== undefined) sink = new Both(sink, this.#digest);
    const { operations, segments, packets } = options.tap?.(current) ?? {};
    if (operations !== undefined) sink = new Both(sink, operations);
    this.#monitor = new Monitor({
      protocols,
      sink,
      current,
      ...(share === undefined ? {} : { share }),
      ...(segments === undefined ? {} : { segments }),
      ...(packets === undefined ? {} : { packets }),
    });
  }

  /** Packets that came so far, whoever reads along. */
  get number(): number {
    return this.#monitor.traffic.number;
  }

  /** Takes packets as they come, from whatever has them. */
  get frames(): FrameSink {
    return this.#monitor.traffic;
  }

  /** Reads a capture to its end, and closes it. */
  read(source: ByteSource, options?: ReadOptions): Promise<void> {
    const { traffic } = this.#monitor;
    return this.#reader.read(source, traffic, { ...options, sieve: traffic.sieve });
  }

  /** Ends all connections, and says what there was. */
  finish(): Summary {
    this.#monitor.finish();
    return this.summary();
  }

  /** What there was so far. */
  summary(): Summary {
    const monitor = this.#monitor;
    const { traffic, streams } = monitor;
    const count = (kind: PacketKind) => traffic.kinds[kind]!;
    const common = (value: number) => (this.#speaks ? value : 0);
    const { assembled, incomplete, overlapping, malformed } = traffic.fragments;
    const { received, dropped } = this.#reader;
    return {
      packets: traffic.packets,
      bytes: traffic.bytes,
      from: traffic.packets === 0 ? null : traffic.first,
      to: traffic.packets === 0 ? null : traffic.last,
      kinds: {
        tcp: count(PacketKind.tcp),
        udp: count(PacketKind.udp),
        otherIp: count(PacketKind.otherIp),
        nonIp: count(PacketKind.nonIp),
        fragments: count(PacketKind.fragment),
        malformed: count(PacketKind.malformed),
      },
      cut: traffic.cut,
      capture: { received: common(received), dropped: common(dropped) },
      fragments: {
        assembled: common(assembled),
        incomplete: common(incomplete),
        overlapping: common(overlapping),
        malformed: common(malformed),
      },
      streams: {
        connections: streams.connections,
        retransmissions: streams.retransmissions,
        gaps: streams.gaps,
        gapBytes: streams.gapBytes,
        unrecognisedBytes: monitor.unrecognised + streams.ignoredBytes,
        evictedConnections: streams.evictions,
        forgottenSessions: monitor.forgotten,
        droppedMessages: monitor.dropped,
      },
      protocols: this.#protocols
        .map((_, index) => this.#protocol(index))
        .filter(seen)
        .sort(byName),
      named: monitor.named.summary(),
      uncounted: this.#counting.uncounted,
      pairs: this.#counting.pairs(),
      ...(this.#digest === undefined ? {} : { digest: this.#digest.toString() }),
    };
  }

  #protocol(index: number): ProtocolSummary {
    const health = this.#monitor.health[index]!;
    const counting = this.#counting;
    return order({
      protocol: this.#protocols[index]!.name,
      sessions: health.sessions,
      messages: health.messages,
      operations: counting.operations(index),
      decodedBytes: health.decoded,
      skippedBytes: health.skipped,
      unfinishedBytes: health.unfinished,
      strangeBytes: health.strange,
      functions: counting.functions(index),
      verbs: counting.verbs(index),
      errors: counting.errors(index),
      anomalies: counting.anomalies(index),
    });
  }
}

function seen({ sessions, strangeBytes }: ProtocolSummary): boolean {
  return sessions > 0 || strangeBytes > 0;
}
