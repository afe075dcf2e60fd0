import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatEnvelope, MAX_ENVELOPE, parseEnvelope, preAuthenticationEncoding } from './dsse.ts';

/** The test vector of the DSSE protocol, section "Test Vectors". */
const VECTOR = {
  envelope:
    '{"payload": "aGVsbG8gd29ybGQ=",\n "payloadType": "http://example.com/HelloWorld",\n' +
    ' "signatures": [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}',
  encoding: 'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  x: 46950820868899156662930047687818585632848591499744589407958293238635476079160n,
  y: 5640078356564379163099075877009565129882514886557779369047442380624545832820n,
};

const parse = (text: string) => parseEnvelope(Buffer.from(text));

test('the envelope of the DSSE specification is read, encoded and verified as it says', () => {
  const { payload, payloadType, signatures } = parse(VECTOR.envelope);
  const encoding = preAuthenticationEncoding(payloadType, payload);
  assert.equal(encoding.toString(), VECTOR.encoding);
  const coordinate = (n: bigint) =>
    Buffer.from(n.toString(16).padStart(64, '0'), 'hex').toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(VECTOR.x), y: coordinate(VECTOR.y) };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  assert.ok(verify('sha256', encoding, { key, dsaEncoding: 'ieee-p1363' }, signatures[0]!.bytes));
});

test('lengths in the encoding are those of bytes, not of characters', () => {
  assert.equal(preAuthenticationEncoding('é', Buffer.from('ü')).toString(), 'DSSEv1 2 é 2 ü');
});

test('both alphabets of base64 are read, padded or not, and never another spelling', () => {
  const payload = (text: string) => parse(`{"payload":"${text}","payloadType":"t","signatures":[]}`).payload;
  const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0x01]);
  for (const text of ['+//+AQ==', '-__-AQ==', '-__-AQ']) assert.deepEqual(payload(text), bytes);
  for (const text of ['+//+AQ', '+__-AQ==', '+//+AR==', '+//+AQ=', '+//+ AQ==', '+//+AQ==\\n', '', '*'])
    assert.throws(() => payload(text), /payload is no base64/, text);
});

test('what is written is read again', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 90 }).map(array => Buffer.from(array));
  const plain = { noNullPrototype: true };
  const keyId = fc.string({ unit: 'grapheme-ascii', maxLength: 50 });
  const signature = fc.record({ keyId, bytes }, plain);
  const payloadType = fc.constantFrom('application/vnd.in-toto+json', 'x');
  const signatures = fc.array(signature, { maxLength: 4 });
  const envelope = fc.record({ payload: bytes, payloadType, signatures }, plain);
  fc.assert(
    fc.property(envelope, it => assert.deepEqual(parse(formatEnvelope(it)), it)),
    { numRuns: 200 },
  );
});

test('hostile files are refused with the reason', () => {
  const good = '"payload":"aGk=","payloadType":"t","signatures":[]';
  const cases: [string | Buffer, RegExp][] = [
    ['', /is no JSON/],
    ['{', /is no JSON/],
    ['[]', /the envelope is no JSON object/],
    ['null', /the envelope is no JSON object/],
    [`\ufeff{${good}}`, /is no JSON/],
    [Buffer.from([0x7b, 0xff, 0x7d]), /no text in UTF-8/],
    [`{${good},"payload":"aGk="}`, /has the key "payload" twice/],
    [`{${good},"p\\u0061yload":"aGk="}`, /has the key "p\\u0061yload" twice/],
    [`{${good},"extra":1}`, /unknown field "extra"/],
    [`{${good},"__proto__":1}`, /unknown field "__proto__"/],
    ['{"payload":"aGk=","payloadType":"t"}', /has no signatures/],
    ['{"payload":7,"payloadType":"t","signatures":[]}', /payload is no base64/],
    ['{"payload":"aGk=","payloadType":"a\\u001b[2J","signatures":[]}', /payloadType is not a media type/],
    ['{"payload":"aGk=","payloadType":"t","signatures":{}}', /signatures is no list/],
    ['{"payload":"aGk=","payloadType":"t","signatures":[7]}', /signature 1 is no JSON object/],
    ['{"payload":"aGk=","payloadType":"t","signatures":[{"sig":"a"}]}', /sig of signature 1 is no base64/],
    ['{"payload":"aGk=","payloadType":"t","signatures":[{"keyid":"x"}]}', /signature 1 has no sig/],
    [`{"payload":"aGk=","payloadType":"t","signatures":[${'0,'.repeat(64)}0]}`, /more than 64 entries/],
    ['['.repeat(500_000), /is no JSON/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /no JSON object/],
    [Buffer.alloc(MAX_ENVELOPE + 1, ' '), /longer than/],
  ];
  for (const [text, reason] of cases) {
    const name = String(text).slice(0, 60);
    assert.throws(
      () => parseEnvelope(Buffer.from(text as string)),
      { code: 'COFFERDAM_PERMIT', message: reason },
      name,
    );
  }
});

test('a key may stand in two objects, and in text', () => {
  const text =
    '{"payload":"aGk=","payloadType":"t","signatures":[{"keyid":"{\\"sig\\":","sig":"aGk="},{"sig":"aGk="}]}';
  assert.equal(parse(text).signatures.length, 2);
});

test('any bytes are an envelope or refused with our reason', () => {
  const refusedOrRead = (bytes: Uint8Array): void => {
    try {
      parseEnvelope(bytes);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'COFFERDAM_PERMIT');
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), refusedOrRead), { numRuns: 500 });
  fc.assert(
    fc.property(fc.json(), text => refusedOrRead(Buffer.from(text))),
    { numRuns: 500 },
  );
});
