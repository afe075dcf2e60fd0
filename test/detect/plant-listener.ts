/**
 * Listens to the memory network of simulated plants, and hands every operation to the detectors.
 *
 * @module
 */

import { Detector } from '../../src/detect/detector.ts';
import type { Known } from '../../src/detect/known.ts';
import { DEFAULT_TUNING } from '../../src/detect/tuning.ts';
import { Operation } from '../../src/operation/operation.ts';
import type { Conversation } from '../../src/protocol/protocol.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import type { Wire } from './memory-net.ts';

/** What the conversation of one connection needs. */
interface Talk {
  readonly wire: Wire;
  readonly conversation: Conversation;
  readonly protocol: number;
}

export class Listener {
  readonly detector: Detector;
  readonly #talks = new Map<number, Talk>();
  readonly #current = { session: { clientAddress: '', serverAddress: '', clientName: '', serverName: '' } };
  readonly #op = new Operation();

  constructor(known: Known) {
    this.detector = new Detector({
      protocols: PROTOCOLS,
      current: this.#current,
      tuning: DEFAULT_TUNING,
      known,
    });
  }

  /** A message: plants write one at a time. */
  take(wire: Wire, side: 0 | 1, bytes: Uint8Array, time: number): void {
    const { conversation, protocol } = this.#talk(wire);
    const { client, server, clientPort, serverPort } = wire;
    this.#current.session = {
      clientAddress: client,
      serverAddress: server,
      clientName: `${client}:${clientPort}`,
      serverName: `${server}:${serverPort}`,
    };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const op = this.#op;
    for (let at = 0; at < bytes.length; ) {
      const length = PROTOCOLS[protocol]!.frame(side, view, at, bytes.length);
      if (length <= 0 || at + length > bytes.length) throw new Error('a plant wrote half a message');
      op.time = time;
      op.flow = wire.serial;
      op.protocol = protocol;
      conversation.decode(side, view, at, at + length, op, this.detector);
      conversation.follow(side, view, at, at + length);
      at += length;
    }
  }

  #talk(wire: Wire): Talk {
    let talk = this.#talks.get(wire.serial);
    if (talk === undefined) {
      const protocol = PROTOCOLS.findIndex(({ ports }) => ports.includes(wire.serverPort));
      const conversation = PROTOCOLS[protocol]!.open({ requests: 64, bytes: 65_536 });
      talk = { wire, conversation, protocol };
      this.#talks.set(wire.serial, talk);
    }
    return talk;
  }
}
