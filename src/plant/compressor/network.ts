/**
 * The station's controllers on the (loopback) network: the process controller speaks Modbus, the drive controller
 * S7comm.
 *
 * @module
 */

import { modbusServer } from '../modbus-server.ts';
import type { Endpoint } from '../protocol-client.ts';
import type { ProtocolServer } from '../protocol-server.ts';
import { s7Server } from '../s7-server.ts';
import type { CompressorStation } from './compressor-station.ts';
import { COMPRESSOR_UNIT, LUBE_UNIT } from './tags.ts';

/** Where the controllers are to be found, or shall listen; port 0 is any free one. */
export interface ControllerEndpoints {
  readonly process: Endpoint;
  readonly drive: Endpoint;
}

export class CompressorNetwork {
  readonly #process: ProtocolServer;
  readonly #drive: ProtocolServer;

  constructor(station: CompressorStation) {
    const { process, drive } = station;
    this.#process = modbusServer({
      units: new Map([
        [COMPRESSOR_UNIT, process.compressor],
        [LUBE_UNIT, process.lube],
      ]),
      identity: { vendor: 'Cofferdam', product: 'Compressor controller', revision: '1.0' },
    });
    this.#drive = s7Server(drive.cpu);
  }

  /** Listens; resolves to where. */
  async listen({ process, drive }: ControllerEndpoints): Promise<ControllerEndpoints> {
    return {
      process: { ...process, port: await this.#process.listen(process.address, process.port) },
      drive: { ...drive, port: await this.#drive.listen(drive.address, drive.port) },
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#process.close(), this.#drive.close()]);
  }
}
