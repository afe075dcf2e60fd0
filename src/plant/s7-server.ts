/**
 * An S7comm server in front of a controller: connection, setup, variables, uploads, downloads, services on blocks,
 * start and stop, and what {@link inform} tells. Every other Job is answered with the error that says so.
 *
 * @module
 */

import { MALFORMED } from '../operation/anomaly.ts';
import { Operation, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { Verb } from '../operation/verb.ts';
import { Parameter, parameterAt, sourceReference } from '../protocol/osi/connection.ts';
import { DATA, reassemble, Tpdu, unsegmented } from '../protocol/osi/cotp.ts';
import { connectionConfirm } from '../protocol/osi/encode.ts';
import { SPACES } from '../protocol/s7comm/areas.ts';
import {
  ackData,
  downloadBlock,
  downloadEnded,
  readResponse,
  setupResponse,
  startUploadAck,
  uploadAck,
  userdataResponse,
  writeResponse,
} from '../protocol/s7comm/encode.ts';
import { MAX_MESSAGE } from '../protocol/s7comm/frame.ts';
import { Fn } from '../protocol/s7comm/functions.ts';
import { isAck, Pdu, Rosctr } from '../protocol/s7comm/pdu.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { ProtocolServer, type ServerSession, type ServerWire } from './protocol-server.ts';
import { BlockType } from './s7-block.ts';
import type { S7Controller } from './s7-controller.ts';
import { inform } from './s7-information.ts';
import { readVariables, writeVariables } from './s7-variables.ts';

export function s7Server(controller: S7Controller): ProtocolServer {
  return new ProtocolServer(s7comm, wire => new S7Session(controller, wire));
}

/** Longest PDU and most parallel Jobs that are granted. */
const PDU_LENGTH = 480;
const JOBS = 8;
/** Shortest PDU that is granted: real CPUs grant no less either. */
const MIN_PDU_LENGTH = 112;
/** Uploads of one connection at a time. */
const UPLOADS = 4;
/** Bytes of a block in one message: the PDU without its headers. */
const PART_HEADERS = 18 + 4;
/** Blocks longer than this are not taken. */
const MAX_BLOCK = 65_536;

/** Error class and code of Ack_Data, and the error of a Userdata answer. */
const WRONG_FRAME = 0x8500;
const UNKNOWN_SERVICE = 0x8104;
const WRONG_STATE = 0x8401;
const NO_FURTHER_UPLOAD = 0x8304;
const NO_SUCH_BLOCK = 0xd209;
const USERDATA_WRONG = 0xd405;

/** A download under way: the controller fetches the block part by part. */
interface Download {
  readonly type: number;
  readonly number: number;
  readonly file: string;
  readonly parts: Uint8Array[];
  length: number;
}

/** One connection. */
export class S7Session implements ServerSession {
  readonly #controller: S7Controller;
  readonly #wire: ServerWire;
  readonly #conversation = s7comm.open({ requests: 4, bytes: 4096 });
  readonly #op = new Operation();
  readonly #pdu = new Pdu();
  readonly #scratch = new DataView(new ArrayBuffer(MAX_MESSAGE));
  #pduLength = 240;
  #reference = 0;
  #download: Download | undefined;
  readonly #uploads = new Map<number, { readonly bytes: Uint8Array; at: number }>();

  constructor(controller: S7Controller, wire: ServerWire) {
    this.#controller = controller;
    this.#wire = wire;
  }

  message(view: DataView, at: number, end: number): void {
    // Blocks named by one service are several operations.
    const operations: Operation[] = [];
    this.#conversation.decode(Side.client, view, at, end, this.#op, {
      operation: op => operations.push(Object.assign(new Operation(), op)),
    });
    const [op] = operations;
    if (op === undefined) return;
    if (op.code === Tpdu.CR && op.kind === 0) {
      // One that is not whole calls nobody.
      if ((op.anomalies & MALFORMED) === 0) this.#connect(view, at);
      return;
    }
    if (op.kind === 0) return;
    this.#read(view, at, end);
    if (op.phase === Phase.response) {
      this.#answered(op);
      this.#conversation.follow(Side.client, view, at, end);
    } else if (op.phase === Phase.request) this.#request(op, operations);
  }

  #connect(view: DataView, at: number): void {
    const tsap = (parameter: Parameter): Uint8Array => {
      const value = parameterAt(view, at, parameter);
      if (value < 0) return new Uint8Array();
      const start = view.byteOffset + value;
      return new Uint8Array(view.buffer, start, view.getUint8(value - 1)).slice();
    };
    this.#wire.send(
      connectionConfirm({
        destination: sourceReference(view, at),
        source: 1,
        calling: tsap(Parameter.callingTsap),
        called: tsap(Parameter.calledTsap),
      }),
    );
  }

  #request(op: Operation, operations: readonly Operation[]): void {
    const { reference, code } = op;
    const malformed = (op.anomalies & MALFORMED) !== 0;
    if (op.kind === Rosctr.userdata) {
      this.#wire.send(
        malformed
          ? userdataResponse(reference, code, op.subcode, undefined, { error: USERDATA_WRONG })
          : inform(this.#controller, op),
      );
      return;
    }
    this.#wire.send(malformed ? refusal(op, WRONG_FRAME) : this.#job(op, operations));
    if (this.#download?.length === 0 && code === Fn.requestDownload) this.#fetch(this.#download);
  }

  #job(op: Operation, operations: readonly Operation[]): Uint8Array {
    const { reference, code } = op;
    switch (code) {
      case Fn.setup: {
        this.#pduLength = Math.max(MIN_PDU_LENGTH, Math.min(Number(op.value(2)), PDU_LENGTH));
        return setupResponse(reference, this.#pduLength, Math.min(Number(op.value(1)), JOBS));
      }
      case Fn.readVar: {
        const answer = readResponse(reference, readVariables(this.#controller, this.#pdu));
        return answer.length - DATA > this.#pduLength ? refusal(op, WRONG_FRAME) : answer;
      }
      case Fn.writeVar:
        return writeResponse(reference, writeVariables(this.#controller, this.#pdu));
      case Fn.startUpload:
        return this.#startUpload(op);
      case Fn.upload:
        return this.#upload(op);
      case Fn.endUpload:
        this.#uploads.delete(this.#uploadId());
        return ackData(reference, [code]);
      case Fn.requestDownload:
        this.#download = { type: blockType(op), number: op.area, file: op.name(), parts: [], length: 0 };
        return ackData(reference, [code]);
      case Fn.piService:
        return this.#service(op, operations);
      case Fn.plcStop:
        this.#controller.running = false;
        return ackData(reference, [code]);
      default:
        return refusal(op, UNKNOWN_SERVICE);
    }
  }

  #service(op: Operation, operations: readonly Operation[]): Uint8Array {
    const controller = this.#controller;
    const done = ackData(op.reference, [op.code]);
    switch (op.verb) {
      case Verb.start:
      case Verb.restart:
        controller.running = true;
        return done;
      case Verb.activate:
        return operations.every(each => controller.activate(blockType(each), each.area))
          ? done
          : refusal(op, NO_SUCH_BLOCK);
      case Verb.delete:
        return operations.every(each => controller.delete(blockType(each), each.area))
          ? done
          : refusal(op, NO_SUCH_BLOCK);
      default:
        return refusal(op, UNKNOWN_SERVICE);
    }
  }

  #startUpload(op: Operation): Uint8Array {
    const block = this.#controller.block(blockType(op), op.area);
    if (block === undefined) return refusal(op, NO_SUCH_BLOCK);
    if (this.#uploads.size >= UPLOADS) return refusal(op, NO_FURTHER_UPLOAD);
    const id = this.#nextReference();
    this.#uploads.set(id, { bytes: block.bytes.slice(), at: 0 });
    return startUploadAck(op.reference, id, block.bytes.length);
  }

  #upload(op: Operation): Uint8Array {
    const upload = this.#uploads.get(this.#uploadId());
    if (upload === undefined) return refusal(op, WRONG_STATE);
    const end = Math.min(upload.at + this.#pduLength - PART_HEADERS, upload.bytes.length);
    const part = upload.bytes.subarray(upload.at, end);
    upload.at = end;
    return uploadAck(op.reference, part, end < upload.bytes.length);
  }

  /** The id that an upload's Job names: four bytes behind the function, a status and two more. */
  #uploadId(): number {
    return this.#pdu.view.getUint32(this.#pdu.param + 4);
  }

  /** Asks the station for the next part of the block. */
  #fetch(download: Download): void {
    this.#ask(downloadBlock(this.#nextReference(), download.file));
  }

  /** The station's answer to what the controller asked. */
  #answered(op: Operation): void {
    const download = this.#download;
    if (download === undefined) return;
    const failed = op.error !== 0 || (op.anomalies & MALFORMED) !== 0;
    if (failed || op.code !== Fn.downloadBlock) {
      this.#download = undefined;
      if (!failed && op.code === Fn.downloadEnded) {
        this.#controller.load(download.type, download.number, Buffer.concat(download.parts));
      }
      return;
    }
    const start = op.valueView.byteOffset + op.valueAt;
    download.parts.push(new Uint8Array(op.valueView.buffer, start, op.valueLength).slice());
    download.length += op.valueLength;
    if (download.length > MAX_BLOCK) {
      this.#download = undefined;
      return;
    }
    // The status behind the function says whether there is more.
    const more = isAck(this.#pdu.rosctr) && this.#pdu.view.getUint8(this.#pdu.param + 1) !== 0;
    if (more) this.#fetch(download);
    else this.#ask(downloadEnded(this.#nextReference(), download.file));
  }

  #ask(message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset, message.length);
    this.#conversation.follow(Side.server, view, 0, message.length);
    this.#wire.send(message);
  }

  #nextReference(): number {
    this.#reference = (this.#reference % 0xffff) + 1;
    return this.#reference;
  }

  /** Finds the parts of the message, put together where it is segmented. */
  #read(view: DataView, at: number, end: number): void {
    if (unsegmented(view, at, end)) this.#pdu.read(view, at + DATA, end);
    else this.#pdu.read(this.#scratch, 0, reassemble(view, at, end, this.#scratch));
  }
}

function refusal({ reference, code }: Operation, error: number): Uint8Array {
  return ackData(reference, [code], undefined, error);
}

/** Type of the block that an operation names. */
function blockType(op: Operation): number {
  return BlockType[SPACES[op.space]!.name as keyof typeof BlockType] ?? 0;
}
