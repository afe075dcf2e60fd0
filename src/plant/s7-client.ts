/**
 * What a station asks of an S7 controller.
 *
 * @module
 */

import { Phase } from '../operation/operation.ts';
import { DATA } from '../protocol/osi/cotp.ts';
import { connectionRequest } from '../protocol/osi/encode.ts';
import { Area, Size } from '../protocol/s7comm/areas.ts';
import {
  type AnyVariable,
  ackData,
  blockFile,
  blockName,
  blockService,
  downloadBlockAck,
  endUpload,
  readRequest,
  readSzl,
  requestDownload,
  setupRequest,
  startUpload,
  type BlockType as TypeName,
  upload,
  userdataRequest,
  writeRequest,
} from '../protocol/s7comm/encode.ts';
import { Fn, Group } from '../protocol/s7comm/functions.ts';
import { DataSize } from '../protocol/s7comm/items.ts';
import { Pdu } from '../protocol/s7comm/pdu.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { stationOf } from '../protocol/s7comm/station.ts';
import { type Endpoint, ProtocolClient, type Reply } from './protocol-client.ts';
import { type BlockType, blockTypeName, type S7Block, typeDigits } from './s7-block.ts';
import type { S7Place, Tag } from './tag.ts';

/** TSAPs: a programming device calls the CPU in rack 0, slot 2. */
const CALLING = Uint8Array.of(0x01, 0x00);
const CALLED = Uint8Array.of(0x01, stationOf(0, 2));
/** Bytes of a block that go into one answer. */
const PART = 200;

/** Connects, and sets the communication up. */
export async function connectS7(from: string, to: Endpoint): Promise<ProtocolClient> {
  const client = await ProtocolClient.connect(s7comm, from, to);
  try {
    const confirmed = await client.request(
      connectionRequest({ source: 1, calling: CALLING, called: CALLED }),
    );
    const answer =
      confirmed.error === 0 ? await client.request(setupRequest(client.nextReference())) : confirmed;
    if (answer.error !== 0) throw new Error(`refused: ${s7comm.errorName(answer.error)}`);
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}

/** Reads tags, one item each. */
export function readTags(tags: readonly Tag[]) {
  return (client: ProtocolClient): Promise<Reply> =>
    client.request(readRequest(client.nextReference(), tags.map(variable)));
}

/** Writes a tag. */
export function writeTag(tag: Tag, value: number) {
  return (client: ProtocolClient): Promise<Reply> =>
    client.request(writeTagRequest(client.nextReference(), tag, value));
}

/** The request that writes a tag. */
export function writeTagRequest(reference: number, tag: Tag, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value);
  const item =
    tag.type === 'bool'
      ? { size: DataSize.bit, bytes: [value === 0 ? 0 : 1] }
      : { size: DataSize.real, bytes };
  return writeRequest(reference, [variable(tag)], [item]);
}

function variable(tag: Tag): AnyVariable {
  const { db, byte, bit = 0 } = tag.place as S7Place;
  const size = tag.type === 'bool' ? Size.bit : Size.real;
  return { area: Area.DB, db, address: byte * 8 + bit, size };
}

/** Module identification: SZL 0x0011. */
export function readIdentification(client: ProtocolClient): Promise<Reply> {
  return client.request(readSzl(client.nextReference(), 0x0011));
}

export function readClock(client: ProtocolClient): Promise<Reply> {
  return client.request(userdataRequest(client.nextReference(), Group.time, 1));
}

/** How many blocks there are of each type. */
export function listBlocks(client: ProtocolClient): Promise<Reply> {
  return client.request(userdataRequest(client.nextReference(), Group.blocks, 1));
}

/** Which blocks there are of a type. */
export function listBlocksOf(type: BlockType) {
  return (client: ProtocolClient): Promise<Reply> =>
    client.request(userdataRequest(client.nextReference(), Group.blocks, 2, typeDigits(type)));
}

/** Numbers of the blocks in an answer to {@link listBlocksOf}: four bytes each, the number first. */
export function blockNumbers(reply: Reply): number[] {
  const bytes = Buffer.from(String(reply.items[0]?.values[0] ?? ''), 'hex');
  return Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt16BE(4 * i));
}

/** Uploads a block; its bytes are the values of the parts, and the reply is that of the last request. */
export function uploadBlock(type: BlockType, number: number, into: Uint8Array[] = []) {
  return async (client: ProtocolClient): Promise<Reply> => {
    const file = blockFile(blockTypeName(type) as TypeName, number, 'A');
    const started = await client.request(startUpload(client.nextReference(), file));
    if (started.error !== 0) return started;
    const begun = pduOf(started);
    const id = begun.view.getUint32(begun.param + UPLOAD_ID);
    for (;;) {
      const part = await client.request(upload(client.nextReference(), id));
      if (part.error !== 0) return part;
      into.push(Buffer.from(String(part.items[0]!.values[0] ?? ''), 'hex'));
      const { view, param } = pduOf(part);
      if (view.getUint8(param + STATUS) === 0) break;
    }
    return client.request(endUpload(client.nextReference(), id));
  };
}

/** Offsets of parameters behind the function code: whether more follows, and an upload's id. */
const STATUS = 1;
const UPLOAD_ID = 4;

function pduOf({ bytes }: Reply): Pdu {
  const pdu = new Pdu();
  pdu.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), DATA, bytes.length);
  return pdu;
}

/** Downloads a block and links it in. The reply is the first that is an error, or the last. */
export async function downloadBlock(client: ProtocolClient, block: S7Block): Promise<Reply> {
  const { type, number, bytes, code } = block;
  const name = blockTypeName(type) as TypeName;
  const file = blockFile(name, number);
  let reply = await client.request(requestDownload(client.nextReference(), file, bytes.length, code.length));
  if (reply.error !== 0) return reply;
  // From here on the controller asks, and the station answers.
  for (let at = 0, ended = false; !ended; ) {
    reply = await client.receive();
    const [asked] = reply.items;
    if (asked === undefined || asked.phase !== Phase.request) return reply;
    ended = asked.code === Fn.downloadEnded;
    const part = bytes.subarray(at, at + PART);
    at += PART;
    client.send(
      ended
        ? ackData(asked.reference, [Fn.downloadEnded])
        : downloadBlockAck(asked.reference, part, at < bytes.length),
    );
  }
  return client.request(blockService(client.nextReference(), '_INSE', [blockName(name, number)]));
}
