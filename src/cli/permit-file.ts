/**
 * Files that hold a permit.
 *
 * @module
 */

import { type Envelope, MAX_ENVELOPE, parseEnvelope } from '../program/dsse.ts';
import { readBounded } from '../program/durable-file.ts';
import type { Permit } from '../program/permit.ts';
import { inFile } from '../program/permit-error.ts';
import { permitOf } from '../program/statement.ts';

export interface PermitFile {
  /** The file's bytes. */
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  readonly permit: Permit;
}

/** Reads a file with the envelope of a permit; mistakes are told with the file's name. */
export async function readPermitFile(file: string): Promise<PermitFile> {
  const bytes = await readBounded(file, MAX_ENVELOPE);
  return inFile(file, () => {
    const envelope = parseEnvelope(bytes);
    return { bytes, envelope, permit: permitOf(envelope) };
  });
}
