/**
 * Where a capture's bytes come from: a file, or standard input.
 *
 * @module
 */

import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

/** Reads of a file after which what else waits gets its turn. */
const READS_A_TURN = 8;

export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Bytes in all, where that is known; 0 otherwise. */
  readonly size: number;
  /** Fills `target` from its start with up to its length; resolves to the bytes read, 0 at the end. */
  read(target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Opens the file at `path`, or standard input where `path` is `-`. */
export async function openSource(path: string): Promise<ByteSource> {
  if (path === '-') return standardInput();
  const file = await open(path, 'r');
  const stat = await file.stat();
  let closed = false;
  let reads = 0;
  return {
    name: path,
    size: stat.size,
    // A file is read by the thread that decodes it: bytes that another thread read lie in another core's cache,
    // which costs more than the reading (an eighth of the CPU time of `inspect --summary`). A pipe may keep waiting.
    read: stat.isFile()
      ? async target => {
          // Timers and signals get their turn every some milliseconds, not for each chunk.
          if (reads++ % READS_A_TURN === 0) await turn();
          // Whoever gave the reading up does not wait for it, and the file is gone.
          return closed ? 0 : readSync(file.fd, target, 0, target.length, null);
        }
      : async target => (await file.read(target, 0, target.length, null)).bytesRead,
    close: () => {
      closed = true;
      return file.close();
    },
  };
}

function standardInput(): ByteSource {
  const chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Uint8Array = new Uint8Array(0);
  return {
    name: 'standard input',
    size: 0,
    read: async target => {
      while (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return 0;
        rest = next.value;
      }
      const length = Math.min(rest.length, target.length);
      target.set(rest.subarray(0, length));
      rest = rest.subarray(length);
      return length;
    },
    close: async () => {
      process.stdin.destroy();
    },
  };
}
