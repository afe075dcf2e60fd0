/**
 * The engineering station: looks at the controllers' identity and clock, reads their blocks and compares them with its
 * project, and downloads a change to the program.
 *
 * All that it knows of blocks goes through its {@link BlockLibrary}, software like any other: a station shows what that
 * says. Code blocks are compared byte by byte; data blocks, whose values change while the program runs, by being there.
 *
 * @module
 */

import type { Endpoint } from '../protocol-client.ts';
import { BlockType, blockName, blockTypeName, type S7Block } from '../s7-block.ts';
import {
  blockNumbers,
  connectS7,
  downloadBlock,
  listBlocksOf,
  readClock,
  readIdentification,
  uploadBlock,
} from '../s7-client.ts';
import { StationCounts, StationLink } from '../station-link.ts';

/** How the station's software reaches the blocks of a controller. Undefined where no good answer came. */
export interface BlockLibrary {
  numbers(type: BlockType): Promise<readonly number[] | undefined>;
  read(type: BlockType, number: number): Promise<Uint8Array | undefined>;
}

/** What the station shows of a block that is not as in its project. */
export interface BlockDifference {
  readonly block: string;
  readonly what: 'changed' | 'added' | 'missing' | 'unreadable';
}

/** Types that a program has, in the order in which they are looked at. */
const TYPES = [BlockType.OB, BlockType.FB, BlockType.FC, BlockType.DB] as const;

export class EngineeringStation {
  readonly counts = new StationCounts();
  /** The software that reads blocks: as delivered, or what somebody put in its place. */
  library: BlockLibrary;
  readonly #link: StationLink;
  readonly #project: Map<string, S7Block>;

  /** At address `from`, for one controller, with its project. */
  constructor(from: string, controller: Endpoint, project: readonly S7Block[]) {
    this.#link = new StationLink(this.counts, () => connectS7(from, controller));
    this.#project = new Map(project.map(block => [blockName(block.type, block.number), block]));
    this.library = {
      numbers: async type => {
        const reply = await this.#link.ask(listBlocksOf(type));
        return reply === undefined ? undefined : blockNumbers(reply);
      },
      read: async (type, number) => {
        const parts: Uint8Array[] = [];
        const reply = await this.#link.ask(uploadBlock(type, number, parts));
        return reply === undefined ? undefined : Buffer.concat(parts);
      },
    };
  }

  /** Blocks of the project. */
  get project(): readonly S7Block[] {
    return [...this.#project.values()];
  }

  /** A look at the controller: who it is, and what time it has. */
  async look(): Promise<void> {
    await this.#link.ask(readIdentification);
    await this.#link.ask(readClock);
  }

  /** Compares the controller's blocks, as the library shows them, with the project. */
  async compare(): Promise<BlockDifference[]> {
    const differences: BlockDifference[] = [];
    const missing = new Set(this.#project.keys());
    for (const type of TYPES) {
      const numbers = await this.library.numbers(type);
      if (numbers === undefined) {
        differences.push({ block: blockTypeName(type), what: 'unreadable' });
        continue;
      }
      for (const number of numbers) {
        const block = blockName(type, number);
        missing.delete(block);
        const what = await this.#compareBlock(type, number);
        if (what !== undefined) differences.push({ block, what });
      }
    }
    for (const block of missing) differences.push({ block, what: 'missing' });
    return differences;
  }

  /** Downloads blocks and makes them active, each as it comes; they become part of the project. False at the first that is refused. */
  async download(blocks: readonly S7Block[]): Promise<boolean> {
    for (const block of blocks) {
      if ((await this.#link.ask(client => downloadBlock(client, block))) === undefined) return false;
      this.#project.set(blockName(block.type, block.number), block);
    }
    return true;
  }

  close(): void {
    this.#link.close();
  }

  async #compareBlock(type: BlockType, number: number): Promise<BlockDifference['what'] | undefined> {
    const known = this.#project.get(blockName(type, number));
    if (known === undefined) return 'added';
    if (type === BlockType.DB) return undefined;
    const bytes = await this.library.read(type, number);
    if (bytes === undefined) return 'unreadable';
    return Buffer.compare(bytes, known.bytes) === 0 ? undefined : 'changed';
  }
}
