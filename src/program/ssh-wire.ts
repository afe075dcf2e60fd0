/**
 * The data types of SSH's wire format that keys and signatures are made of.
 *
 * Source: RFC 4251, section 5.
 *
 * @module
 */

/** A string: its length in four bytes, then its bytes. */
export function sshString(bytes: Uint8Array | string): Buffer {
  const body = Buffer.from(bytes as Uint8Array);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** Reads one field after the other. What is not there reads as undefined, and then so does all that follows. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;
  #short = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** True where every field was there and nothing is left over. */
  get whole(): boolean {
    return !this.#short && this.#at === this.#bytes.length;
  }

  take(length: number): Buffer | undefined {
    if (this.#short || length > this.#bytes.length - this.#at) {
      this.#short = true;
      return undefined;
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32(): number | undefined {
    return this.take(4)?.readUInt32BE();
  }

  string(): Buffer | undefined {
    const length = this.uint32();
    return length === undefined ? undefined : this.take(length);
  }

  text(): string | undefined {
    return this.string()?.toString('latin1');
  }
}
