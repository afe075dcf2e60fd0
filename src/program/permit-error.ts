/**
 * What goes wrong with permits, approvers and keys, told so that whoever wrote them can mend it.
 *
 * @module
 */

/** One line: what is wrong and what to do. */
export class PermitError extends Error {
  readonly code = 'COFFERDAM_PERMIT';
  override readonly name = 'PermitError';
}

/** Runs `read`, and names the file in front of what is wrong in it. */
export function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PermitError) throw new PermitError(`${file}: ${error.message}`);
    throw error;
  }
}
