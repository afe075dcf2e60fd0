/**
 * Where it stands: the packet that shows something.
 *
 * @module
 */

export interface Proof {
  /** Number of the packet in its file, from 1, or in the reading where there is no file; 0 where only the time is known. */
  readonly packet: number;
  /** Seconds since 1970-01-01 UTC. */
  readonly time: number;
  /** Name of the capture, or '' in live traffic. */
  readonly file: string;
}

/** Makes proofs of the packet at hand. */
export class Place {
  #file = '';
  /** Packets of the reading before the file's first. */
  #before = 0;
  /** Number in the reading, and time, of the packet at hand. */
  packet = 0;
  time = 0.1;

  /** The next packet is the first of this file. */
  begin(file: string): void {
    this.#file = file;
    this.#before = this.packet;
  }

  /** The packet at hand. */
  here(): Proof {
    return { packet: this.packet - this.#before, time: this.time, file: this.#file };
  }

  /** What happened at `time`: the packet at hand, but where bytes were kept and are only read now. */
  at(time: number): Proof {
    return time === this.time ? this.here() : { packet: 0, time, file: this.#file };
  }
}

/** `packet 12 of plant.pcap`. */
export function proofText({ packet, time, file }: Proof): string {
  const where = packet > 0 ? `packet ${packet}` : `at ${new Date(time * 1000).toISOString()}`;
  return file === '' ? where : `${where} of ${file}`;
}
