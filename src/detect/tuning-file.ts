/**
 * Reads a tuning file: YAML, with every mistake reported at its place and what to write instead.
 *
 *     cofferdam-tuning: 1
 *     hosts:
 *       engineering: [10.1.0.21]
 *       safety: [10.2.9.0/24]
 *     learning: 14d
 *     thresholds:
 *       host-scan: { count: 20, within: 5min }
 *     mute:
 *       - { kind: detect.upload, client: 10.1.0.30, reason: backup of all programs, until: 2027-05-01 }
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { LineCounter } from 'yaml';
import { type Network, parseNetwork } from '../policy/address.ts';
import { formatProblem, type Problem } from '../policy/problem.ts';
import { suggestion } from '../policy/read/nearest.ts';
import { parseYaml, readSyntax } from '../policy/read/policy.ts';
import { type Entry, type Place, Reader } from '../policy/read/reader.ts';
import { FINDING_KINDS } from './finding-kinds.ts';
import { THRESHOLDS, type Threshold, type ThresholdName, type Thresholds } from './thresholds.ts';
import { DEFAULT_TUNING, type Mute, ROLES, type Role, type Tuning } from './tuning.ts';

/** Characters of a tuning file at most. */
const MAX_LENGTH = 1 << 20;

const KEYS = ['cofferdam-tuning', 'hosts', 'learning', 'quiet', 'thresholds', 'mute'] as const;
const MUTE_KEYS = ['kind', 'client', 'server', 'reason', 'until'] as const;

const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
const DURATION = 'a duration: 30s, 5min, 2h or 7d';
const DAY = 86_400;
const MUTE_EXAMPLE = '`{ kind: detect.upload, client: 10.1.0.30, reason: weekly backup, until: 2027-05-01 }`';

/** A tuning file that cannot be used. The message is all its problems, one a line. */
export class TuningError extends Error {
  readonly code = 'COFFERDAM_TUNING';
  override readonly name = 'TuningError';

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** Reads the file. Throws a {@link TuningError} with all that is wrong. */
export async function loadTuning(path: string): Promise<Tuning> {
  const bytes = await readFile(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const message = 'the file is not UTF-8 text; save it as UTF-8, or name another file';
    throw new TuningError([{ file: path, line: 1, column: 1, message }]);
  }
  return readTuning(text, path);
}

/** Reads the text; `file` is the name that messages give. Throws a {@link TuningError} with all that is wrong. */
export function readTuning(text: string, file: string): Tuning {
  if (text.length > MAX_LENGTH) {
    const message = `the file has more than ${MAX_LENGTH} characters; is it the right one?`;
    throw new TuningError([{ file, line: 1, column: 1, message }]);
  }
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const reader = new Reader(document, lines, file, text);
  readSyntax(reader, document, 'a tuning file');
  const tuning = reader.problems.empty ? readParts(reader) : DEFAULT_TUNING;
  if (!reader.problems.empty) throw new TuningError(reader.problems.list());
  return tuning;
}

function readParts(reader: Reader): Tuning {
  const root = reader.root();
  const fields = reader.fields(root, 'the tuning file', KEYS, '`cofferdam-tuning: 1` and `hosts:`');
  if (fields === undefined) return DEFAULT_TUNING;
  const version = fields.get('cofferdam-tuning');
  if (version === undefined) reader.problem(root.at, 'the version is missing; write `cofferdam-tuning: 1`');
  else reader.integer(version.value, 'cofferdam-tuning', 1, 1);
  const { learning, quiet } = DEFAULT_TUNING;
  return {
    hosts: readHosts(reader, fields.get('hosts')),
    learning: readDuration(reader, fields.get('learning'), 'learning', 0, 366 * DAY) ?? learning,
    quiet: readDuration(reader, fields.get('quiet'), 'quiet', 1, 31 * DAY) ?? quiet,
    thresholds: readThresholds(reader, fields.get('thresholds')),
    mutes: readMutes(reader, fields.get('mute')),
  };
}

function readHosts(reader: Reader, field: Entry | undefined): Tuning['hosts'] {
  const hosts: Record<Role, Network[]> = { engineering: [], scanners: [], time: [], safety: [] };
  if (field === undefined) return hosts;
  const fields = reader.fields(field.value, 'hosts', Object.keys(ROLES), '`engineering: [10.1.0.21]`');
  for (const role of Object.keys(ROLES) as Role[]) {
    const entry = fields?.get(role);
    if (entry === undefined) continue;
    for (const item of reader.list(entry.value, role, '`[10.1.0.21, 10.1.5.0/24]`') ?? []) {
      const network = readNetwork(reader, item, role);
      if (network !== undefined) hosts[role].push(network);
    }
  }
  return hosts;
}

function readNetwork(reader: Reader, place: Place, what: string): Network | undefined {
  const text = reader.text(place, what, 'an address or a range: 10.1.0.21 or 10.1.5.0/24');
  if (text === undefined) return undefined;
  const network = parseNetwork(text);
  return 'problem' in network ? reader.problem(place.at, `${what}: ${network.problem}`) : network;
}

function readThresholds(reader: Reader, field: Entry | undefined): Thresholds {
  const thresholds: Record<ThresholdName, Threshold> = { ...DEFAULT_TUNING.thresholds };
  if (field === undefined) return thresholds;
  const names = THRESHOLDS.map(({ name }) => name);
  const fields = reader.fields(field.value, 'thresholds', names, '`host-scan: { count: 20, within: 5min }`');
  for (const name of names) {
    const entry = fields?.get(name);
    if (entry === undefined) continue;
    const parts = reader.fields(entry.value, name, ['count', 'within'], '`{ count: 20, within: 5min }`');
    if (parts === undefined) continue;
    const count = parts.get('count');
    const standard = DEFAULT_TUNING.thresholds[name];
    thresholds[name] = {
      count:
        (count && reader.integer(count.value, `count of ${name}`, 1, MAX_COUNTS[name] ?? 999_999_999)) ??
        standard.count,
      within: readDuration(reader, parts.get('within'), `within of ${name}`, 1, DAY) ?? standard.within,
    };
  }
  return thresholds;
}

/** What the detectors remember at most of these. */
const MAX_COUNTS: Readonly<Partial<Record<ThresholdName, number>>> = {
  'host-scan': 1000,
  'port-scan': 1000,
  'station-scan': 250,
};

function readMutes(reader: Reader, field: Entry | undefined): Mute[] {
  const mutes: Mute[] = [];
  if (field === undefined) return mutes;
  for (const item of reader.list(field.value, 'mute', `\`- ${MUTE_EXAMPLE.slice(1)}`) ?? []) {
    const fields = reader.fields(item, 'the mute', MUTE_KEYS, MUTE_EXAMPLE);
    if (fields === undefined) continue;
    const kind = readKind(reader, item, fields.get('kind'));
    const reason = readRequired(reader, item, fields.get('reason'), 'reason', 'why nobody needs to see it');
    const until = readDay(reader, item, fields.get('until'));
    const client = fields.get('client');
    const server = fields.get('server');
    const from = client && readNetwork(reader, client.value, 'client');
    const to = server && readNetwork(reader, server.value, 'server');
    if (kind === undefined || reason === undefined || until === undefined) continue;
    mutes.push({
      kind,
      reason,
      until,
      line: reader.line(item.at),
      ...(from === undefined ? {} : { client: from }),
      ...(to === undefined ? {} : { server: to }),
    });
  }
  return mutes;
}

function readKind(reader: Reader, mute: Place, field: Entry | undefined): string | undefined {
  const kind = readRequired(reader, mute, field, 'kind', 'the name of a finding, such as detect.upload');
  // Kinds of other rooms are theirs to know.
  if (kind === undefined || !kind.startsWith('detect.')) return kind;
  const names = FINDING_KINDS.map(({ name }) => name);
  if (names.includes(kind)) return kind;
  return reader.problem(field!.value.at, () => `no finding is called '${kind}'${suggestion(kind, names)}`);
}

function readDay(reader: Reader, mute: Place, field: Entry | undefined): string | undefined {
  const text = readRequired(reader, mute, field, 'until', 'the last day that it holds, such as 2027-05-01');
  if (text === undefined) return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  const real = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime());
  if (real && date.toISOString().slice(0, 10) === text) return text;
  return reader.problem(field!.value.at, `until is '${text}'; write a day as YYYY-MM-DD, such as 2027-05-01`);
}

function readRequired(
  reader: Reader,
  mute: Place,
  field: Entry | undefined,
  key: string,
  what: string,
): string | undefined {
  if (field !== undefined) return reader.text(field.value, key, what);
  return reader.problem(mute.at, `the mute has no ${key}; write \`${key}:\` and ${what}`);
}

function readDuration(
  reader: Reader,
  field: Entry | undefined,
  what: string,
  least: number,
  most: number,
): number | undefined {
  if (field === undefined) return undefined;
  const text = reader.text(field.value, what, DURATION);
  if (text === undefined) return undefined;
  const match = /^(\d{1,9})\s*(s|min|h|d)$/.exec(text.trim());
  if (match === null) return reader.problem(field.value.at, `${what} is '${text}'; write ${DURATION}`);
  const seconds = Number(match[1]) * UNITS[match[2]!]!;
  if (seconds >= least && seconds <= most) return seconds;
  return reader.problem(
    field.value.at,
    `${what} is '${text}'; write a duration from ${least}s to ${most / DAY}d`,
  );
}
