import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteWriter, Fragment } from './byte-writer.ts';

/** What is written, behind some bytes so that it begins anywhere. */
function written(write: (to: ByteWriter) => void, before = ''): string {
  const to = new ByteWriter();
  to.text(before);
  write(to);
  return Buffer.from(to.bytes.subarray(0, to.at)).toString('utf8').slice(before.length);
}

describe('bytes', () => {
  it('are those of JSON, for numbers', () => {
    const edges = [
      0,
      -0,
      9,
      10,
      99,
      100,
      999,
      1000,
      999_999,
      1e6,
      1e9,
      2 ** 32 - 1,
      2 ** 32,
      1e15,
      2 ** 53,
      1e21,
    ];
    for (const value of edges.flatMap(edge => [edge, -edge, edge + 0.5])) {
      assert.equal(
        written(to => to.number(value)),
        JSON.stringify(value),
      );
    }
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true })), value => {
        const text = Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
        assert.equal(
          written(to => to.number(value)),
          text,
        );
      }),
    );
  });

  it('are those of JSON, for text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        assert.equal(
          written(to => to.json(text)),
          JSON.stringify(text),
        );
      }),
    );
  });

  it('of recurring parts are copied as they are, whatever lies around them', () => {
    // DEL and the first byte of four are those of which doubles that are no numbers could be made.
    const unit = fc.constantFrom('a', '\x7f', 'é', '😀', '\u{10ffff}');
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit, maxLength: 80 })),
        fc.string({ unit, maxLength: 9 }),
        (texts, before) => {
          const all = written(to => {
            for (const text of texts) to.fragment(new Fragment(text));
          }, before);
          assert.equal(all, texts.join(''));
        },
      ),
    );
  });
});
