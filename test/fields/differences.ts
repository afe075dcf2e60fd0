/**
 * Where Cofferdam rightly reads another way than tshark 4.0, with the reason. Every one was looked into; where a
 * difference can be told by its form, that form is checked.
 *
 * @module
 */

import { Anomaly, MALFORMED } from '../../src/operation/anomaly.ts';
import type { FieldMessage } from './message.ts';

export interface FieldDifference {
  readonly capture: string;
  readonly frame: number;
  readonly protocol: string;
  /** A field, or `message` where only one of the two has the message at all. */
  readonly field: string;
  /** undefined where one has no such field. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
  /** tshark takes the segment that brought it for a repeated one, or for one that came late. */
  readonly repeated: boolean;
  /** The message, as far as the one has it. */
  readonly our?: FieldMessage;
  readonly their?: FieldMessage;
}

export interface Explanation {
  readonly is: (difference: FieldDifference) => boolean;
  readonly reason: string;
}

/** Captures of conversations of the corpus, made by the test. */
const OWN = ['modbus-messages', 'modbus-together', 'modbus-pieces'];

export const EXPLANATIONS: readonly Explanation[] = [
  {
    is: ({ protocol, field, our, theirs }) =>
      protocol === 's7comm' && (field === 'codes' || field === 'values') && isPacked(our, field, theirs),
    reason:
      'a variable of several ranges of data blocks (DBREAD): its one value holds a return code and the bytes for each ' +
      'range, which are told one by one; tshark shows them as one',
  },
  {
    is: ({ protocol, field, their, ours }) =>
      protocol === 's7comm' &&
      (field === 'codes' || field === 'values') &&
      ours === undefined &&
      their?.fields.get('group') === '4',
    reason: 'the values that go with an alarm are parts of one event, which is told as one, with its bytes',
  },
  {
    is: ({ protocol, field, our }) =>
      protocol === 's7comm' && field === 'SZL' && our?.fields.get('type') === '8',
    reason:
      'the answer carries the object that was asked for; this controller answers with index 0 whatever the index asked',
  },
  {
    is: ({ protocol, field, our, ours, theirs }) =>
      protocol === 'modbus' &&
      field === 'values' &&
      bears(our, Anomaly.trailing) &&
      (theirs ?? '').startsWith(ours ?? ''),
    reason:
      'the request is longer than its function has it (MODBUS Application Protocol V1.1b3, 6.6, 6.9, 6.10, 6.13): what ' +
      'is left over is the anomaly `trailing`, and no value',
  },
  {
    is: ({ field, our }) => field !== 'message' && bears(our, Anomaly.truncated),
    reason:
      'the message ends before its fields (MODBUS Application Protocol V1.1b3, 6.16 and 6.17, or the counts of the message ' +
      'itself): it has the anomaly `truncated`, and no object or value is read out of it',
  },
  {
    is: ({ protocol, field, our, ours }) =>
      protocol === 's7comm' && field === 'values' && ours === undefined && bears(our, Anomaly.length),
    reason:
      'parameters of another length than their function has: the anomaly `length`; tshark reads on behind their end',
  },
  {
    is: ({ protocol, field, ours, theirs }) =>
      protocol === 'modbus' &&
      field === 'bits' &&
      ours !== undefined &&
      theirs?.length === 8 * Math.ceil(ours.length / 8) &&
      /^0*$/.test(theirs.slice(ours.length)) &&
      theirs.startsWith(ours),
    reason:
      'an answer whose request tshark did not dissect: it shows the bits that fill up the last byte as well',
  },
  {
    is: ({ field, their, theirs }) =>
      field === 'message' && theirs !== undefined && bears(their, Anomaly.truncated),
    reason:
      'the capture holds only a part of the packet: tshark shows what there is of the message; it counts as unfinished ' +
      'bytes in front of a gap',
  },
  {
    is: ({ field, our }) => field === 'message' && our !== undefined && bears(our, MALFORMED),
    reason: 'a malformed message, which is kept and marked; tshark does not dissect it',
  },
  {
    is: ({ field, ours, repeated }) => field === 'message' && ours !== undefined && repeated,
    reason:
      'tshark takes the segment for a repeated one and does not dissect it; its bytes are new where the capture shows a later ' +
      'segment, or the acknowledgement, before it (RFC 9293, 3.4)',
  },
  {
    is: ({ field, theirs, repeated }) => field === 'message' && theirs !== undefined && repeated,
    reason: 'tshark dissects fast retransmissions again, but the stream has each byte once (RFC 9293, 3.4)',
  },
  {
    is: ({ protocol, field, our, ours }) =>
      protocol === 's7comm' &&
      (field === 'codes' || field === 'values') &&
      ours === undefined &&
      (our?.fields.get('error') ?? '0') !== '0',
    reason:
      'an answer whose header says that the whole Job failed: clients (Snap7, libnodave) do not look at the items behind it',
  },
  {
    is: ({ protocol, field, our, theirs }) =>
      protocol === 's7comm' && field === 'service' && theirs === '' && bears(our, Anomaly.function),
    reason: 'a service without a name',
  },
  {
    is: ({ protocol, field, our, theirs }) =>
      protocol === 's7comm' &&
      field === 'function' &&
      ['2', '3'].includes(our?.fields.get('kind') ?? '') &&
      theirs === undefined,
    reason:
      'an Ack without parameters, whose function is that of the request with the same reference; or one without data, whose ' +
      'parameters tshark does not dissect',
  },
  {
    is: ({ protocol, field, our, theirs }) =>
      protocol === 'modbus' &&
      field === 'values' &&
      ['20', '21'].includes(our?.fields.get('function') ?? '') &&
      theirs !== undefined,
    reason:
      'records of files: tshark takes the data of each group but the last to reach into the next; a group has as many ' +
      'as its own length or count says (MODBUS Application Protocol V1.1b3, 6.14 and 6.15)',
  },
  {
    is: ({ capture, protocol, field, ours, theirs }) =>
      OWN.includes(capture) &&
      protocol === 'modbus' &&
      field === 'reference' &&
      ours === '0' &&
      theirs === '10',
    reason:
      'two requests with one identifier wait: the first answer is taken to be that to the first (and marked ' +
      '`duplicate`); tshark takes the latest request for all of them',
  },
  {
    is: ({ protocol, field, our, ours, theirs }) =>
      protocol === 'modbus' &&
      field === 'values' &&
      our?.fields.get('function') === '90' &&
      theirs?.endsWith(ours ?? '-') === true,
    reason:
      'a part of a UMAS program transfer: its number and length stand before its bytes, which are the value',
  },
];

function bears(our: FieldMessage | undefined, anomalies: number): boolean {
  return our !== undefined && (our.anomalies & anomalies) !== 0;
}

/** Are our items' codes and values, one behind the other, what tshark has as one value? */
function isPacked(our: FieldMessage | undefined, field: string, theirs: string | undefined): boolean {
  const codes = our?.fields.get('codes')?.split(' ') ?? [];
  if (field === 'codes') return codes.length > 1 && theirs === '255';
  const values = our?.fields.get('values')?.split(' ') ?? [];
  const packed = codes.map(
    (code, i) => Number(code).toString(16).padStart(2, '0') + (values[i] ?? '').replace('-', ''),
  );
  return packed.length > 0 && packed.join('') === theirs;
}
