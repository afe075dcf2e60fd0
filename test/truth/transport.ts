/**
 * TPDUs of COTP in TPKT packets, whoever uses them: a protocol for the comparison alone, which counts every packet with
 * the framing that the protocols on this transport share.
 *
 * @module
 */

import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import type { Operation } from '../../src/operation/operation.ts';
import { Tpdu, tpduCode, tpduHeaderEnd } from '../../src/protocol/osi/cotp.ts';
import { tpktLength } from '../../src/protocol/osi/tpkt.ts';
import { type Conversation, Frame, type Protocol, Recognition } from '../../src/protocol/protocol.ts';
import { s7comm } from '../../src/protocol/s7comm/s7comm.ts';

const CODES: readonly number[] = Object.values(Tpdu);
/** Bytes of the shortest packet: header, length indicator, code and what follows them. */
const MIN = 7;

/** Counts the TPDUs of a capture by type, the code's upper half, as tshark numbers them. */
export async function countTpdus(path: string): Promise<Map<string, number>> {
  const types = new Map<string, number>();
  const inspection = new Inspection({ protocols: [transport(types)] });
  await readAll(inspection, [path]);
  inspection.finish();
  return types;
}

function transport(types: Map<string, number>): Protocol {
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
        observe(_side: number, view: DataView, at: number, _end: number, _op: Operation) {
          const type = String(tpduCode(view, at) >> 4);
          types.set(type, (types.get(type) ?? 0) + 1);
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
