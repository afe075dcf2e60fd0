/**
 * Stations and objects as a policy writes them, in front of a protocol's own grammar.
 *
 * @module
 */

import type { ObjectRange, Protocol } from '../../protocol/protocol.ts';
import { nearest } from './nearest.ts';

/** A station and objects of it. */
export interface StationedRange {
  /** The standard station where none is written. */
  readonly station: number;
  readonly range: ObjectRange;
}

/**
 * Reads `[STATION] OBJECT`: `holding 40`, `unit 3 holding 40`, `0/2 DB1.DBD4`. The station's word may be left
 * out where the protocol can tell a station from an object.
 */
export function parseStationedRange(
  protocol: Protocol,
  text: string,
): StationedRange | { readonly problem: string } {
  const { stations, objects } = protocol;
  const words = text.trim().split(/\s+/);
  const named = words[0]?.toLowerCase() === stations.word.toLowerCase();
  const whole = objects.parse(words.join(' '));
  if (!named && !('problem' in whole)) return { station: stations.standard, range: whole };
  const station = stations.parse(words[named ? 1 : 0] ?? '');
  if (typeof station !== 'number') return named ? station : (whole as { problem: string });
  const range = objects.parse(words.slice(named ? 2 : 1).join(' '));
  return 'problem' in range ? range : { station, range };
}

/** Reads a station written alone: `3`, `unit 3`, `0/2`. */
export function parseStation(protocol: Protocol, text: string): number | { readonly problem: string } {
  const { stations } = protocol;
  const word = `${stations.word.toLowerCase()} `;
  const bare = text.trim().toLowerCase().startsWith(word)
    ? text.trim().slice(word.length).trim()
    : text.trim();
  return stations.parse(bare);
}

/** Was the text, which is no object, meant as a tag? One word with a dot is, unless it begins as an object does. */
export function meantAsTag(protocol: Protocol, text: string, tags: readonly string[]): boolean {
  const object = protocol.spaces.some(({ name }) => {
    const rest = text.slice(name.length);
    return name !== '' && text.toLowerCase().startsWith(name.toLowerCase()) && /^[\d\s]/.test(rest);
  });
  if (object) return false;
  return nearest(text, tags) !== undefined || /^[A-Za-z_][\w-]*\.[\w.-]*$/.test(text);
}

/** True where two ranges share a bit. */
export function overlaps(a: ObjectRange, b: ObjectRange): boolean {
  return a.space === b.space && a.area === b.area && a.from < b.to && b.from < a.to;
}
