/**
 * The rotor hall on the network, behind the gateway or not.
 *
 * @module
 */

import type { Endpoint } from '../../plant/protocol-client.ts';
import { type HallEndpoints, RotorHallNetwork } from '../../plant/rotor-hall/network.ts';
import type { RotorHall } from '../../plant/rotor-hall/rotor-hall.ts';
import { CASCADES, MONITOR } from '../../plant/rotor-hall/tags.ts';
import { checkGround, type GroundOptions, openGateway, upstreamOf } from '../gateway-ground.ts';
import { STATIONS } from './intrusion.ts';

export interface OpenHallOptions extends GroundOptions {
  /** False lets everybody talk to the devices directly. */
  readonly guarded: boolean;
}

export interface OpenHall {
  /** Where clients find the devices. */
  readonly endpoints: HallEndpoints;
  close(): Promise<void>;
}

/** Lets the hall's devices listen, and the gateway in front of them. */
export async function openHall(hall: RotorHall, options: OpenHallOptions): Promise<OpenHall> {
  const { policy, fixedPorts, guarded } = options;
  checkGround(policy, STATIONS, [...CASCADES, MONITOR]);
  const place = (name: string): Endpoint => upstreamOf(policy, name, fixedPorts);
  const network = new RotorHallNetwork(hall);
  try {
    const devices = await network.listen({
      'plc-a': place('plc-a'),
      'plc-b': place('plc-b'),
      [MONITOR]: place(MONITOR),
    });
    if (!guarded) return { endpoints: devices, close: () => network.close() };
    const { gateway, endpoints } = await openGateway(options, devices);
    const close = async (): Promise<void> => {
      await gateway.close();
      await network.close();
    };
    return { endpoints, close };
  } catch (error) {
    await network.close();
    throw error;
  }
}
