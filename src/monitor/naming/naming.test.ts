import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACK,
  bytes,
  Dialogue,
  ethernet,
  ipv4,
  memorySource,
  pcap,
  SYN,
  u16,
} from '../../packet/capture-bytes.fixture.ts';
import { PROTOCOLS } from '../../protocol/registry.ts';
import { setupRequest, setupResponse } from '../../protocol/s7comm/encode.ts';
import { describe as describeSummary } from '../describe.ts';
import { Inspection } from '../inspection.ts';
import type { Summary } from '../summary.ts';
import { MAX_NAMED, mergeNamed, Named } from './named.ts';

interface Said {
  readonly client?: number;
  readonly port: number;
  /** Whether a handshake is seen first. */
  readonly open?: boolean;
  /** In turns: the client's, the server's … */
  readonly messages: readonly Uint8Array[];
}

async function summaryOf(...connections: readonly Said[]): Promise<Summary> {
  const frames = connections.flatMap(({ client = 40_000, port, open = true, messages }) => {
    const dialogue = new Dialogue(port, client);
    const handshake = open
      ? [dialogue.frame(0, undefined, SYN), dialogue.frame(1, undefined, SYN | ACK)]
      : [];
    return [...handshake, ...messages.map((message, i) => dialogue.frame(i & 1, message))];
  });
  return await read(frames);
}

async function read(frames: readonly Uint8Array[]): Promise<Summary> {
  const inspection = new Inspection({ protocols: PROTOCOLS });
  await inspection.read(memorySource('made', pcap(frames.map(frame => ({ frame })))));
  return inspection.finish();
}

function names({ named }: Summary): string[] {
  return named.map(({ name, server, bytes }) => `${name} ${server} ${bytes}`);
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

// IEC 60870-5-104: STARTDT act and con; an interrogation command (type 100, cause 6).
const START = hex('68 04 07 00 00 00');
const STARTED = hex('68 04 0b 00 00 00');
// IEEE 1815 (the header of a reset of the link, to 1 from 3), with its check.
const DNP3 = hex('05 64 05 c0 01 00 03 00');
// An MMS confirmed request within session, presentation and the context 3.
const MMS = hex(
  '03 00 00 22 02 f0 80 01 00 01 00 61 15 30 13 02 01 03 a0 0e a0 0c 02 01 01 a0 07 a1 05 a0 03 80 01 00'.replace(
    '00 22',
    '00 22',
  ),
);
const HELLO = hex('16 03 01 00 2f 01 00 00 2b 03 03'.concat('00'.repeat(41)));

describe('names of what is not decoded', () => {
  it('names what is beyond doubt, on any port, with its server and all its bytes', async () => {
    const summary = await summaryOf({ port: 7001, messages: [START, STARTED, START, STARTED, START] });
    assert.deepEqual(names(summary), ['IEC 60870-5-104 10.0.0.2:7001 30']);
    assert.match(
      describeSummary(summary),
      /recognised and not decoded\n {2}IEC 60870-5-104: 1 connections, 30 bytes with 10\.0\.0\.2:7001/,
    );
  });

  it('does not name what only looks so', async () => {
    const wrongCheck = bytes(DNP3, [0, 0]);
    // A length that disagrees, a command without content.
    const list = bytes(hex('63 00 00 00'), new Uint8Array(20));
    assert.deepEqual(
      names(await summaryOf({ port: 20_000, messages: [wrongCheck, wrongCheck, wrongCheck] })),
      [],
    );
    assert.deepEqual(names(await summaryOf({ port: 44_818, messages: [list, list, list] })), []);
  });

  it('takes two messages that agree where one is not enough', async () => {
    assert.deepEqual(names(await summaryOf({ port: 102, messages: [MMS] })), []);
    const two = await summaryOf({ port: 102, messages: [MMS, MMS] });
    assert.deepEqual(names(two), [`MMS 10.0.0.2:102 ${2 * MMS.length}`]);
    assert.equal(two.protocols[0]!.strangeBytes, 2 * MMS.length);
  });

  it('reads S7 behind MMS on the same port of the same server', async () => {
    const summary = await summaryOf(
      { port: 102, client: 40_000, messages: [MMS, MMS] },
      { port: 102, client: 40_001, messages: [setupRequest(1), setupResponse(1)] },
    );
    assert.deepEqual(names(summary), [`MMS 10.0.0.2:102 ${2 * MMS.length}`]);
    const [s7] = summary.protocols;
    assert.deepEqual([s7!.sessions, s7!.messages], [1, 2]);
  });

  it('names what is encrypted as such', async () => {
    const { named } = await summaryOf({ port: 8443, messages: [HELLO] });
    assert.deepEqual(named, [
      {
        name: 'TLS',
        control: false,
        opaque: true,
        transport: 'tcp',
        server: '10.0.0.2:8443',
        conversations: 1,
        bytes: HELLO.length,
      },
    ]);
  });

  it('names UDP and frames', async () => {
    const whoIs = hex('81 0b 00 0c 01 20 ff ff 00 ff 10 08');
    const udp = ethernet(
      0x0800,
      ipv4(17, bytes(u16(50_000), u16(47_808), u16(8 + whoIs.length), [0, 0], whoIs)),
    );
    const summary = await read([udp, udp, ethernet(0x88b8, new Uint8Array(50))]);
    assert.deepEqual(names(summary), ['BACnet/IP 10.0.0.2:47808 24', 'GOOSE null 50']);
  });

  it('keeps a bounded number of servers, and counts the rest by name', () => {
    const named = new Named();
    const what = { name: 'DNP3', control: true };
    const addresses = {
      writeAddress: (flow: number, _direction: number, to: DataView, at: number) => {
        to.setInt32(at, flow);
        return 4;
      },
    };
    for (let i = 0; i < MAX_NAMED + 10; i++) {
      const label = named.conversation(what, 'tcp', addresses, 0x0a000000 + (i >> 1), 0, 20_000 + (i & 1));
      named.bytes[label]! += 1;
    }
    const rows = named.summary();
    assert.equal(rows.length, MAX_NAMED + 1);
    assert.deepEqual(
      rows.filter(({ server }) => server === null).map(({ bytes, conversations }) => [bytes, conversations]),
      [[10, 10]],
    );
    assert.equal(mergeNamed([...rows, ...rows])[0]!.conversations, 2 * rows[0]!.conversations);
  });
});
