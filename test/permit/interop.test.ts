/**
 * Permits among other programs: envelopes that Python's cryptography and npm's Sigstore verify and make, raw signatures
 * of OpenSSL's, signatures and keys of OpenSSH's, an agent and a security key included.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type Envelope, parseEnvelope, preAuthenticationEncoding } from '../../src/program/dsse.ts';
import { newPrivateKey, parsePrivateKey, signWith } from '../../src/program/private-key.ts';
import { formatPublicKey, fromSsh, type PublicKey, parsePublicKey } from '../../src/program/public-key.ts';
import { fromArmor, SSH_NAMESPACE, toArmor, verifySshSignature } from '../../src/program/ssh-signature.ts';
import { sshString } from '../../src/program/ssh-wire.ts';
import { PAYLOAD_TYPE } from '../../src/program/statement.ts';
import { approversOf, CONTROLS, envelopeOf, fileOf, SAFETY, SHIFT } from '../../src/program/testing.ts';
import { verifyPermit } from '../../src/program/verify.ts';
import { PYTHON, withoutPeer } from '../peers.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'cofferdam-interop-'));
after(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

const UNSIGNED = envelopeOf([]);
const MESSAGE = preAuthenticationEncoding(PAYLOAD_TYPE, UNSIGNED.payload);
writeFileSync(path('signed-bytes'), MESSAGE);

/** Runs a program to its good end and gives what it prints. */
function run(
  program: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: NodeJS.ProcessEnv } = {},
) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, ...options });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error ?? ''} ${stderr} ${stdout}`);
  return stdout;
}

/** Runs a program and tells whether it ended well. */
function holds(program: string, args: readonly string[], input?: Buffer): boolean {
  const options = input === undefined ? { cwd: folder } : { cwd: folder, input };
  return spawnSync(program, args, options).status === 0;
}

function approved(envelope: Envelope, second: PublicKey): boolean {
  const approvers = approversOf([SHIFT, { name: 'other', keys: [second] }]);
  return verifyPermit(envelope, approvers).refusal === undefined;
}

/** The permit with shift-lead's signature and another. */
function withSignature(bytes: Uint8Array, keyId = ''): Envelope {
  const signatures = [...envelopeOf([SHIFT]).signatures, { keyId, bytes }];
  return { ...UNSIGNED, signatures };
}

/** DSSE as its protocol describes it, over Python's cryptography. */
const PYTHON_DSSE = `
import base64, json, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)

def verify(envelope, keys):
    signed = pae(envelope["payloadType"].encode(), base64.b64decode(envelope["payload"], validate=True))
    accepted = set()
    for signature in envelope["signatures"]:
        for key in keys:
            try:
                s.load_pem_public_key(key.encode()).verify(base64.b64decode(signature["sig"]), signed)
                accepted.add(key)
            except InvalidSignature:
                pass
    return len(accepted)

def make(kind, body):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo).decode()
    signature = base64.urlsafe_b64encode(key.sign(pae(kind.encode(), body))).decode()
    payload = base64.urlsafe_b64encode(body).decode()
    return {"key": public, "envelope": {"payload": payload, "payloadType": kind, "signatures": [{"sig": signature}]}}

request = json.load(sys.stdin)
if request["do"] == "verify":
    print(verify(request["envelope"], request["keys"]))
else:
    print(json.dumps(make(request["type"], base64.b64decode(request["body"]))))
`;

const python = (request: object) =>
  run(PYTHON, ['-c', PYTHON_DSSE], { input: JSON.stringify(request) }).toString();
const pemOf = ({ key }: PublicKey) => key.export({ format: 'pem', type: 'spki' }).toString();

test('Python verifies our envelope, and not a changed one', { skip: withoutPeer('cryptography') }, () => {
  const envelope = JSON.parse(fileOf(envelopeOf([SHIFT, CONTROLS])).toString()) as { payload: string };
  const keys = [SHIFT, CONTROLS, SAFETY].map(one => pemOf(one.keys[0]!));
  assert.equal(python({ do: 'verify', envelope, keys }).trim(), '2');
  const payload = Buffer.from(envelope.payload, 'base64');
  payload[200]! ^= 1;
  const changed = { ...envelope, payload: payload.toString('base64') };
  assert.equal(python({ do: 'verify', envelope: changed, keys }).trim(), '0');
});

test('we verify the envelope that Python makes', { skip: withoutPeer('cryptography') }, () => {
  const body = Buffer.from(UNSIGNED.payload).toString('base64');
  const made = JSON.parse(python({ do: 'make', type: PAYLOAD_TYPE, body })) as {
    key: string;
    envelope: object;
  };
  const envelope = parseEnvelope(Buffer.from(JSON.stringify(made.envelope)));
  const signatures = [...envelope.signatures, ...envelopeOf([SHIFT]).signatures];
  assert.ok(approved({ ...envelope, signatures }, parsePublicKey(made.key)));
});

interface Sigstore {
  readonly core: { dsse: { preAuthEncoding(type: string, payload: Buffer): Buffer } };
  readonly content: new (envelope: object) => { verifySignature(key: KeyObject): boolean };
}

/** Sigstore's DSSE, which npm brings for itself: an implementation of others that is everywhere. */
function sigstore(): Sigstore | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const npm of folders.map(one => join(one, 'npm')).filter(existsSync)) {
    const requireThere = createRequire(realpathSync(npm));
    try {
      const core = requireThere('@sigstore/core') as Sigstore['core'];
      const file = join(requireThere.resolve('@sigstore/verify'), '../bundle/dsse.js');
      return {
        core,
        content: (requireThere(file) as { DSSESignatureContent: Sigstore['content'] }).DSSESignatureContent,
      };
    } catch {
      // An npm that comes without it, or another program of that name.
    }
  }
  return undefined;
}

const peer = sigstore();

test('Sigstore verifies our signatures and encodes as we do', {
  skip: peer === undefined && 'this npm has no Sigstore',
}, () => {
  const { core, content: Content } = peer!;
  assert.deepEqual(core.dsse.preAuthEncoding(PAYLOAD_TYPE, Buffer.from(UNSIGNED.payload)), MESSAGE);
  const { payload, payloadType, signatures } = parseEnvelope(fileOf(envelopeOf([SHIFT])));
  const envelope = { payload, payloadType, signatures: signatures.map(({ bytes }) => ({ sig: bytes })) };
  assert.ok(new Content(envelope).verifySignature(SHIFT.keys[0]!.key));
  assert.ok(!new Content(envelope).verifySignature(CONTROLS.keys[0]!.key));
  const type = `${PAYLOAD_TYPE}2`;
  assert.ok(!new Content({ ...envelope, payloadType: type }).verifySignature(SHIFT.keys[0]!.key));
});

test('OpenSSL reads our key, verifies our signature and makes one for us', {
  skip: withoutPeer('openssl'),
}, () => {
  const { pem, publicKey } = newPrivateKey('correct horse battery');
  writeFileSync(path('ours.pem'), pem);
  writeFileSync(path('pass'), 'correct horse battery\n');
  const printed = run('openssl', ['pkey', '-in', 'ours.pem', '-passin', 'file:pass', '-pubout']).toString();
  assert.equal(printed, pemOf(publicKey));
  assert.ok(!holds('openssl', ['pkey', '-in', 'ours.pem', '-passin', 'pass:wrong', '-pubout']));
  writeFileSync(path('ours.pub'), pemOf(publicKey));
  const ours = signWith(parsePrivateKey(pem, 'correct horse battery'), MESSAGE);
  writeFileSync(path('ours.sig'), ours);
  const verify = [
    'pkeyutl',
    '-verify',
    '-pubin',
    '-inkey',
    'ours.pub',
    '-rawin',
    '-in',
    'signed-bytes',
    '-sigfile',
    'ours.sig',
  ];
  assert.ok(holds('openssl', verify));

  run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', 'theirs.pem']);
  run('openssl', [
    'pkeyutl',
    '-sign',
    '-inkey',
    'theirs.pem',
    '-rawin',
    '-in',
    'signed-bytes',
    '-out',
    'theirs.sig',
  ]);
  const theirs = parsePublicKey(run('openssl', ['pkey', '-in', 'theirs.pem', '-pubout']).toString());
  assert.ok(approved(withSignature(readFileSync(path('theirs.sig')), theirs.id), theirs));
});

test('keys that OpenSSL has encrypted are read', { skip: withoutPeer('openssl') }, () => {
  run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', 'plain.pem']);
  for (const [name, ...how] of [
    ['pbkdf2', '-v2', 'aes-256-cbc'],
    ['scrypt', '-scrypt'],
  ] as const) {
    run('openssl', [
      'pkcs8',
      '-topk8',
      ...how,
      '-in',
      'plain.pem',
      '-passout',
      'pass:seven words',
      '-out',
      `${name}.pem`,
    ]);
    const pem = readFileSync(path(`${name}.pem`), 'utf8');
    assert.ok(parsePrivateKey(pem, 'seven words').equals(createPrivateKey(readFileSync(path('plain.pem')))));
    assert.throws(() => parsePrivateKey(pem, 'other words'), /passphrase is wrong/);
  }
});

const withoutSsh = withoutPeer('openssh');

/** A key of OpenSSH's. */
function sshKey(name: string, passphrase = ''): PublicKey {
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', `${name}@here`, '-f', name]);
  return parsePublicKey(readFileSync(path(`${name}.pub`), 'utf8'));
}

/** What ssh-keygen says of a signature over the permit. */
function sshVerifies(key: PublicKey, signature: Uint8Array): boolean {
  writeFileSync(path('allowed'), `approver ${formatPublicKey(key)}\n`);
  writeFileSync(path('detached.sshsig'), toArmor(signature));
  const args = [
    '-Y',
    'verify',
    '-f',
    'allowed',
    '-I',
    'approver',
    '-n',
    SSH_NAMESPACE,
    '-s',
    'detached.sshsig',
  ];
  return holds('ssh-keygen', args, MESSAGE);
}

function permitSign(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Envelope {
  writeFileSync(path('permit.json'), fileOf(envelopeOf([SHIFT])));
  run(process.execPath, [MAIN, 'permit', 'sign', 'permit.json', '--yes', ...args], { env });
  return parseEnvelope(readFileSync(path('permit.json')));
}

test('fingerprints are those of ssh-keygen', { skip: withoutSsh }, () => {
  const key = sshKey('fingerprint');
  assert.equal(run('ssh-keygen', ['-l', '-f', 'fingerprint.pub']).toString().split(' ')[1], key.id);
  writeFileSync(path('of-ours.pub'), `${formatPublicKey(SHIFT.keys[0]!)} shift\n`);
  assert.equal(run('ssh-keygen', ['-l', '-f', 'of-ours.pub']).toString().split(' ')[1], SHIFT.keys[0]!.id);
});

test('a key of OpenSSH signs a permit; ssh-keygen and we verify it', { skip: withoutSsh }, () => {
  const key = sshKey('plain');
  const envelope = permitSign(['--key', 'plain']);
  assert.ok(approved(envelope, key));
  const { bytes } = envelope.signatures[1]!;
  assert.ok(sshVerifies(key, bytes));
  const changed = envelopeOf([SHIFT], { uses: 2 });
  const signatures = [...changed.signatures, envelope.signatures[1]!];
  assert.ok(!approved({ ...changed, signatures }, key));
});

test('so does one with a passphrase, which ssh-keygen asks for', { skip: withoutSsh }, () => {
  const key = sshKey('locked', 'seven words');
  writeFileSync(path('askpass'), '#!/bin/sh\necho seven words\n');
  chmodSync(path('askpass'), 0o755);
  const env = { ...process.env, SSH_ASKPASS: path('askpass'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' };
  assert.ok(approved(permitSign(['--key', 'locked'], env), key));
});

test('and one that only an agent has', { skip: withoutSsh }, t => {
  const key = sshKey('agent');
  const printed = run('ssh-agent', ['-s']).toString();
  const [, socket] = /SSH_AUTH_SOCK=([^;]+)/.exec(printed)!;
  const [, pid] = /SSH_AGENT_PID=(\d+)/.exec(printed)!;
  t.after(() => process.kill(Number(pid)));
  const env = { ...process.env, SSH_AUTH_SOCK: socket! };
  run('ssh-add', ['-q', 'agent'], { env });
  rmSync(path('agent'));
  assert.ok(approved(permitSign(['--key', 'agent.pub'], env), key));
});

test('a detached signature of ssh-keygen is added, with either digest', { skip: withoutSsh }, () => {
  const key = sshKey('detached');
  for (const algorithm of ['sha256', 'sha512']) {
    const args = ['-q', '-Y', 'sign', '-n', SSH_NAMESPACE, '-O', `hashalg=${algorithm}`, '-f', 'detached'];
    writeFileSync(path('mine.sig'), run('ssh-keygen', args, { input: MESSAGE }));
    const envelope = permitSign(['--ssh-signature', 'mine.sig']);
    assert.ok(approved(envelope, key), algorithm);
    // Nor must the envelope name the key: the signature does.
    assert.ok(approved(withSignature(envelope.signatures[1]!.bytes), key));
  }
});

test('detached signatures that would not count are refused when they are added', { skip: withoutSsh }, () => {
  sshKey('refused');
  run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', 'rsa']);
  const cases: [string, string, Buffer, RegExp][] = [
    [
      'refused',
      'file',
      MESSAGE,
      /is made for another purpose, 'file'; sign with ssh-keygen -Y sign -n cofferdam-permit/,
    ],
    ['refused', SSH_NAMESPACE, Buffer.from(UNSIGNED.payload), /does not hold for this permit; sign the file/],
    ['rsa', SSH_NAMESPACE, MESSAGE, /is damaged, or not made with an ed25519 key/],
  ];
  writeFileSync(path('permit.json'), fileOf(UNSIGNED));
  for (const [key, namespace, input, reason] of cases) {
    writeFileSync(
      path('bad.sig'),
      run('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key], { input }),
    );
    const args = [MAIN, 'permit', 'sign', 'permit.json', '--yes', '--ssh-signature', 'bad.sig'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, reason);
  }
  assert.deepEqual(readFileSync(path('permit.json')), fileOf(UNSIGNED));
});

test('any single bit flipped in a signature of ssh-keygen refuses it', { skip: withoutSsh }, () => {
  const key = sshKey('flipped');
  const armored = run('ssh-keygen', ['-q', '-Y', 'sign', '-n', SSH_NAMESPACE, '-f', 'flipped'], {
    input: MESSAGE,
  });
  const bytes = fromArmor(armored.toString());
  assert.ok(verifySshSignature(bytes, key, MESSAGE));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.ok(!verifySshSignature(changed, key, MESSAGE), `bit ${bit}`);
  }
});

test('any bytes are no signature of OpenSSH, and none throw', () => {
  const key = SHIFT.keys[0]!;
  const tail = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(tail, bytes => {
      assert.ok(!verifySshSignature(bytes, key, MESSAGE));
      const begun = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01', 'latin1'), sshString(key.ssh), bytes]);
      assert.ok(!verifySshSignature(begun, key, MESSAGE));
    }),
  );
});

/** What a security key signs with, made here as OpenSSH's PROTOCOL.u2f describes it. */
function securityKeySignature(flags: number): { key: PublicKey; signature: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
  const kind = 'sk-ssh-ed25519@openssh.com';
  const ssh = Buffer.concat([sshString(kind), sshString(point), sshString('ssh:')]);
  const head = Buffer.concat([sshString(SSH_NAMESPACE), sshString(''), sshString('sha512')]);
  const signed = Buffer.concat([Buffer.from('SSHSIG'), head, sshString(hash('sha512', MESSAGE, 'buffer'))]);
  const statement = Buffer.from([flags, 0, 0, 0, 7]);
  const digests = [hash('sha256', 'ssh:', 'buffer'), statement, hash('sha256', signed, 'buffer')];
  const raw = Buffer.concat([
    sshString(kind),
    sshString(sign(null, Buffer.concat(digests), privateKey)),
    statement,
  ]);
  const version = Buffer.from([0, 0, 0, 1]);
  const signature = Buffer.concat([Buffer.from('SSHSIG'), version, sshString(ssh), head, sshString(raw)]);
  return { key: fromSsh(ssh)!, signature };
}

test('signatures of security keys hold where somebody touched them; ssh-keygen agrees', {
  skip: withoutSsh,
}, () => {
  const touched = securityKeySignature(1);
  assert.ok(approved(withSignature(touched.signature), touched.key));
  assert.ok(sshVerifies(touched.key, touched.signature));
  assert.deepEqual(parsePublicKey(formatPublicKey(touched.key)).id, touched.key.id);
  const untouched = securityKeySignature(0);
  assert.ok(!verifySshSignature(untouched.signature, untouched.key, MESSAGE));
});
