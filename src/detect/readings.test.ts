/**
 * Readings and commands from operations of both protocols.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { parsePolicy } from '../policy/parse.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import type { Conversation, Protocol } from '../protocol/protocol.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Area, Size } from '../protocol/s7comm/areas.ts';
import { readRequest, readResponse, writeRequest, writeResponse } from '../protocol/s7comm/encode.ts';
import { DataSize, ItemCode } from '../protocol/s7comm/items.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { ReadingsOf, tagInfos } from './readings.ts';

const { policy, problems } = parsePolicy(
  `cofferdam: 1
plant: Gas station
zones:
  control: { level: 2, hosts: { hmi-1: 10.0.0.1 } }
  hall: { level: 1, hosts: { plc-1: 10.0.0.2, plc-2: 10.0.0.3 } }
tags:
  pressure: { at: plc-1 modbus holding 4, type: uint16, scale: 0.1, offset: -40, unit: bar, range: [0, 10] }
  flow: { at: plc-1 modbus holding 6-7, type: float32, words: little, unit: kg/s }
  pump: { at: plc-1 modbus coil 9, type: bool }
  ready: { at: plc-1 modbus unit 2 holding 0.3, type: bool }
  speed: { at: plc-2 s7comm DB2.DBD4, type: float32, unit: rpm }
  wanted: { at: plc-2 s7comm DB1.DBD0, type: float32, unit: rpm }
conduits:
  - from: hmi-1
    to: [plc-1]
    protocol: modbus
    reason: operators watch
    owner: operations
    review: 2999-01-01
    allow:
      - read: anything
`,
  'plant.yaml',
);
assert.deepEqual(problems, []);

/** What is told of messages between the station and a server: from the client, from the server, in turns. */
function told(server: string, protocol: Protocol, ...messages: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const session = { clientAddress: '10.0.0.1', serverAddress: server };
  const readings = new ReadingsOf(
    policy!,
    { session },
    {
      observe: (tag, time, value, source) => lines.push(`${source} read ${tag} ${value} at ${time}`),
      command: (tag, time, value) => lines.push(`${tag} set to ${value} at ${time}`),
    },
  );
  const conversation: Conversation = protocol.open({ requests: 8, bytes: 4096 });
  const op = new Operation();
  for (const [i, bytes] of messages.entries()) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const side = i % 2 === 0 ? Side.client : Side.server;
    op.time = i;
    op.protocol = PROTOCOLS.indexOf(protocol);
    conversation.decode(side, view, 0, bytes.length, op, readings);
    conversation.follow(side, view, 0, bytes.length);
  }
  return lines;
}

const ask = (...bytes: number[]) => Uint8Array.from([0, 1, 0, 0, 0, bytes.length, ...bytes]);

test('an answered read gives every tag in it, in engineering units', () => {
  // Holding 4 to 7: 500 × 0.1 - 40 = 10; 1.5 = 0x3fc00000 with the low word first.
  const answer = ask(1, 3, 8, 0x01, 0xf4, 0, 0, 0, 0, 0x3f, 0xc0);
  assert.deepEqual(told('10.0.0.2', modbus, ask(1, 3, 0, 4, 0, 4), answer), [
    'hmi-1 read pressure 10 at 1',
    'hmi-1 read flow 1.5 at 1',
  ]);
  assert.deepEqual(told('10.0.0.2', modbus, ask(1, 1, 0, 8, 0, 8), ask(1, 1, 1, 2)), [
    'hmi-1 read pump 1 at 1',
  ]);
  assert.deepEqual(told('10.0.0.2', modbus, ask(2, 3, 0, 0, 0, 1), ask(2, 3, 2, 0, 8)), [
    'hmi-1 read ready 1 at 1',
  ]);
});

test('half a tag, another station and another host give nothing', () => {
  assert.deepEqual(told('10.0.0.2', modbus, ask(1, 3, 0, 6, 0, 1), ask(1, 3, 2, 0x3f, 0xc0)), []);
  assert.deepEqual(told('10.0.0.2', modbus, ask(9, 3, 0, 4, 0, 1), ask(9, 3, 2, 1, 1)), []);
  assert.deepEqual(told('10.0.0.9', modbus, ask(1, 3, 0, 4, 0, 1), ask(1, 3, 2, 1, 1)), []);
});

test('a write is a command when the device confirms it', () => {
  const write = ask(1, 6, 0, 4, 0x01, 0xf4);
  assert.deepEqual(told('10.0.0.2', modbus, write, write), ['pressure set to 10 at 1']);
  assert.deepEqual(told('10.0.0.2', modbus, write, ask(1, 0x86, 2)), []);
});

test('S7 variables are readings and commands too, also of a connection that was open before', () => {
  const variable = (db: number, byte: number) => ({ area: Area.DB, db, address: byte * 8, size: Size.real });
  const value = { size: DataSize.real, bytes: [0x44, 0xbb, 0x80, 0x00] };
  const items = [variable(2, 4), variable(9, 0)];
  assert.deepEqual(told('10.0.0.3', s7comm, readRequest(1, items), readResponse(1, [value, value])), [
    'hmi-1 read speed 1500 at 1',
  ]);
  const write = writeRequest(2, [variable(1, 0)], [value]);
  assert.deepEqual(told('10.0.0.3', s7comm, write, writeResponse(2, [ItemCode.success])), [
    'wanted set to 1500 at 1',
  ]);
  assert.deepEqual(told('10.0.0.3', s7comm, write, writeResponse(2, [ItemCode.address])), []);
});

test('tags are told with their range and place', () => {
  const [pressure, flow] = tagInfos(policy!);
  assert.deepEqual(pressure, {
    name: 'pressure',
    unit: 'bar',
    range: [0, 10],
    at: { server: 'plc-1', protocol: 'modbus', station: '1' },
  });
  assert.equal(flow?.range, undefined);
});
