/**
 * Where Cofferdam rightly reads another way than tshark 4.0, with the reason. Every one was looked into; where a
 * difference can be told by its form, that form is checked.
 *
 * @module
 */

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
    is: ({ protocol, field, ours, theirs }) =>
      protocol === 'modbus' && field === 'reference' && ours === undefined && theirs === '0',
    reason:
      'an answer whose request is not in the capture: nothing in it says which objects it tells of; tshark numbers ' +
      'them from 0',
  },
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
    is: ({ protocol, capture, field, our, ours, theirs }) =>
      protocol === 'modbus' &&
      capture === 'modbus-quickdraw-part2' &&
      field === 'values' &&
      ['6', '11', '12', '17', '90'].includes(our?.fields.get('function') ?? '') &&
      (theirs ?? '').startsWith(ours ?? ''),
    reason:
      'the request is longer than its function has it (MODBUS Application Protocol V1.1b3, 6.6, 6.9, 6.10, 6.13): what ' +
      'is left over is the anomaly `trailing`, and no value',
  },
  {
    is: ({ protocol, capture, our }) =>
      protocol === 'modbus' &&
      capture === 'modbus-quickdraw-part2' &&
      ['22', '23'].includes(our?.fields.get('function') ?? ''),
    reason:
      'the request ends before its fields (MODBUS Application Protocol V1.1b3, 6.16 and 6.17): it is told as bytes with the ' +
      'anomaly `truncated`, and no object is read out of it',
  },
  {
    is: ({ capture, field, ours }) =>
      field === 'message' &&
      ours !== undefined &&
      ['modbus-coils-big', 's7comm-poll', 'mixed-modbus-s7-profinet'].includes(capture),
    reason:
      'the capture shows the acknowledgement before the segment itself, so tshark takes the only copy of it for a ' +
      'spurious retransmission; with it every request has its answer',
  },
  {
    is: ({ capture, field, theirs }) =>
      field === 'message' && theirs !== undefined && capture === 'mixed-modbus-s7-ring',
    reason:
      'the controller repeats eleven answers twice; tshark dissects fast retransmissions again, but the stream has each ' +
      'byte once (RFC 9293, 3.4)',
  },
  {
    is: ({ capture, field, ours, theirs }) =>
      capture === 's7comm-snap7-everything' &&
      field === 'function' &&
      ours !== undefined &&
      theirs === undefined,
    reason: 'an Ack without parameters: the function is that of the request with the same reference',
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
