/**
 * Too much at once, and writes that nobody looks after: floods, bursts of commands, blind writes.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { finish, mix } from '../packet/hash.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { isControl, isRead } from './deeds.ts';
import { KINDS } from './finding-kinds.ts';
import type { Known } from './known.ts';
import type { Pair } from './parties.ts';
import type { Raiser } from './raiser.ts';
import type { Thresholds } from './thresholds.ts';

/** Writers that are remembered of a device until somebody is seen to watch it. */
const MAX_BLIND = 8;

export class Load {
  readonly #protocols: readonly Protocol[];
  readonly #known: Known;
  readonly #thresholds: Thresholds;
  readonly #raiser: Raiser;

  constructor(protocols: readonly Protocol[], known: Known, thresholds: Thresholds, raiser: Raiser) {
    this.#protocols = protocols;
    this.#known = known;
    this.#thresholds = thresholds;
    this.#raiser = raiser;
  }

  /** The first item of a client's request. */
  look(op: Operation, pair: Pair): void {
    const { client, server } = pair;
    const thresholds = this.#thresholds;
    const flood = thresholds['request-flood'];
    if (pair.requests.reaches(flood, op.time)) {
      this.#raiser.raise(
        KINDS.requestFlood,
        pair,
        op,
        () => `${client} sent ${server} ${flood.count} requests within ${flood.within} s`,
      );
    }
    if (isRead[op.verb]) this.#read(op, pair);
    else if (isControl[op.verb]) this.#control(op, pair);
    else if (op.verb === Verb.acknowledge) {
      const burst = thresholds['acknowledge-burst'];
      if (pair.acknowledged.reaches(burst, op.time)) {
        this.#raiser.raise(
          KINDS.alarmSuppression,
          pair,
          op,
          () => `${client} acknowledged ${burst.count} alarms of ${server} within ${burst.within} s`,
        );
      }
    }
  }

  #read(op: Operation, pair: Pair): void {
    const { device } = pair;
    pair.reads++;
    if (!device.reading.reaches(this.#thresholds['blind-write'], op.time)) return;
    device.watched = op.time;
    if (device.blind.length === 0) return;
    for (const { pair: writer, finding } of device.blind) {
      if (writer.reads === 0) this.#raiser.add(KINDS.blindWrite, writer, finding);
    }
    device.blind.length = 0;
  }

  #control(op: Operation, pair: Pair): void {
    const { client, server, host } = pair;
    const thresholds = this.#thresholds;
    pair.writes++;
    const flood = thresholds['write-flood'];
    if (pair.changes.reaches(flood, op.time)) {
      this.#raiser.raise(
        KINDS.writeFlood,
        pair,
        op,
        () => `${client} wrote to ${server} ${flood.count} times within ${flood.within} s`,
      );
    }
    if (pair.reads === 0) this.#blind(op, pair);
    const operates = op.verb === Verb.operate;
    const burst = thresholds[operates ? 'command-burst' : 'write-burst'];
    const objects = operates ? host.operated : host.written;
    if (objects.reaches(burst, op.time, objectOf(op, pair))) {
      this.#raiser.raise(
        KINDS.commandBurst,
        pair,
        op,
        () => `${client} commands ${burst.count} objects or more within ${burst.within} s`,
      );
    }
  }

  /** A write by a client that never read: a finding when another one watches the device. */
  #blind(op: Operation, pair: Pair): void {
    const { client, server, device } = pair;
    if (this.#known.writes(client, server, this.#protocols[op.protocol]!.name)) return;
    const say = () => `${client} writes to ${server} and reads nothing of it; another station watches it`;
    if (op.time - device.watched <= this.#thresholds['blind-write'].within) {
      this.#raiser.raise(KINDS.blindWrite, pair, op, say);
    } else if (device.blind.length < MAX_BLIND && !device.blind.some(({ pair: other }) => other === pair)) {
      device.blind.push({ pair, finding: this.#raiser.finding(KINDS.blindWrite, pair, op, say) });
    }
  }
}

/** A number for the object, among those of all servers. */
function objectOf(op: Operation, pair: Pair): number {
  let hash = mix(mix(mix(op.station, op.space), op.area), op.address);
  for (let i = 0; i < pair.server.length; i++) hash = mix(hash, pair.server.charCodeAt(i));
  for (let i = 0; i < op.nameLength; i++) hash = mix(hash, op.nameView.getUint8(op.nameAt + i));
  return finish(hash);
}
