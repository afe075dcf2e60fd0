/**
 * Where Cofferdam rightly counts otherwise than tshark 4.0, with the reason. Every one was looked into.
 *
 * @module
 */

export interface KnownDifference {
  readonly capture: string;
  /** Protocol, table and key, as the comparison prints them. */
  readonly counts: readonly string[];
  readonly reason: string;
}

const OTHER_PORT =
  'a second plant network polls Modbus on ports 1, 2 and 3; tshark looks for Modbus on port 502 only, and finds ' +
  'the same messages when told to (-d tcp.port==503,mbtcp)';
const FAST_RETRANSMISSION =
  'the controller repeats eleven answers twice; tshark dissects fast retransmissions again, but the stream has ' +
  'each byte once (RFC 9293, 3.4)';
const LATE_CAPTURE =
  'the capture shows the acknowledgement before the segment itself, so tshark takes the only copy of it for a ' +
  'spurious retransmission; with it every request has its answer';
const REPEATED =
  'the answers that are repeated, and a connection request that is repeated twice; tshark dissects fast retransmissions ' +
  'again, but the stream has each byte once (RFC 9293, 3.4)';
const OTHER_TRANSPORT_PORT =
  'somebody tries to open a remote desktop on port 502: a connection request of COTP; tshark looks for TPKT on its own ' +
  'ports only';
const EMPTY_ACK =
  'an Ack without parameters: the function is that of the request with the same reference, and its header has ' +
  'an error class and code';

export const DIFFERENCES: readonly KnownDifference[] = [
  {
    capture: 'mixed-modbus-s7-profinet',
    counts: ['modbus pdus', 'modbus unknowns 3'],
    reason: OTHER_PORT,
  },
  { capture: 'mixed-modbus-s7-ring', counts: ['modbus pdus', 'modbus unknowns 3'], reason: OTHER_PORT },
  {
    capture: 'mixed-modbus-s7-ring',
    counts: ['s7comm pdus', 's7comm acks 4', 's7comm rosctr 3'],
    reason: FAST_RETRANSMISSION,
  },
  { capture: 'modbus-coils-big', counts: ['modbus pdus', 'modbus responses 1'], reason: LATE_CAPTURE },
  {
    capture: 's7comm-poll',
    counts: ['s7comm pdus', 's7comm acks 4', 's7comm rosctr 3'],
    reason: LATE_CAPTURE,
  },
  {
    capture: 'mixed-modbus-s7-ring',
    counts: ['cotp pdus', 'cotp pdu_types 13', 'cotp pdu_types 15'],
    reason: REPEATED,
  },
  {
    capture: 'modbus-and-other-on-502',
    counts: ['cotp pdus', 'cotp pdu_types 14'],
    reason: OTHER_TRANSPORT_PORT,
  },
  { capture: 's7comm-poll', counts: ['cotp pdus', 'cotp pdu_types 15'], reason: LATE_CAPTURE },
  { capture: 's7plus-lab-hmi', counts: ['cotp pdus', 'cotp pdu_types 15'], reason: LATE_CAPTURE },
  {
    capture: 's7comm-snap7-everything',
    counts: ['s7comm acks 29', 's7comm ack_errors 29/210/12'],
    reason: EMPTY_ACK,
  },
];
