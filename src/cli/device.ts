/**
 * The options with which commands name a controller that they connect to themselves: an address, or a host of a policy;
 * its protocol and station; how fast.
 *
 * @module
 */

import { isIP } from 'node:net';
import { STANDARD_RATE } from '../audit/ask-device.ts';
import type { Device } from '../audit/device-link.ts';
import { isSingle } from '../policy/address.ts';
import type { Host } from '../policy/model.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { UsageError } from './command.ts';

/** For parseArgs. */
export const DEVICE_OPTIONS = {
  policy: { type: 'string' },
  protocol: { type: 'string' },
  station: { type: 'string' },
  from: { type: 'string' },
  rate: { type: 'string' },
} as const;

export interface DeviceWords {
  readonly policy?: string | undefined;
  readonly protocol?: string | undefined;
  readonly station?: string | undefined;
  readonly from?: string | undefined;
  readonly rate?: string | undefined;
}

/** What the approved program says of the controller, where there is one. */
export interface DeviceDefaults {
  readonly protocol: string;
  readonly station: string;
}

const READABLE = PROTOCOLS.filter(protocol => protocol.readBack !== undefined);

/** Most requests a second that a controller is asked. */
const MAX_RATE = 50;

/** The controller that the words name. */
export async function readDeviceWords(
  place: string,
  words: DeviceWords,
  defaults?: DeviceDefaults,
): Promise<{ readonly device: Device; readonly rate: number }> {
  const protocol = protocolOf(words.protocol ?? defaults?.protocol, words.station);
  const station = stationOf(protocol, words.station ?? defaults?.station);
  const { name, address, port } = await placeOf(place, words.policy, protocol);
  const from = readFrom(words.from);
  const rate = readRate(words.rate);
  const device = {
    name,
    address,
    port,
    protocol,
    station,
    ...from,
  };
  return { device, rate };
}

/** The protocol that is named, or the only one that writes stations like this. */
function protocolOf(name: string | undefined, station: string | undefined): Protocol {
  const names = READABLE.map(protocol => protocol.name);
  if (name === undefined) {
    const fitting = READABLE.filter(({ stations }) => typeof stations.parse(station ?? '') === 'number');
    if (fitting.length === 1) return fitting[0]!;
    const examples = READABLE.map(
      ({ name, stations }) =>
        `${stations.word} of ${name}, like --station ${stations.format(stations.standard)}`,
    );
    throw new UsageError(`say which station the controller is: ${examples.join('; ')}`);
  }
  const protocol = PROTOCOLS.find(each => each.name === name);
  if (protocol?.readBack !== undefined) return protocol;
  const known = protocol === undefined ? 'no such protocol' : 'gives no sound way to read a program back';
  throw new UsageError(`--protocol ${name}: ${known}; those that do: ${names.join(', ')}`);
}

function stationOf({ stations }: Protocol, text: string | undefined): number {
  if (text === undefined) {
    throw new UsageError(
      `say which ${stations.word} the controller has: --station ${stations.format(stations.standard)}`,
    );
  }
  const station = stations.parse(text);
  if (typeof station === 'number') return station;
  throw new UsageError(`--station ${text}: ${station.problem}`);
}

/** `HOST`, `HOST:PORT`, `[ADDRESS]:PORT`: the two parts. */
export function splitPlace(text: string): { readonly host: string; readonly port: number | undefined } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = isIP(text) === 6 ? text : (match?.[1] ?? match?.[2]);
  const port = isIP(text) === 6 || match?.[3] === undefined ? undefined : Number(match[3]);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new UsageError(`${text}: is no host; write it like 10.2.0.7, 10.2.0.7:102 or plc-7`);
  }
  return { host, port };
}

/** `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]:PORT`, or a host of the policy, perhaps with a port. */
async function placeOf(
  text: string,
  file: string | undefined,
  protocol: Protocol,
): Promise<{ name: string; address: string; port: number }> {
  const { host, port: given } = splitPlace(text);
  const standard = protocol.ports[0]!;
  if (isIP(host) !== 0) return { name: text, address: host, port: given ?? standard };
  if (file === undefined) {
    throw new UsageError(
      `${host}: is no IP address; give one, or name the policy that has this host: --policy FILE`,
    );
  }
  const policy = await loadPolicy(file);
  const named = policy.hosts.get(host);
  if (named === undefined) {
    throw new UsageError(
      `${host}: no such host in ${file}; there are: ${[...policy.hosts.keys()].join(', ')}`,
    );
  }
  if (!isSingle(named.network)) {
    throw new UsageError(`${host}: is a range of addresses in ${file}; give the controller's own`);
  }
  return { name: host, ...placeIn(policy, named, protocol, given) };
}

/** Where a host of the policy listens itself: the gateway, if there is one before it, knows. */
export function placeIn(
  policy: Policy,
  host: Host,
  protocol: Protocol,
  given?: number,
): { address: string; port: number } {
  const listener = policy.listeners.find(each => each.target === host.name && each.protocol === protocol);
  const address = listener?.upstream.address ?? host.network.text.split('/')[0]!;
  return { address, port: given ?? listener?.upstream.port ?? protocol.ports[0]! };
}

/** Requests a second as `--rate` says. */
export function readRate(text: string | undefined): number {
  const rate = text === undefined ? STANDARD_RATE : Number(text);
  if (rate > 0 && rate <= MAX_RATE) return rate;
  throw new UsageError(`--rate ${text}: give requests a second, above 0 and at most ${MAX_RATE}`);
}

/** The address that `--from` says, as part of a device. */
export function readFrom(text: string | undefined): { readonly from?: string } {
  if (text === undefined) return {};
  if (isIP(text) !== 0) return { from: text };
  throw new UsageError(`--from ${text}: is no IP address; give one of this machine's`);
}
