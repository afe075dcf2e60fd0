/**
 * All that the harness can run, by name.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as modbusMessage from '../src/protocol/modbus/encode.ts';
import { modbus } from '../src/protocol/modbus/modbus.ts';
import { connectionConfirm, connectionRequest } from '../src/protocol/osi/encode.ts';
import { Area, Size } from '../src/protocol/s7comm/areas.ts';
import * as s7Message from '../src/protocol/s7comm/encode.ts';
import { DataSize } from '../src/protocol/s7comm/items.ts';
import { s7comm } from '../src/protocol/s7comm/s7comm.ts';
import { RECORDED, type Recorded, recorded } from '../src/protocol/s7comm/testing.ts';
import * as dialects from '../test/gateway/conversations.ts';
import type { Case } from './case.ts';
import { seedsOf } from './corpus.ts';
import { CAPTURE } from './structure/capture.ts';
import { MODBUS } from './structure/modbus.ts';
import { PACKET } from './structure/packet.ts';
import { S7COMM } from './structure/s7comm.ts';
import type { Target } from './target.ts';
import { CaptureFile } from './targets/capture-file.ts';
import { capturedConversations, capturedPackets } from './targets/captured.ts';
import { type Dialogue, Flow } from './targets/flow.ts';
import { GatewaySession, seedsOf as seedsOfDialect } from './targets/gateway.ts';
import { Layers } from './targets/layers.ts';
import { Packets } from './targets/packets.ts';
import { POLICY, PolicyText } from './targets/policy.ts';
import { Decoding } from './targets/protocol.ts';
import { Segments } from './targets/segments.ts';
import { Reassembly } from './targets/streams.ts';

const TSAPS = { calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, 2) };
const BYTES = { area: Area.DB, db: 1, address: 0, size: Size.byte, count: 4 };

const MODBUS_DIALOGUE: Dialogue = {
  protocol: modbus,
  opening: [],
  exchange(reference) {
    const to = { transaction: reference, unit: 1 };
    return [modbusMessage.readRequest(to, 3, 100, 2), modbusMessage.registersResponse(to, 3, [7, reference])];
  },
  refer(bytes, reference) {
    bytes.set([reference >> 8, reference & 0xff]);
  },
};

const S7_DIALOGUE: Dialogue = {
  protocol: s7comm,
  opening: [
    connectionRequest({ source: 1, ...TSAPS }),
    connectionConfirm({ source: 2, destination: 1, ...TSAPS }),
    s7Message.setupRequest(1),
    s7Message.setupResponse(1, 480),
  ].map((bytes, i) => ({ kind: i & 1, bytes })),
  exchange(reference) {
    const value = { size: DataSize.byte, bytes: [1, 2, reference >> 8, reference & 0xff] };
    return [s7Message.readRequest(reference, [BYTES]), s7Message.readResponse(reference, [value])];
  },
  refer(bytes, reference) {
    if (bytes[5] === 0xf0 && bytes.length > 13) bytes.set([reference >> 8, reference & 0xff], 11);
  },
};

function good({ opening, exchange }: Dialogue): Case {
  return [...opening, ...exchange(77).map((bytes, kind) => ({ kind, bytes }))];
}

async function conversations(kinds: readonly string[], protocol: string, captures: boolean): Promise<Case[]> {
  const own = kinds.flatMap(kind => seedsOf(kind));
  return captures ? [...own, ...(await capturedConversations(protocol, protocol))] : own;
}

/** Messages that controllers and stations sent, four to a case. */
function recordedS7(): Case[] {
  const names = Object.keys(RECORDED) as Recorded[];
  const parts = names.map(name => ({ kind: FROM_CONTROLLER.test(name) ? 1 : 0, bytes: recorded(name) }));
  return Array.from({ length: Math.ceil(parts.length / 4) }, (_, i) => parts.slice(4 * i, 4 * i + 4));
}

const FROM_CONTROLLER = /Ack$|Push$|No$|Confirm$|^szl$|^clock$/;
const S7_KINDS = ['s7comm', 'cotp'];
const POLICIES = ['compressor-station', 'pumping-station', 'rotor-hall'];

export const TARGETS: readonly Target[] = [
  {
    name: 'modbus',
    about: 'Modbus messages in conversations: decoding, pairing, refusing',
    grammar: MODBUS,
    sides: true,
    seeds: captures => conversations(['modbus'], 'modbus', captures),
    open: () => new Decoding(modbus, good(MODBUS_DIALOGUE)),
  },
  {
    name: 's7comm',
    about: 'S7 messages in conversations: decoding, pairing, refusing',
    grammar: S7COMM,
    sides: true,
    seeds: async captures => [...recordedS7(), ...(await conversations(S7_KINDS, 's7comm', captures))],
    open: () => new Decoding(s7comm, good(S7_DIALOGUE)),
  },
  {
    name: 'cotp',
    about: 'COTP connections and segments: a message says the same however it is cut',
    grammar: S7COMM,
    sides: true,
    seeds: captures => conversations(['cotp', 's7comm'], 's7comm', captures),
    open: () => new Segments(s7comm, new Decoding(s7comm, good(S7_DIALOGUE))),
  },
  {
    name: 'modbus-flow',
    about: 'a mutated Modbus message among good ones of a connection: it costs itself alone',
    grammar: MODBUS,
    sides: true,
    seeds: captures => conversations(['modbus'], 'modbus', captures),
    open: () => new Flow(MODBUS_DIALOGUE),
  },
  {
    name: 's7comm-flow',
    about: 'a mutated S7 message among good ones of a connection: it costs itself alone',
    grammar: S7COMM,
    sides: true,
    seeds: captures => conversations(['s7comm'], 's7comm', captures),
    open: () => new Flow(S7_DIALOGUE),
  },
  {
    name: 'layers',
    about: 'packets: link, IP, TCP, UDP, tunnels',
    grammar: PACKET,
    sides: false,
    seeds: async captures => [...seedsOf('packet'), ...(captures ? await capturedPackets('.', 40) : [])],
    open: () => new Layers(),
  },
  {
    name: 'packets',
    about: 'packets through a whole reading, fragments put together: each counted once',
    grammar: PACKET,
    sides: false,
    seeds: async captures => [...seedsOf('packet'), ...(captures ? await capturedPackets('.', 30) : [])],
    // A reading has tables, which its limits bound.
    growth: 100 << 20,
    open: () => new Packets(),
  },
  {
    name: 'streams',
    about: 'TCP segments in any order, cut, repeated, overlapping: each byte once',
    grammar: MODBUS,
    sides: true,
    seeds: () => ['modbus', 's7comm', 'cotp'].flatMap(kind => seedsOf(kind)),
    open: () => new Reassembly(),
  },
  {
    name: 'pcap',
    about: 'pcap files',
    grammar: CAPTURE,
    sides: false,
    seeds: () => seedsOf('pcap'),
    open: () => new CaptureFile(),
  },
  {
    name: 'pcapng',
    about: 'pcapng files',
    grammar: CAPTURE,
    sides: false,
    seeds: () => seedsOf('pcapng'),
    open: () => new CaptureFile(),
  },
  ...dialects.DIALECTS.map(dialect => ({
    name: `gateway-${dialect.protocol}`,
    about: `the gateway's session with ${dialect.protocol}: only what is whole and allowed comes through`,
    grammar: dialect.protocol === 'modbus' ? MODBUS : S7COMM,
    sides: true,
    seeds: async (captures: boolean) => [
      ...seedsOfDialect(dialect),
      ...(await conversations(
        dialect.protocol === 'modbus' ? ['modbus'] : S7_KINDS,
        dialect.protocol,
        captures,
      )),
    ],
    open: () => new GatewaySession(dialect),
  })),
  {
    name: 'policy',
    about: 'policies as text: a policy, or problems with their places',
    grammar: POLICY,
    sides: false,
    seeds: () =>
      POLICIES.map(name => [
        {
          kind: 0,
          bytes: readFileSync(join(import.meta.dirname, `../policies/${name}.yaml`)).subarray(0, 3900),
        },
      ]),
    open: () => new PolicyText(),
  },
];

export function targetNamed(name: string): Target | undefined {
  return TARGETS.find(target => target.name === name);
}
