/**
 * Compares the messages of captures field by field with tshark's.
 *
 * @module
 */

import { basename, extname } from 'node:path';
import { EXPLANATIONS, type FieldDifference } from './differences.ts';
import type { FieldMessage } from './message.ts';
import { ourMessages } from './ours.ts';
import { repeatedFrames } from './pdml.ts';
import { theirMessages } from './theirs.ts';

/** Ports of plants whose Modbus is on others than 502, where alone tshark looks for it. */
const MODBUS_PORTS: Readonly<Record<string, readonly number[]>> = {
  'mixed-modbus-s7-profinet': [503, 504, 505],
  'mixed-modbus-s7-ring': [503, 504, 505],
};

export interface FieldCount {
  equal: number;
  different: number;
  /** Told by one of the two only. That we tell more is no difference. */
  onlyOurs: number;
  onlyTheirs: number;
}

export interface ExplainedDifference extends FieldDifference {
  /** Undefined where nobody has given a reason. */
  readonly reason: string | undefined;
}

export class FieldComparison {
  /** Messages of either, and those that are equal in every field that both have, and have every field of tshark's. */
  messages = 0;
  equal = 0;
  /** By `protocol field`. */
  readonly fields = new Map<string, FieldCount>();
  readonly differences: ExplainedDifference[] = [];
  readonly problems: string[] = [];
  /** Differences of the capture that is being compared, which have no reason yet. */
  #found: Omit<FieldDifference, 'repeated'>[] = [];

  /** Reads a capture with both, and adds what they say. */
  async add(path: string): Promise<void> {
    const capture = basename(path, extname(path));
    const { messages, problems } = await ourMessages(path);
    this.problems.push(...problems);
    const ours = byKey(messages, placeOf);
    const missed: FieldMessage[] = [];
    for await (const theirs of theirMessages(path, MODBUS_PORTS[capture] ?? [])) {
      const our = ours.get(placeOf(theirs))?.shift();
      if (our === undefined) missed.push(theirs);
      else this.#pair(capture, our, theirs);
    }
    // What one of the two has in another packet, or has from a packet that the other left out.
    const left = byKey([...ours.values()].flat(), identityOf);
    for (const theirs of missed) {
      const our = left.get(identityOf(theirs))?.shift();
      if (our === undefined) this.#alone(capture, theirs, false);
      else this.#pair(capture, our, theirs);
    }
    for (const our of [...left.values()].flat()) this.#alone(capture, our, true);
    await this.#explain(path);
  }

  /** Gives what was found in a capture its reasons. */
  async #explain(path: string): Promise<void> {
    const found = this.#found;
    this.#found = [];
    const alone = found.some(({ field }) => field === 'message');
    const repeated = alone ? await repeatedFrames(path) : new Set<number>();
    for (const one of found) {
      const difference = { ...one, repeated: repeated.has(one.frame) };
      const reason = EXPLANATIONS.find(({ is }) => is(difference))?.reason;
      this.differences.push({ ...difference, reason });
    }
  }

  #pair(capture: string, our: FieldMessage, their: FieldMessage): void {
    this.messages++;
    let same = true;
    for (const field of new Set([...our.fields.keys(), ...their.fields.keys()])) {
      const [a, b] = [our.fields.get(field), their.fields.get(field)];
      const count = this.#count(our.protocol, field);
      if (b === undefined) count.onlyOurs++;
      else if (a === b) count.equal++;
      else {
        if (a === undefined) count.onlyTheirs++;
        else count.different++;
        same = false;
        this.#found.push({
          capture,
          frame: their.frame,
          protocol: our.protocol,
          field,
          ours: a,
          theirs: b,
          our,
          their,
        });
      }
    }
    if (same) this.equal++;
  }

  /** A message that only one of the two has. */
  #alone(capture: string, message: FieldMessage, isOurs: boolean): void {
    const { protocol, frame, fields } = message;
    this.messages++;
    const count = this.#count(protocol, 'message');
    if (isOurs) count.onlyOurs++;
    else count.onlyTheirs++;
    const there = [...fields].map(pair => pair.join('=')).join(', ');
    const field = 'message';
    if (isOurs)
      this.#found.push({ capture, frame, protocol, field, ours: there, theirs: undefined, our: message });
    else
      this.#found.push({ capture, frame, protocol, field, ours: undefined, theirs: there, their: message });
  }

  #count(protocol: string, field: string): FieldCount {
    const key = `${protocol} ${field}`;
    const count = this.fields.get(key) ?? { equal: 0, different: 0, onlyOurs: 0, onlyTheirs: 0 };
    this.fields.set(key, count);
    return count;
  }
}

/** Who says it under which identifier. */
function identityOf({ protocol, fields }: FieldMessage): string {
  const names = ['from', 'to', 'transaction', 'unit', 'kind', 'reference'].slice(
    0,
    protocol === 'modbus' ? 4 : 6,
  );
  return `${protocol} ${names.map(name => fields.get(name) ?? '').join(' ')}`;
}

/** The same, in a packet. */
function placeOf(message: FieldMessage): string {
  return `${message.frame} ${identityOf(message)}`;
}

/** Messages by a key, each key's in order. */
function byKey(
  messages: readonly FieldMessage[],
  keyOf: (message: FieldMessage) => string,
): Map<string, FieldMessage[]> {
  const lists = new Map<string, FieldMessage[]>();
  for (const message of messages) {
    const key = keyOf(message);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [message]);
    else list.push(message);
  }
  return lists;
}
