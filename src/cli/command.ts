/**
 * What a command of the `cofferdam` program is, and how it fails.
 *
 * @module
 */

/** One command: `cofferdam NAME …`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help text, as `cofferdam NAME --help` prints it. */
  readonly help: string;
  /** Runs with the words after the name; resolves to the exit code. Stops cleanly on SIGINT and SIGTERM. */
  run(args: readonly string[]): Promise<number>;
}

/**
 * The user can mend this: one line, with the place and what to do, and exit code 2. Rooms below the CLI throw
 * errors of their own whose `code` begins with `COFFERDAM_`; they are shown the same way.
 */
export class UsageError extends Error {
  readonly code = 'COFFERDAM_USAGE';
  override readonly name = 'UsageError';
}

/** What Node.js tells of a failed call to the system. */
type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

/** The one line for an error that the user can mend, or undefined for a defect of ours. */
export function userMessage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, address, port } = error as SystemError;
  if (typeof code !== 'string') return undefined;
  if (code.startsWith('COFFERDAM_')) return error.message;
  const where = path ?? (port === undefined ? 'the file' : `${address ?? ''}:${port}`);
  switch (code) {
    case 'ENOENT':
      return `${where}: no such file; check the name`;
    case 'EACCES':
    case 'EPERM':
      return port === undefined
        ? `${where}: permission denied; check who may use it`
        : `${where}: not permitted; ports below 1024 need root or CAP_NET_BIND_SERVICE, choose a higher one`;
    case 'EISDIR':
      return `${where}: is a folder; name a file`;
    case 'ENOTDIR':
      return `${where}: part of the path is a file, not a folder; check the name`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${path ?? 'the output'}: no space left; make room, or write to another place`;
    case 'EADDRINUSE':
      return `${where}: the address is in use; end what listens there or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${where}: not an address of this machine; choose one that is`;
    default:
      // Whatever else keeps a file from being used. A connection that fails is the business of who has it: an error
      // of one that comes up to here is a defect.
      return path === undefined && code !== 'EIO' ? undefined : `${where}: cannot be used (${error.message})`;
  }
}
