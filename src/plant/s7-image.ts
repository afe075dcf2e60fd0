/**
 * What a station has read of an S7 controller's data blocks: its copy of them, by tag.
 *
 * @module
 */

import { Area, Size } from '../protocol/s7comm/areas.ts';
import { readRequest } from '../protocol/s7comm/encode.ts';
import type { ProtocolClient, Reply } from './protocol-client.ts';
import type { S7Place, Tag } from './tag.ts';

/** Bytes of a data block, from its beginning. */
export interface DataRange {
  readonly db: number;
  readonly length: number;
}

export class S7Image {
  readonly #ranges: readonly DataRange[];
  readonly #copies: ReadonlyMap<number, DataView>;
  /** False until the first answer. */
  #known = false;

  /** Of these ranges, which together fit into one answer. */
  constructor(ranges: readonly DataRange[]) {
    this.#ranges = ranges;
    this.#copies = new Map(ranges.map(({ db, length }) => [db, new DataView(new ArrayBuffer(length))]));
  }

  /** Asks for all of it at once, as stations do: byte ranges, not tags. */
  readonly read = (client: ProtocolClient): Promise<Reply> =>
    client.request(
      readRequest(
        client.nextReference(),
        this.#ranges.map(({ db, length }) => ({
          area: Area.DB,
          db,
          address: 0,
          size: Size.byte,
          count: length,
        })),
      ),
    );

  /** Takes an answer to {@link read}. */
  take(reply: Reply): void {
    for (const [i, { db }] of this.#ranges.entries()) {
      const copy = this.#copies.get(db)!;
      for (const [at, value] of (reply.items[i]?.values ?? []).entries()) copy.setUint8(at, Number(value));
    }
    this.#known = true;
  }

  /** Value of a tag; NaN where nothing was read yet, or it lies outside. */
  get(tag: Tag): number {
    const { db, byte, bit = 0 } = tag.place as S7Place;
    const copy = this.#copies.get(db);
    if (!this.#known || copy === undefined || byte + (tag.type === 'bool' ? 1 : 4) > copy.byteLength) {
      return Number.NaN;
    }
    return tag.type === 'bool' ? (copy.getUint8(byte) >> bit) & 1 : copy.getFloat32(byte);
  }
}
