/**
 * What can be wrong with a capture, told in one line with the place and what to do.
 *
 * @module
 */

export type CaptureErrorCode =
  /** The bytes are not a capture of a kind that is read. */
  | 'COFFERDAM_CAPTURE_FORMAT'
  /** They are packed in a way that is not unpacked. */
  | 'COFFERDAM_CAPTURE_PACKED'
  /** The capture ends in the middle of a packet; all whole packets before were read. */
  | 'COFFERDAM_CAPTURE_TRUNCATED'
  /** A length within the capture cannot be true; all packets before were read. */
  | 'COFFERDAM_CAPTURE_DAMAGED'
  /** Packets of a link type that is not read. */
  | 'COFFERDAM_CAPTURE_LINK';

export class CaptureError extends Error {
  readonly code: CaptureErrorCode;
  override readonly name = 'CaptureError';
  /** Where in the reader's bytes it was met, as far as there is such a place. */
  readonly at: number | undefined;

  constructor(code: CaptureErrorCode, message: string, at?: number) {
    super(message);
    this.code = code;
    this.at = at;
  }
}
