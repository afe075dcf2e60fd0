/**
 * `npm run bench -- download`: a program of 512 KB loaded into a simulated S7 controller through the gateway, under a
 * permit and, in the same round, where downloads are simply allowed. Gateway, controller and station share one process;
 * uses are recorded on the disk that holds the temporary folder. And requests that need no permit, through the same two
 * gateways: of which one has a desk and a store to ask, and the other none.
 *
 * @module
 */

import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gateway } from '../src/gateway/gateway.ts';
import { eventText } from '../src/gateway/text.ts';
import type { ProtocolClient } from '../src/plant/protocol-client.ts';
import { BlockType, makeBlock } from '../src/plant/s7-block.ts';
import { connectS7, downloadBlock, readClock } from '../src/plant/s7-client.ts';
import { S7Controller } from '../src/plant/s7-controller.ts';
import { s7Server } from '../src/plant/s7-server.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { parseApprovers } from '../src/program/approvers-file.ts';
import { type DeskPermits, permitsOf } from '../src/program/desk-permits.ts';
import { formatEnvelope, preAuthenticationEncoding } from '../src/program/dsse.ts';
import { PermitStore } from '../src/program/permit-store.ts';
import { formatPublicKey, publicKeyOf } from '../src/program/public-key.ts';
import { formatStatement, PAYLOAD_TYPE } from '../src/program/statement.ts';
import { machine } from './machine.ts';
import { median } from './statistics.ts';

const ROUNDS = 11;
/** Requests without a permit in each round. */
const REQUESTS = 2000;
const STATION = '127.0.7.21';
const CONTROLLER = '127.0.7.7';
/** Eight blocks of 64 KB. */
const BLOCKS = Array.from({ length: 8 }, (_, block) =>
  makeBlock(
    BlockType.FC,
    block + 1,
    Uint8Array.from({ length: 65_464 }, (_, i) => (i * (block + 3)) & 0xff),
  ),
);

const folder = await mkdtemp(join(tmpdir(), 'cofferdam-bench-'));
const identity = { order: '6ES7 315-2EH14-0AB0', station: 'S', module: 'CPU', serial: 'S 1' };
const controller = new S7Controller({ ...identity, firmware: [3, 2, 6] }, [], Date.now);
const server = s7Server(controller);
const upstream = await server.listen(CONTROLLER);
const ways = {
  allowed: await open('allow', undefined),
  permitted: await open('permit', await permits()),
};
const times: Record<keyof typeof ways, number[]> = { allowed: [], permitted: [] };
const others: Record<keyof typeof ways, number[]> = { allowed: [], permitted: [] };
const names = Object.keys(ways) as (keyof typeof ways)[];
for (let round = 0; round <= ROUNDS; round++) {
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    const began = performance.now();
    for (const block of BLOCKS) {
      const { error } = await downloadBlock(ways[name].client, block);
      if (error !== 0) throw new Error(`${name}: the controller refused the block`);
    }
    const loaded = performance.now();
    for (let i = 0; i < REQUESTS; i++) {
      if ((await readClock(ways[name].client)).error !== 0) throw new Error(`${name}: no clock was read`);
    }
    // The first round warms up.
    if (round === 0) continue;
    times[name].push(loaded - began);
    others[name].push((performance.now() - loaded) / (REQUESTS / 1000));
  }
}
const ratio = ({ allowed, permitted }: typeof times) =>
  median(permitted.map((time, i) => time / allowed[i]!)).toFixed(2);
const { cpu, cores } = machine();
console.log(`${cpu}, ${cores} cores; ${ROUNDS} rounds of 512 KB in ${BLOCKS.length} blocks, medians`);
for (const name of names) console.log(`${name.padEnd(10)} ${median(times[name]).toFixed(1)} ms`);
console.log(`ratio      ${ratio(times)} (of the same round)`);
console.log('Requests that need no permit, µs each');
for (const name of names) console.log(`${name.padEnd(10)} ${median(others[name]).toFixed(1)} µs`);
console.log(`ratio      ${ratio(others)} (of the same round)`);

for (const { client, gateway } of Object.values(ways)) {
  client.close();
  await gateway.close();
}
await server.close();
await rm(folder, { recursive: true });

/** A gateway before the controller, and the station connected through it. */
async function open(
  download: string,
  permits: DeskPermits | undefined,
): Promise<{ client: ProtocolClient; gateway: Gateway }> {
  const { policy } = parsePolicy(
    `cofferdam: 1
plant: bench
zones:
  office: { hosts: { eng: ${STATION} } }
  hall: { hosts: { plc: ${CONTROLLER} } }
listeners:
  - { listen: 127.0.0.1:0, to: plc, protocol: s7comm, port: ${upstream} }
conduits:
  - { from: eng, to: plc, protocol: s7comm, reason: bench, owner: bench, review: 2099-12-31, allow: [{ diagnose: anything }, { read: anything }, { identify: anything }], download: ${download} }
`,
    'bench.yaml',
  );
  const gateway = new Gateway({
    policy: policy!,
    mode: 'enforce',
    listenAt: () => ({ address: '127.0.0.1', port: 0 }),
    // What the command does with an event before it is written.
    tell: event => void eventText(event),
    ...(permits === undefined ? {} : { permits }),
  });
  await gateway.open();
  const client = await connectS7(STATION, { address: '127.0.0.1', port: gateway.listeners[0]!.port });
  return { client, gateway };
}

/** A store with a permit for the blocks that two people have signed. */
async function permits(): Promise<DeskPermits> {
  const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const lines = keys.map(({ publicKey }, i) => `  lead-${i}: ${formatPublicKey(publicKeyOf(publicKey))}`);
  const approvers = parseApprovers(`threshold: 2\napprovers:\n${lines.join('\n')}\n`, 'approvers.yaml');
  const store = await PermitStore.open(folder, approvers);
  const now = Math.floor(Date.now() / 1000) * 1000;
  const content = BLOCKS.map(({ number, bytes }) => ({
    object: `FC${number}`,
    bytes,
    sha256: hash('sha256', bytes),
  }));
  const payload = formatStatement({
    ticket: 'bench',
    purpose: 'bench',
    requester: 'bench',
    controller: 'plc',
    protocol: 's7comm',
    station: '0/2',
    from: ['eng'],
    notBefore: now,
    notAfter: now + 3_600_000,
    uses: ROUNDS + 1,
    blocks: content.map(({ object, bytes, sha256 }) => ({ object, bytes: bytes.length, sha256 })),
    deletes: [],
    actions: [],
    unseen: false,
  });
  const message = preAuthenticationEncoding(PAYLOAD_TYPE, payload);
  const signatures = keys.map(({ privateKey, publicKey }) => ({
    keyId: publicKeyOf(publicKey).id,
    bytes: sign(null, message, privateKey),
  }));
  const envelope = Buffer.from(formatEnvelope({ payloadType: PAYLOAD_TYPE, payload, signatures }));
  await store.install(envelope, new Map(content.map(({ sha256, bytes }) => [sha256, bytes])));
  return permitsOf(store);
}
