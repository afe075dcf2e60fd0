/**
 * Stations: rack and slot of the module, as the called TSAP carries them in its low byte (rack in bits 5 to 7,
 * slot in bits 0 to 4).
 *
 * @module
 */

import type { StationGrammar } from '../protocol.ts';

/** The session was joined after its begin, or its TSAP names no rack and slot. */
export const UNKNOWN_STATION = -1;

/** Station of a rack (0 to 7) and slot (0 to 31). */
export function stationOf(rack: number, slot: number): number {
  return (rack << 5) | slot;
}

export const stations: StationGrammar = {
  word: 'rack/slot',
  // The CPU of a 300 is in rack 0, slot 2.
  standard: stationOf(0, 2),
  parse(text) {
    const match = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text);
    const rack = Number(match?.[1]);
    const slot = Number(match?.[2]);
    if (match === null) return { problem: `'${text}' is no rack and slot; write them as 0/2` };
    if (rack > 7) return { problem: `rack ${rack} does not exist; racks are 0 to 7` };
    if (slot > 31) return { problem: `slot ${slot} does not exist; slots are 0 to 31` };
    return stationOf(rack, slot);
  },
  format(station) {
    return station < 0 ? '?' : `${station >> 5}/${station & 0x1f}`;
  },
};
