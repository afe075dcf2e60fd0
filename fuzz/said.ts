/**
 * Everything that operations say, as one number to compare, and what must hold of every one of them.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Operation, Sink } from '../src/operation/operation.ts';
import { VALUE_BITS, VALUE_TYPES, ValueType } from '../src/operation/value.ts';
import { VERBS } from '../src/operation/verb.ts';
import type { Protocol } from '../src/protocol/protocol.ts';

export class Said implements Sink {
  value = 0;
  items = 0;
  anomalies = 0;
  /** Anomalies and the pairing of references count too. */
  readonly #whole: boolean;
  readonly #protocol: Protocol;

  constructor(protocol: Protocol, whole = true) {
    this.#protocol = protocol;
    this.#whole = whole;
  }

  /** Begins with the next message. */
  begin(): void {
    this.items = 0;
    this.anomalies = 0;
  }

  add(number: number): void {
    this.value = (Math.imul(this.value, 31) + number) | 0;
  }

  operation(op: Operation): void {
    const protocol = this.#protocol;
    assert.equal(op.item, this.items, 'items are counted in order');
    this.items++;
    assert.ok(op.items >= 1 && op.item < op.items, `item ${op.item} of ${op.items}`);
    assert.ok(protocol.functions[op.fn] !== undefined, `row ${op.fn}`);
    assert.ok(protocol.spaces[op.space] !== undefined, `space ${op.space}`);
    assert.ok(VALUE_TYPES[op.valueType] !== undefined, `value type ${op.valueType}`);
    assert.ok(VERBS[op.verb] !== undefined, `verb ${op.verb}`);
    assert.ok(
      op.valueCount * VALUE_BITS[op.valueType]! <= op.valueLength * 8,
      'values lie within their bytes',
    );
    if (op.valueType === ValueType.none) assert.equal(op.valueLength, 0, 'no values without a type');
    this.anomalies |= op.anomalies;
    this.add(op.side);
    this.add(op.phase);
    this.add(op.kind);
    this.add(op.reference);
    this.add(op.station);
    this.add(op.fn);
    this.add(op.code);
    this.add(op.subcode);
    this.add(op.verb);
    this.add(op.items);
    this.add(op.outcome);
    this.add(op.error);
    if (this.#whole) this.add(op.anomalies);
    this.add(op.space);
    this.add(op.area);
    this.add(op.address);
    this.add(op.extent);
    this.add(op.valueType);
    this.add(op.valueCount);
    this.add(op.valueLength);
    // Throws where they reach outside the view.
    for (let i = 0; i < op.valueLength; i++) this.add(op.valueView.getUint8(op.valueAt + i));
    for (let i = 0; i < op.nameLength; i++) this.add(op.nameView.getUint8(op.nameAt + i));
    if (op.valueCount > 0) {
      op.value(0);
      op.value(op.valueCount - 1);
    }
  }

  /** What people are shown of an operation can be made of it. */
  show(op: Operation): void {
    const { objects, stations } = this.#protocol;
    for (const text of [
      objects.format(op),
      stations.format(op.station),
      this.#protocol.errorName(op.error),
      op.name(),
    ]) {
      assert.equal(typeof text, 'string');
    }
    assert.equal(op.values().length, op.valueCount);
  }
}
