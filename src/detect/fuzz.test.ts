/**
 * The detectors take whatever decoders make of any bytes: nothing throws, and what is told stays bounded and readable.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SEVERITIES } from '../operation/finding.ts';
import { Frame, type Protocol } from '../protocol/protocol.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Known } from './known.ts';
import { describeFinding } from './report.ts';
import { type Line, Scene } from './testing.ts';

interface Sent {
  readonly protocol: number;
  readonly client: number;
  readonly server: number;
  readonly side: 0 | 1;
  readonly bytes: Uint8Array;
  readonly seconds: number;
}

/** Bytes that begin as a message of the protocol does, so that decoders have something to work on. */
const BEGINNINGS: Readonly<Record<string, (length: number) => readonly number[]>> = {
  modbus: length => [0, 1, 0, 0, 0, length, 1],
  s7comm: length => [3, 0, 0, length + 7, 2, 0xf0, 0x80, 0x32],
};

const sent: fc.Arbitrary<Sent> = fc.record({
  protocol: fc.nat(PROTOCOLS.length - 1),
  client: fc.nat(5),
  server: fc.nat(5),
  side: fc.constantFrom(0, 1),
  bytes: fc.uint8Array({ minLength: 2, maxLength: 60 }),
  seconds: fc.double({ min: -10, max: 4000, noNaN: true }),
});

test('any messages, in any order, at any time, make findings that can be told', () => {
  fc.assert(
    fc.property(fc.array(sent, { minLength: 1, maxLength: 60 }), fc.boolean(), (messages, known) => {
      const scene = new Scene(known ? { known: new Known(0, true) } : {});
      const lines = new Map<string, Line>();
      for (const { protocol, client, server, side, bytes, seconds } of messages) {
        const spoken = PROTOCOLS[protocol]!;
        const key = `${protocol} ${client} ${server}`;
        const line = lines.get(key) ?? scene.line(`10.0.0.${client}`, `10.1.0.${server}`, spoken);
        lines.set(key, line);
        const message = wholeMessage(spoken, side, bytes);
        if (message !== undefined) scene.send(line, side, message);
        scene.time += seconds;
      }
      const findings = scene.findings();
      for (const finding of findings) {
        assert.ok(SEVERITIES.includes(finding.severity));
        assert.ok(finding.count >= 1 && finding.from <= finding.to);
        assert.ok(finding.evidence.length >= 1 && finding.evidence.length <= 5);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        assert.doesNotMatch(describeFinding(finding, 'title', false), /[\u0000-\u0009\u000b-\u001f\u007f]/);
      }
    }),
    { numRuns: 300 },
  );
});

/** The bytes as one message of the protocol, if its framing takes them. */
function wholeMessage(protocol: Protocol, side: 0 | 1, bytes: Uint8Array): Uint8Array | undefined {
  const begin = BEGINNINGS[protocol.name]?.(bytes.length) ?? [];
  const message = Uint8Array.from([...begin, ...bytes.subarray(1)]);
  const length = protocol.frame(side, new DataView(message.buffer), 0, message.length);
  if (length === Frame.lost || length === Frame.more || length > message.length) return undefined;
  return message.slice(0, length);
}
