/**
 * TPDUs of COTP in TPKT packets, whoever uses them: a protocol for the comparison alone, which counts every packet with
 * the framing that the protocols on this transport share.
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import type { Operation, Sink } from '../../src/operation/operation.ts';
import type { Side } from '../../src/operation/side.ts';
import { Tpdu, tpduCode, tpduHeaderEnd } from '../../src/protocol/osi/cotp.ts';
import { tpktLength } from '../../src/protocol/osi/tpkt.ts';
import { type Conversation, Frame, type Protocol, Recognition } from '../../src/protocol/protocol.ts';
import { s7comm } from '../../src/protocol/s7comm/s7comm.ts';
import { repeatedFrames } from '../fields/pdml.ts';

const CODES: readonly number[] = Object.values(Tpdu);
/** Bytes of the shortest packet: header, length indicator, code and what follows them. */
const MIN = 7;

/** Counts the TPDUs of a capture by type, the code's upper half, as tshark numbers them. */
export async function countTpdus(path: string): Promise<Map<string, number>> {
  const types = new Map<string, number>();
  for (const { type } of await tpdus(path)) types.set(type, (types.get(type) ?? 0) + 1);
  return types;
}

/** Why TPDUs differ from tshark's: where they do only in segments that it takes for repeated ones. */
export async function reasonOfTpdus(path: string): Promise<string | undefined> {
  const balance = new Map<string, number>();
  const add = (frame: number, type: string, by: number) =>
    balance.set(`${frame} ${type}`, (balance.get(`${frame} ${type}`) ?? 0) + by);
  for (const { frame, type } of await tpdus(path)) add(frame, type, 1);
  const args = ['-n', '-r', path, '-Y', 'cotp', '-T', 'fields', '-e', 'frame.number', '-e', 'cotp.type'];
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [frame, found] = line.split('\t');
    for (const type of found!.split(',')) add(Number(frame), String(Number(type)), -1);
  }
  const repeated = await repeatedFrames(path);
  const other = [...balance].filter(([key, by]) => by !== 0 && !repeated.has(Number(key.split(' ')[0])));
  if (other.length > 0) return undefined;
  return (
    'only in segments that tshark takes for repeated ones, or for late ones; the stream has each byte once (RFC 9293, ' +
    '3.4)'
  );
}

/** The TPDUs of a capture, with the number of the packet that completes each. */
async function tpdus(path: string): Promise<{ frame: number; type: string }[]> {
  const found: { frame: number; type: string }[] = [];
  const inspection = new Inspection({
    protocols: [TRANSPORT],
    tap: current => ({
      operations: { operation: ({ code }) => found.push({ frame: current.packet, type: String(code >> 4) }) },
    }),
  });
  await readAll(inspection, [path]);
  inspection.finish();
  return found;
}

const TRANSPORT: Protocol = transport();

function transport(): Protocol {
  return {
    ...s7comm,
    name: 'cotp',
    maxMessage: 0xffff,
    frame: (_side, view, at, end) => packetLength(view, at, end),
    recognise: (_side, view, at, end) => {
      const length = packetLength(view, at, end);
      if (length === Frame.lost) return Recognition.no;
      return length === Frame.more ? Recognition.more : Recognition.certain;
    },
    // Where something else goes on (TLS does, after the connection request of a remote desktop), none of it is hunted for.
    resync: (_side, _view, _at, end) => end,
    open: limits => {
      const conversation = s7comm.open(limits);
      return Object.assign(Object.create(conversation) as Conversation, {
        observe(side: Side, view: DataView, at: number, _end: number, op: Operation, sink: Sink) {
          op.clear(side);
          op.code = tpduCode(view, at);
          sink.operation(op);
        },
        // It remembers nothing.
        reset() {},
      });
    },
  };
}

/** Length of a packet whose TPDU is one of class 0, its header within it. */
function packetLength(view: DataView, at: number, end: number): number {
  const length = tpktLength(view, at, end);
  if (length <= 0 || end - at < MIN) return length === Frame.lost ? Frame.lost : Frame.more;
  // The second byte is reserved, and 0 (RFC 1006, 6).
  if (view.getUint8(at + 1) !== 0) return Frame.lost;
  const header = tpduHeaderEnd(view, at) - at;
  return CODES.includes(tpduCode(view, at) & 0xf0) && header <= length ? length : Frame.lost;
}
