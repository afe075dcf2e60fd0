/**
 * The captures that are read: each in full length, and a smaller one of its kind for slow readers.
 *
 * @module
 */

import { type CaptureParameters, capture } from './generate/capture.ts';
import { officeCapture } from './generate/office.ts';
import { recordedCapture } from './generate/recorded.ts';

export interface BenchCapture {
  readonly name: string;
  readonly about: string;
  readonly path: string;
  readonly packets: number;
  /** Of the packets, without the file's own headers. */
  readonly bytes: number;
  readonly disturbed: boolean;
  /** Messages by protocol, where that is known. */
  readonly messages?: Readonly<Record<string, number>>;
}

export interface CaptureOptions {
  readonly packets: number;
  /** Of the smaller one of its kind; absent where none is wanted. */
  readonly fewer?: number;
  readonly seed: number;
  /** Names of captures; all where none is given. */
  readonly only: readonly string[];
  readonly folder: string;
  /** Where recorded captures are; without it there is none made of them. */
  readonly recordings: string | undefined;
  readonly progress: (line: string) => void;
}

type Kind = Pick<CaptureParameters, 'protocols' | 'short' | 'disturbed'> & { readonly about: string };

const GENERATED: Readonly<Record<string, Kind>> = {
  modbus: { protocols: ['modbus'], short: false, disturbed: false, about: 'generated, Modbus' },
  mix: {
    protocols: ['modbus', 's7comm'],
    short: false,
    disturbed: false,
    about: 'generated, Modbus and S7comm in halves',
  },
  short: {
    protocols: ['modbus', 's7comm'],
    short: true,
    disturbed: false,
    about: 'the mix in connections of 1 to 8 exchanges instead of 40 to 400',
  },
  disturbed: {
    protocols: ['modbus', 's7comm'],
    short: false,
    disturbed: true,
    about: 'the mix with messages segmented and segments reordered',
  },
};
const RECORDED = 'recorded';
const OFFICE = 'office';

export const CAPTURE_NAMES: readonly string[] = [...Object.keys(GENERATED), RECORDED, OFFICE];

export async function* benchCaptures(
  options: CaptureOptions,
): AsyncGenerator<{ readonly large: BenchCapture; readonly small: BenchCapture | undefined }> {
  const { only, packets, fewer } = options;
  for (const name of CAPTURE_NAMES) {
    if (only.length > 0 && !only.includes(name)) continue;
    const large = await make(name, packets, options);
    const small = fewer === undefined ? undefined : await make(name, fewer, options);
    if (large !== undefined) yield { large, small };
  }
}

async function make(
  name: string,
  packets: number,
  { seed, folder, recordings, progress }: CaptureOptions,
): Promise<BenchCapture | undefined> {
  const made = () => progress(`making a capture of ${packets} packets (${name}) in ${folder}`);
  const kind = GENERATED[name];
  if (kind !== undefined) {
    const { protocols, short, disturbed, about } = kind;
    return {
      ...capture(folder, { packets, seed, disturbed, short, protocols }, made),
      name,
      about,
      disturbed,
    };
  }
  if (recordings === undefined) return undefined;
  if (name === OFFICE) {
    const { sources, frames, ...office } = await officeCapture(folder, recordings, packets, made);
    const about = `${sources} recorded captures without industrial messages, ${frames} frames, again and again`;
    return { ...office, name, about, disturbed: false };
  }
  const { dialogues, ...recorded } = await recordedCapture(folder, recordings, packets, seed, made);
  const about = `${dialogues} recorded Modbus and S7comm connections, played again and again`;
  return { ...recorded, name, about, disturbed: false };
}
