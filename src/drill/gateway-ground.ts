/**
 * The gateway in front of a simulated plant, wherever its devices really listen.
 *
 * @module
 */

import type { GatewayEvent } from '../gateway/event.ts';
import { Gateway, type GatewayOptions } from '../gateway/gateway.ts';
import { assertLoopback } from '../plant/loopback.ts';
import type { Endpoint } from '../plant/protocol-client.ts';
import { Policy } from '../policy/policy.ts';

/** A policy that cannot be exercised. */
export class ExerciseError extends Error {
  readonly code = 'COFFERDAM_EXERCISE';
  override readonly name = 'ExerciseError';
}

/** By name of the device's host in the policy. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

export interface GroundOptions {
  readonly policy: Policy;
  /** Listen where the policy says, instead of on free ports. */
  readonly fixedPorts: boolean;
  readonly tell: (event: GatewayEvent) => void;
  /** What else the gateway is to be given. */
  readonly more?: Partial<GatewayOptions>;
}

/** Opens the gateway in front of `devices`, in enforcing mode; gives it, and where clients find the devices behind it. */
export async function openGateway<T extends Endpoints>(
  { policy, fixedPorts, tell, more = {} }: GroundOptions,
  devices: T,
): Promise<{ readonly gateway: Gateway; readonly endpoints: { readonly [Name in keyof T]: Endpoint } }> {
  const listeners = policy.listeners.flatMap(listener => {
    const upstream = devices[listener.target];
    return upstream === undefined ? [] : [{ ...listener, upstream }];
  });
  const gateway = new Gateway({
    ...more,
    policy: new Policy({ ...policy, listeners }),
    mode: 'enforce',
    tell,
    listenAt: ({ address, port }) => ({ address, port: fixedPorts ? port : 0 }),
  });
  await gateway.open();
  const endpoints: Record<string, Endpoint> = {};
  for (const { endpoint, address, port } of gateway.listeners) endpoints[endpoint.target] = { address, port };
  // The policy has a listener for each of the devices: see checkGround.
  return { gateway, endpoints: endpoints as { [Name in keyof T]: Endpoint } };
}

/** Where the policy says that a device listens, behind the gateway. */
export function upstreamOf(policy: Policy, name: string, fixedPorts: boolean): Endpoint {
  const { address, port } = policy.listeners.find(({ target }) => target === name)!.upstream;
  return { address, port: fixedPorts ? port : 0 };
}

/** The policy must have the hosts that act, and stand in for the devices, all on loopback addresses. */
export function checkGround(
  { file, hosts, listeners }: Policy,
  stations: readonly string[],
  devices: readonly string[],
): void {
  for (const name of stations) {
    const host = hosts.get(name);
    if (host === undefined) throw new ExerciseError(`${file}: has no host '${name}'; add it under zones:`);
    assertLoopback(host.network.text);
  }
  for (const name of devices) {
    const listener = listeners.find(({ target }) => target === name);
    if (listener === undefined) {
      throw new ExerciseError(`${file}: has no listener for '${name}'; add it under listeners:`);
    }
    assertLoopback(listener.address);
    assertLoopback(listener.upstream.address);
  }
}
