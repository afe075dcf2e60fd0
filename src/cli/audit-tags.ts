/**
 * `cofferdam audit --tags`: what a controller holds, read by Cofferdam itself, so that it can be compared with what
 * operators are told.
 *
 * @module
 */

import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { type Device, DeviceError } from '../audit/device-link.ts';
import { readTags } from '../audit/read-tags.ts';
import { ReadingsOf } from '../detect/readings.ts';
import { isSingle } from '../policy/address.ts';
import type { Host, Tag } from '../policy/model.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { toNumber } from '../policy/ratio.ts';
import { ReadingWriter } from '../process/reading-file.ts';
import type { TagReading } from '../process/reading-lines.ts';
import { parseArgs } from './arguments.ts';
import { type Holding, holdings } from './audit-hold.ts';
import { UsageError } from './command.ts';
import { placeIn, readFrom, readRate, splitPlace } from './device.ts';
import { stopSignal } from './stop-signal.ts';
import { readInterval } from './times.ts';

export const AUDIT_TAGS_HELP = `With --tags it reads no program but the policy's tags at the controller, few a
request, and prints their values; with --every, --from, --rate, --state, --wait
and --json as above.

  --policy FILE        the policy whose tags are meant
  --readings FILE      append what was read, for cofferdam process watch and
                       cofferdam gateway (both: --readings FILE), which compare
                       it with what operators are told; at 64 MiB it is renamed
                       to FILE.1 and begun anew`;

/** Who reads, as findings name the reader. */
const AUDIT_SOURCE = 'audit';

/** Share of a limit by which arithmetic may miss it. */
const ROUNDING = 1e-6;

/** Tags that one reading of one device gives. */
interface Group {
  readonly device: Device;
  readonly tags: readonly Tag[];
}

/** What one round gave. */
interface Round {
  readonly readings: ReadonlyMap<string, TagReading>;
  readonly problems: readonly string[];
  readonly requests: number;
}

export async function auditTags(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tags: { type: 'boolean' },
      policy: { type: 'string' },
      readings: { type: 'string' },
      every: { type: 'string' },
      from: { type: 'string' },
      rate: { type: 'string' },
      state: { type: 'string' },
      wait: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [place, extra] = positionals;
  if (place === undefined || extra !== undefined) {
    throw new UsageError('name one controller: cofferdam audit HOST[:PORT] --tags --policy FILE');
  }
  if (values.policy === undefined) throw new UsageError('say which tags: --policy FILE');
  const every = values.every === undefined ? undefined : readInterval(values.every, '--every');
  const rate = readRate(values.rate);
  const policy = await loadPolicy(values.policy);
  const { host, groups } = groupsAt(policy, place, readFrom(values.from));
  const { device } = groups[0]!;
  const holding = (await holdings(values.state, values.wait, [device]))(device);
  const writer = values.readings === undefined ? undefined : await ReadingWriter.open(values.readings);
  const stop = stopSignal();
  const colour = process.stdout.isTTY && process.stdout.hasColors();
  let bad = false;
  try {
    for (;;) {
      const began = performance.now();
      const round = await readAll(policy, host, groups, { rate, signal: stop.signal, ...holding });
      await writer?.append([...round.readings.values()]);
      const all = groups.flatMap(({ tags }) => tags);
      bad ||= all.some(tag => isBad(tag, round.readings.get(tag.name)));
      console.log(values.json ? json(host, all, round) : text(groups, all, round, colour));
      if (every === undefined) break;
      await sleep(Math.max(0, every - (performance.now() - began)), undefined, { signal: stop.signal });
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    if (every === undefined) return stop.code;
  } finally {
    stop.release();
    await writer?.close();
  }
  return bad ? 1 : 0;
}

/** The policy's tags at the place, by protocol and station. */
function groupsAt(
  policy: Policy,
  place: string,
  from: { readonly from?: string },
): { readonly host: Host; readonly groups: readonly Group[] } {
  const { host: word, port } = splitPlace(place);
  const host =
    isIP(word) === 0 ? policy.hosts.get(word) : policy.hostsAt(word).find(({ network }) => isSingle(network));
  if (host === undefined) {
    throw new UsageError(
      `${word}: no such host in ${policy.file}; there are: ${[...policy.hosts.keys()].join(', ')}`,
    );
  }
  if (!isSingle(host.network)) {
    throw new UsageError(`${word}: is a range of addresses in ${policy.file}; give the controller's own`);
  }
  const own = [...policy.tags.values()].filter(tag => tag.host === host);
  if (own.length === 0) {
    const others = [...new Set([...policy.tags.values()].map(tag => tag.host.name))];
    throw new UsageError(
      `${host.name}: has no tags in ${policy.file}; those that do: ${others.join(', ') || 'none'}`,
    );
  }
  const byStation = Map.groupBy(own, tag => `${tag.protocol.name} ${tag.station}`);
  if (port !== undefined && new Set(own.map(({ protocol }) => protocol)).size > 1) {
    throw new UsageError(`${place}: has tags of several protocols; leave out the port`);
  }
  const groups = [...byStation.values()].map((tags): Group => {
    const { protocol, station } = tags[0]!;
    const at = placeIn(policy, host, protocol, port);
    return { tags, device: { name: host.name, ...at, protocol, station, ...from } };
  });
  const dumb = groups.find(({ device }) => device.protocol.readTags === undefined);
  if (dumb !== undefined) {
    throw new UsageError(`${host.name}: ${dumb.device.protocol.title} gives no way to read tags`);
  }
  return { host, groups };
}

async function readAll(
  policy: Policy,
  host: Host,
  groups: readonly Group[],
  options: { readonly rate: number; readonly signal: AbortSignal } & Partial<Holding>,
): Promise<Round> {
  const readings = new Map<string, TagReading>();
  const problems: string[] = [];
  let requests = 0;
  const session = { clientAddress: AUDIT_SOURCE, serverAddress: '', serverHost: host.name };
  const values = new ReadingsOf(
    policy,
    { session },
    {
      observe: (tag, time, value, source) => {
        if (Number.isFinite(value)) readings.set(tag, { tag, time, value, source });
      },
      command: () => {},
    },
  );
  for (const { device, tags } of groups) {
    const protocol = policy.protocols.indexOf(device.protocol);
    const sink = {
      operation(op: Parameters<typeof values.operation>[0]) {
        op.protocol = protocol;
        values.operation(op);
      },
    };
    try {
      const asked = await readTags(
        device,
        tags.map(({ range }) => range),
        sink,
        options,
      );
      problems.push(...asked.value);
      requests += asked.requests;
    } catch (error) {
      // Whoever cannot be read now is asked again at the next round.
      if (!(error instanceof DeviceError)) throw error;
      problems.push(error.message);
    }
  }
  return { readings, problems, requests };
}

function isOutside({ written }: Tag, value: number): boolean {
  if (written?.range === undefined) return false;
  const [least, most] = written.range.map(toNumber) as [number, number];
  const slack = ROUNDING * Math.max(Math.abs(least), Math.abs(most));
  return value < least - slack || value > most + slack;
}

function isBad(tag: Tag, reading: TagReading | undefined): boolean {
  return reading === undefined || isOutside(tag, reading.value);
}

function text(groups: readonly Group[], tags: readonly Tag[], round: Round, colour: boolean): string {
  const { readings, problems, requests } = round;
  const where = groups.map(({ device }) => {
    const { protocol, station, address, port } = device;
    return `${address}:${port} ${protocol.name} ${protocol.stations.format(station)}`;
  });
  const now = new Date().toISOString().slice(0, 19).replace('T', ' ');
  const count = `${readings.size} of ${tags.length} tags read; ${requests} requests`;
  const width = Math.max(...tags.map(({ name }) => name.length));
  const mark = (what: string) => (colour ? styleText('red', what) : what);
  return [
    `${now}  ${groups[0]!.device.name} (${where.join(', ')}): ${count}`,
    ...tags.map(tag => {
      const reading = readings.get(tag.name);
      const name = tag.name.padEnd(width);
      if (reading === undefined) return `${name}  ${mark('not read')}`;
      const value = `${Number(reading.value.toPrecision(6))} ${tag.unit}`.trimEnd();
      const range = tag.written?.range?.map(toNumber).join(' to ');
      if (range === undefined) return `${name}  ${value}`;
      return isOutside(tag, reading.value)
        ? `${name}  ${value.padEnd(14)}  ${mark(`OUTSIDE ${range}`)}`
        : `${name}  ${value.padEnd(14)}  within ${range}`;
    }),
    ...problems.map(problem => `NOTE ${problem}`),
  ].join('\n');
}

function json(host: Host, tags: readonly Tag[], { readings, problems, requests }: Round): string {
  return JSON.stringify({
    controller: host.name,
    requests,
    readings: tags.flatMap(tag => {
      const reading = readings.get(tag.name);
      if (reading === undefined) return [];
      return [{ ...reading, unit: tag.unit, outside: isOutside(tag, reading.value) }];
    }),
    unread: tags.filter(({ name }) => !readings.has(name)).map(({ name }) => name),
    problems,
  });
}
