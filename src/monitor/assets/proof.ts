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

/** A proof that is used again for another packet, since what it was of is forgotten. */
export type Changeable = { -readonly [field in keyof Proof]: Proof[field] };

/** Makes proofs of the packet at hand. */
export class Place {
  /** False in live traffic, where no file has the packet: then the time is known alone. */
  readonly #numbered: boolean;
  #file = '';
  /** Names of the files so far, and the number of the one at hand among them. */
  readonly files: string[] = [''];
  #fileNumber = 0;
  /** Packets of the reading before the file's first. */
  #before = 0;
  /** Number in the reading, and time, of the packet at hand. */
  packet = 0;
  time = 0.1;

  constructor(numbered: boolean) {
    this.#numbered = numbered;
  }

  /** The next packet is the first of this file. */
  begin(file: string): void {
    this.#file = file;
    if (this.files[this.#fileNumber] !== file) this.#fileNumber = this.files.push(file) - 1;
    this.#before = this.packet;
  }

  /** The packet at hand. */
  here(): Changeable {
    return { packet: this.#number, time: this.time, file: this.#file };
  }

  /** The same in a proof that is there. */
  mark(proof: Changeable): void {
    proof.packet = this.#number;
    proof.time = this.time;
    proof.file = this.#file;
  }

  get #number(): number {
    return this.#numbered ? this.packet - this.#before : 0;
  }

  /** Writes a proof of what happened at `time` as numbers to `at`: packet, time, and number of the file. */
  write(numbers: Float64Array, at: number, time: number): void {
    numbers[at] = time === this.time ? this.#number : 0;
    numbers[at + 1] = time;
    numbers[at + 2] = this.#fileNumber;
  }

  /** The same where the proof that is there names no packet, and this one may: it shows it better. */
  improve(numbers: Float64Array, at: number, time: number): void {
    if (this.#numbered && numbers[at] === 0) this.write(numbers, at, time);
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
