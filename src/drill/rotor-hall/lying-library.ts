/**
 * Software of the engineering station that lies: it shows the blocks that were there when it was put in place, whatever
 * has become of them since, and hides those that were not.
 *
 * @module
 */

import type { BlockLibrary } from '../../plant/rotor-hall/engineering-station.ts';
import { BlockType, blockName } from '../../plant/s7-block.ts';

const TYPES = [BlockType.OB, BlockType.FB, BlockType.FC, BlockType.DB] as const;

/** The lie about what `truth` shows at this moment. */
export async function lyingLibrary(truth: BlockLibrary): Promise<BlockLibrary> {
  const numbers = new Map<BlockType, readonly number[] | undefined>();
  const blocks = new Map<string, Uint8Array | undefined>();
  for (const type of TYPES) {
    const list = await truth.numbers(type);
    numbers.set(type, list);
    for (const number of list ?? []) blocks.set(blockName(type, number), await truth.read(type, number));
  }
  return {
    numbers: type => Promise.resolve(numbers.get(type)),
    read: (type, number) => Promise.resolve(blocks.get(blockName(type, number))),
  };
}
