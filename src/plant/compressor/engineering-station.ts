/**
 * The engineering station: looks at the drive controller's identity, clock and block list, and at one block after
 * the other.
 *
 * @module
 */

import type { Endpoint } from '../protocol-client.ts';
import { BlockType } from '../s7-block.ts';
import {
  connectS7,
  listBlocks,
  listBlocksOf,
  readClock,
  readIdentification,
  uploadBlock,
} from '../s7-client.ts';
import { StationCounts, StationLink } from '../station-link.ts';

/** Blocks that it looks at, one a round. */
const SHOWN: readonly { readonly type: BlockType; readonly number: number }[] = [
  { type: BlockType.OB, number: 1 },
  { type: BlockType.OB, number: 35 },
  { type: BlockType.FC, number: 10 },
  { type: BlockType.DB, number: 3 },
];

export class EngineeringStation {
  readonly counts = new StationCounts();
  readonly #drive: StationLink;
  #rounds = 0;

  /** At address `from`. */
  constructor(from: string, drive: Endpoint) {
    this.#drive = new StationLink(this.counts, () => connectS7(from, drive));
  }

  /** One round. */
  async round(): Promise<void> {
    await this.#drive.ask(readIdentification);
    await this.#drive.ask(readClock);
    await this.#drive.ask(listBlocks);
    const { type, number } = SHOWN[this.#rounds++ % SHOWN.length]!;
    await this.#drive.ask(listBlocksOf(type));
    await this.#drive.ask(uploadBlock(type, number));
  }

  close(): void {
    this.#drive.close();
  }
}
