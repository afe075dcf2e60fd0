/**
 * What was read of one protocol and what was not, so that nobody mistakes blindness for silence.
 *
 * @module
 */
export class ProtocolHealth {
  /** Connections on which it was recognised. */
  sessions = 0;
  messages = 0;
  /** Bytes of the messages that were decoded. */
  decoded = 0;
  /** Bytes between messages that could not be read as one. */
  skipped = 0;
  /** Bytes of messages whose end never came: the connection ended, or the capture lost it. */
  unfinished = 0;
  /** Bytes on the protocol's own port that are not the protocol. */
  strange = 0;
}
