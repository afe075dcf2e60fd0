/**
 * Reading any text as a policy ends with a policy, or with problems that have a place.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Case } from '../case.ts';
import { type Grammar, Structure } from '../structure/structure.ts';
import type { Subject } from '../target.ts';

const WORDS =
  '0|-1|1e309|0x|&a|*a|!!binary|~|"|\t|anything|zones:|tags:|allow:|deny|rate: 6/min|range: [1, 2]|{|}|[|]|,|: |- |\n  |#|<<: *a|99999999999';

export const POLICY: Grammar = {
  structure(bytes) {
    const s = new Structure();
    // Lines, and words of lines.
    let line = 0;
    let word = 0;
    for (let at = 0; at <= bytes.length; at++) {
      const byte = bytes[at] ?? 10;
      if (byte === 32 || byte === 10 || byte === 44) {
        if (at > word) s.item(word, at);
        word = at + 1;
      }
      if (byte === 10) {
        if (at > line) s.item(line, Math.min(bytes.length, at + 1));
        line = at + 1;
      }
    }
    return s;
  },
  words: WORDS.split('|').map(word => Buffer.from(word)),
  codes: [],
};

export class PolicyText implements Subject {
  run(parts: Case): void {
    for (const { bytes } of parts) {
      const text = Buffer.from(bytes).toString('utf8');
      const { policy, problems } = parsePolicy(text, 'plant.yaml');
      assert.equal(policy === undefined, problems.length > 0, 'a policy, or problems');
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const { line, column, message } of problems) {
        assert.ok(line >= 1 && line <= lines + 1 && column >= 1, `${line}:${column}`);
        assert.ok(message.length > 10 && !/undefined|NaN|\[object/.test(message), message);
        assert.doesNotMatch(message, /\n/);
      }
    }
  }
}
