/**
 * What `cofferdam watch` can be told, and its help.
 *
 * @module
 */

import { resolve } from 'node:path';
import { HOLDINGS } from '../monitor/live/holdings.ts';
import type { WatchOptions } from '../monitor/live/watch.ts';
import { FORMATS, formatNamed } from '../monitor/output/formats.ts';
import { type User, userNamed } from '../packet/live/privileges.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { asksForRecords, chooseOutput, type OutputValues } from './output-choice.ts';
import { readInterval } from './times.ts';
import { version } from './version.ts';
import type { WatchFiles } from './watch-files.ts';

/** Formats that can be written as records come. A file that is no use before it is complete never would be. */
const LIVE = FORMATS.filter(({ place }) => place !== 'file').map(({ name }) => name);

export const WATCH_HELP = `usage: cofferdam watch [OPTION …] IFACE…

Reads what passes network interfaces (a mirror port, a tap) as it passes, and
prints each operation of the control protocols: who asked whom to do what to
which object, with the values, and what came of it. Sends nothing. Several
interfaces are one record of traffic. How it fares, and what seems wrong with
the mirror, goes to standard error.

What is printed:
  --format NAME      how operations are written: ${LIVE.join(', ')}
                     (examples: docs/formats.md). Parquet is read once it is
                     complete, which a watch never is: --write DIR, and
                     cofferdam inspect --format parquet of what that keeps
  --ndjson           short for --format ndjson; what would go to standard error
                     is a line among them (fields: docs/watch.md)
  --flows            connections, when they end; with --operations both
  --into DIR         with --format zeek: the folder for its logs, such as
                     conn.log; --summary goes with it
  --rotate TIME      how often the logs get names with their time, such as
                     conn.2026-11-28-13-00-00.log, and begin anew (1h)
  --summary          counts instead of operations, at the end
  --json             the summary as JSON, and what goes to standard error too
  --assets FILE      the devices that there are, as JSON (cofferdam assets)
  --tags FILE        the objects that are read and written (cofferdam tags)
  --every TIME       with --summary: in between too; how often the two files are
                     written anew (as often as --health)
  --health TIME      how often it tells how it fares (60s)

What is kept:
  --write DIR        the latest packets as pcapng files in DIR
  --write-size SIZE  bytes of all of them together (1GB)
  --write-file SIZE  bytes of one of them (a tenth of all, 100MB at most)
  --write-age TIME   how long a packet is kept at most (no limit)

How it watches:
  --workers N        reads with N threads (1)
  --ring SIZE        memory for packets that wait, for each thread (56MB of all
                     threads together, 16MB at least)
  --snaplen BYTES    of each packet only so many (all)
  --incoming         not what this machine itself sends
  --no-promiscuous   only what is meant for this machine
  --hardware-time    the time at which the card saw a packet; switches that on
  --user NAME        whom to become once the interfaces are open, where started
                     by root (nobody)
  --for TIME         ends after so long

Examples:
  cofferdam watch eth1
  cofferdam watch --ndjson eth1 eth2 | jq 'select(.verb == "write")'
  cofferdam watch --write /var/lib/cofferdam --write-size 20GB eth1
  cofferdam watch --format zeek --flows --operations --into /var/log/plant eth1
  cofferdam watch --assets assets.json --tags tags.json --summary eth1

Exit codes: 0 ended by --for, SIGINT or SIGTERM, with what was received read to
its end; 2 an interface cannot be watched.`;

const MAX_WORKERS = 64;
const MAX_INTERFACES = 32;
/** Smallest that makes sense: some blocks of the ring; two files of some chunks each. */
const LEAST_RING = 2e6;
const LEAST_SIZE = 4e6;
const LEAST_FILE = 2e6;
const LONGEST_PACKET = 262_144;
/** Bytes of all rings together, and of one at least: two workers stay within 200 MB. */
const USUAL_RINGS = 56e6;
const USUAL_RING = 16e6;
/** What a watch does, and what the command makes of what it tells. */
export interface WatchWords extends WatchOptions {
  /** 0: until a signal. */
  readonly seconds: number;
  readonly summary: 'text' | 'json' | undefined;
  /** 0: at the end. */
  readonly printEvery: number;
  readonly files: WatchFiles;
  /** Folder for logs, and seconds after which they begin anew. */
  readonly into: string | undefined;
  readonly rotate: number;
}

export function parseWatch(args: readonly string[]): WatchWords {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      ndjson: { type: 'boolean', default: false },
      operations: { type: 'boolean', default: false },
      flows: { type: 'boolean', default: false },
      summary: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      into: { type: 'string' },
      rotate: { type: 'string' },
      every: { type: 'string' },
      assets: { type: 'string' },
      tags: { type: 'string' },
      health: { type: 'string', default: '60s' },
      write: { type: 'string' },
      'write-size': { type: 'string' },
      'write-file': { type: 'string' },
      'write-age': { type: 'string' },
      workers: { type: 'string', default: '1' },
      ring: { type: 'string' },
      snaplen: { type: 'string', default: String(LONGEST_PACKET) },
      incoming: { type: 'boolean', default: false },
      'no-promiscuous': { type: 'boolean', default: false },
      'hardware-time': { type: 'boolean', default: false },
      user: { type: 'string' },
      for: { type: 'string' },
    },
  });
  if (positionals.length === 0) {
    throw new UsageError('watch: no interface named; `ip link` lists them');
  }
  if (positionals.length > MAX_INTERFACES)
    throw new UsageError(`watch: ${MAX_INTERFACES} interfaces at most`);
  const twice = positionals.find((name, place) => positionals.indexOf(name) !== place);
  if (twice !== undefined) throw new UsageError(`watch: ${twice} is named twice`);
  const summary = values.json ? 'json' : values.summary ? 'text' : undefined;
  if (summary !== undefined && values.into === undefined && asksForRecords({ ...values, health: false })) {
    throw new UsageError('watch: --summary and --json print counts, the other options records; choose one');
  }
  if (values.rotate !== undefined && values.into === undefined) {
    throw new UsageError('watch: --rotate goes with --format zeek --into DIR');
  }
  const workers = whole(values.workers, '--workers', 1, MAX_WORKERS);
  const health = seconds(values.health, '--health');
  const every = values.every === undefined ? 0 : seconds(values.every, '--every');
  const files: WatchFiles = new Map(
    HOLDINGS.flatMap(what => (values[what] === undefined ? [] : [[what, resolve(values[what])]])),
  );
  if (new Set(files.values()).size < files.size) {
    throw new UsageError('watch: --assets and --tags are two files; name another one');
  }
  if (every > 0 && ((summary === undefined && files.size === 0) || every < health)) {
    throw new UsageError(
      'watch: --every goes with --summary, --assets or --tags, and is no shorter than --health',
    );
  }
  return {
    interfaces: positionals,
    workers,
    ringBytes:
      values.ring === undefined
        ? Math.max(USUAL_RING, USUAL_RINGS / workers)
        : size(values.ring, '--ring', LEAST_RING),
    snapLength: whole(values.snaplen, '--snaplen', 64, LONGEST_PACKET),
    promiscuous: !values['no-promiscuous'],
    incomingOnly: values.incoming,
    hardwareTime: values['hardware-time'],
    health,
    ...(summary === undefined || values.into !== undefined ? { printing: recordsOption(values) } : {}),
    ...userOption(values.user),
    ...recordingOption(values, workers),
    seconds: values.for === undefined ? 0 : seconds(values.for, '--for'),
    summary,
    printEvery: every,
    files,
    into: values.into === undefined ? undefined : resolve(values.into),
    rotate: seconds(values.rotate ?? '1h', '--rotate'),
    holding: [...files.keys()],
    every: Math.max(every, health),
  };
}

function recordsOption(values: Omit<OutputValues, 'health'>): NonNullable<WatchOptions['printing']> {
  const { format: name } = values;
  const place = formatNamed(name ?? (values.ndjson ? 'ndjson' : 'text'))?.place;
  if (place === 'file') {
    throw new UsageError(
      `watch: --format ${name} is read once it is complete; there are ${LIVE.join(', ')}; or --write DIR, and inspect what it keeps`,
    );
  }
  if (place === 'stream' && values.into !== undefined) {
    throw new UsageError('watch: --into DIR goes with --format zeek; the others are printed');
  }
  const { format, operations, flows } = chooseOutput('watch', { ...values, health: false });
  return { format: format.name, operations, flows };
}

function userOption(name: string | undefined): { user?: User } {
  if (process.getuid?.() === 0) return { user: userNamed(name ?? 'nobody') };
  if (name === undefined) return {};
  throw new UsageError('watch: --user: only root can become another user; leave it out, or start it as root');
}

/** Each of the workers has its share of the files, which must have room for what is written at once. */
function recordingOption(
  values: {
    write?: string | undefined;
    snaplen: string;
    'write-size'?: string | undefined;
    'write-file'?: string | undefined;
    'write-age'?: string | undefined;
  },
  workers: number,
): Pick<WatchOptions, 'recording'> {
  if (values.write === undefined) {
    for (const option of ['write-size', 'write-file', 'write-age'] as const) {
      if (values[option] !== undefined) throw new UsageError(`watch: --${option} goes with --write DIR`);
    }
    return {};
  }
  const all = size(values['write-size'] ?? '1GB', '--write-size', LEAST_SIZE * workers);
  const file = values['write-file'];
  const fileSize =
    file === undefined
      ? Math.max(LEAST_FILE * workers, Math.min(1e8, all / 10))
      : size(file, '--write-file', LEAST_FILE * workers);
  if (fileSize > all / 2) {
    throw new UsageError(
      'watch: --write-file: at most half of --write-size, since the oldest file goes whole',
    );
  }
  return {
    recording: {
      folder: resolve(values.write),
      size: all,
      fileSize,
      age: values['write-age'] === undefined ? 0 : seconds(values['write-age'], '--write-age'),
      snapLength: Number(values.snaplen),
      application: `cofferdam ${version}`,
    },
  };
}

/** A length of time, in seconds. */
function seconds(text: string, option: string): number {
  return readInterval(text, option) / 1000;
}

function whole(text: string, option: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new UsageError(`watch: ${option} ${text}: give a number from ${least} to ${most}`);
  }
  return number;
}

const UNITS: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function size(text: string, option: string, least: number): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(kB|MB|GB|TB)$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (Number.isNaN(bytes)) throw new UsageError(`watch: ${option} ${text}: write 500MB or 20GB`);
  if (bytes < least) throw new UsageError(`watch: ${option} ${text}: at least ${least / 1e6}MB`);
  return bytes;
}
