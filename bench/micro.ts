/**
 * `npm run bench -- micro`: what the parts of the packet path cost by themselves. They run hot and alone, as they
 * never do in earnest: for comparing two versions of the same part, not for claims.
 *
 * @module
 */

import { bench, do_not_optimize, run, summary } from 'mitata';
import { Operation, type Sink } from '../src/operation/operation.ts';
import { Side } from '../src/operation/side.ts';
import { readValue, ValueType } from '../src/operation/value.ts';
import type { Protocol } from '../src/protocol/protocol.ts';
import { PROTOCOLS } from '../src/protocol/registry.ts';
import type { Dialogue } from './generate/dialogue.ts';
import { ModbusPoll } from './generate/modbus-poll.ts';
import { Random } from './generate/random.ts';
import { S7Poll } from './generate/s7-poll.ts';

const EXCHANGES = 1000;
const LIMITS = { requests: 64, bytes: 65536 };

/** Counts what it is handed, so that the decoding isn't for nothing. */
class Counter implements Sink {
  operations = 0;
  operation(op: Operation): void {
    this.operations += op.items > 0 ? 1 : 0;
  }
}

/** Messages of a poll, in one buffer, as they follow each other in a session. */
interface Talk {
  readonly view: DataView;
  /** Side, begin and end of each. */
  readonly messages: Int32Array;
}

function talk(dialogue: Dialogue): Talk {
  const parts: Uint8Array[] = [];
  const messages: number[] = [];
  let at = 0;
  for (let i = 0; i < EXCHANGES; i++) {
    dialogue.exchange(i);
    for (const [side, message] of [
      [Side.client, dialogue.request],
      [Side.server, dialogue.response],
    ] as const) {
      parts.push(message);
      messages.push(side, at, at + message.length);
      at += message.length;
    }
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  return {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    messages: Int32Array.from(messages),
  };
}

function follow(protocol: Protocol, { view, messages }: Talk): number {
  const conversation = protocol.open(LIMITS);
  const op = new Operation();
  const counter = new Counter();
  for (let i = 0; i < messages.length; i += 3) {
    const side = messages[i] as Side;
    const at = messages[i + 1]!;
    const end = messages[i + 2]!;
    if (protocol.frame(side, view, at, end) !== end - at) continue;
    conversation.decode(side, view, at, end, op, counter);
    conversation.follow(side, view, at, end);
  }
  return counter.operations;
}

const dialogues: Readonly<Record<string, (random: Random) => Dialogue>> = {
  modbus: random => new ModbusPoll(random),
  s7comm: random => new S7Poll(random),
};

summary(() => {
  for (const protocol of PROTOCOLS) {
    const open = dialogues[protocol.name];
    if (open === undefined) continue;
    const said = talk(open(new Random(1)));
    bench(`${protocol.name}: frame, decode and follow ${2 * EXCHANGES} messages`, () =>
      do_not_optimize(follow(protocol, said)),
    );
  }
});

const registers = new DataView(new ArrayBuffer(250));
summary(() => {
  for (const type of ['u16', 'f32', 'bits'] as const) {
    bench(`read 62 values of ${type}`, () => {
      for (let i = 0; i < 62; i++) do_not_optimize(readValue(registers, 0, 250, ValueType[type], i));
    });
  }
});

await run();
