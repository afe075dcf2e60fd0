/**
 * The rotor hall on the (loopback) network: both controllers speak S7comm, the machine monitor Modbus.
 *
 * @module
 */

import { modbusServer } from '../modbus-server.ts';
import type { Endpoint } from '../protocol-client.ts';
import type { ProtocolServer } from '../protocol-server.ts';
import { s7Server } from '../s7-server.ts';
import type { RotorHall } from './rotor-hall.ts';
import { type Cascade, MONITOR, MONITOR_UNIT } from './tags.ts';

/** Where the devices are to be found, or shall listen; port 0 is any free one. */
export type HallEndpoints = Readonly<Record<Cascade | typeof MONITOR, Endpoint>>;

export class RotorHallNetwork {
  readonly #servers: Readonly<Record<Cascade | typeof MONITOR, ProtocolServer>>;

  constructor({ controllers, monitor }: RotorHall) {
    this.#servers = {
      'plc-a': s7Server(controllers['plc-a'].cpu),
      'plc-b': s7Server(controllers['plc-b'].cpu),
      [MONITOR]: modbusServer({
        units: new Map([[MONITOR_UNIT, monitor.unit]]),
        identity: { vendor: 'Cofferdam', product: 'Machine monitor', revision: '1.0' },
      }),
    };
  }

  /** Listens; resolves to where. */
  async listen(places: HallEndpoints): Promise<HallEndpoints> {
    const found: Record<string, Endpoint> = {};
    for (const [name, server] of Object.entries(this.#servers)) {
      const { address, port } = places[name as keyof HallEndpoints];
      found[name] = { address, port: await server.listen(address, port) };
    }
    return found as unknown as HallEndpoints;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#servers).map(server => server.close()));
  }
}
