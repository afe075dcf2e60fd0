/**
 * Runs the steps of a scenario against a simulated plant, one after the other, and records what the intruder saw. It
 * refuses every address that is not a loopback address; nothing turns that off.
 *
 * @module
 */

import { assertLoopback } from '../plant/loopback.ts';
import { ClientError, type Endpoint, ProtocolClient, type Reply } from '../plant/protocol-client.ts';
import { connectS7, downloadBlock } from '../plant/s7-client.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import type { Attempt, Step, StepResult } from './step.ts';

export interface Ground {
  /** Address of a host, by name. */
  readonly hosts: ReadonlyMap<string, string>;
  /** Where a controller is reached, by name: at the gateway, or at itself. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
}

export class Intruder {
  readonly #ground: Ground;
  readonly #clients = new Map<string, ProtocolClient>();

  constructor(ground: Ground) {
    for (const address of ground.hosts.values()) assertLoopback(address);
    for (const { address } of ground.endpoints.values()) assertLoopback(address);
    this.#ground = ground;
  }

  /** Tries one step. A session is kept for the next step from the same host to the same controller. */
  async run(step: Step): Promise<StepResult> {
    const saw = new Set<string>();
    let requests = 0;
    let refused = 0;
    let alive = true;
    for (const attempt of step.attempts) {
      requests++;
      try {
        const client = await this.#client(step, attempt.kind === 'modbus' ? 'modbus' : 's7comm');
        const { error } = await send(client, attempt);
        saw.add(error === 0 ? 'done' : `refused: ${client.protocol.errorName(error)}`);
        if (error === step.refusal) refused++;
        alive = client.connected;
      } catch (error) {
        alive = false;
        saw.add(error instanceof ClientError ? error.failure : (error as Error).message);
      }
    }
    const { name, technique, from, to } = step;
    const held = refused === requests;
    return { name, technique, from, to, requests, refused, held, saw: [...saw], sessionAlive: alive };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  async #client({ from, to }: Step, protocol: 'modbus' | 's7comm'): Promise<ProtocolClient> {
    const key = `${from} ${to}`;
    const known = this.#clients.get(key);
    if (known?.connected) return known;
    const address = this.#ground.hosts.get(from);
    const endpoint = this.#ground.endpoints.get(to);
    if (address === undefined || endpoint === undefined)
      throw new Error(`no host '${from}' or controller '${to}'`);
    const client =
      protocol === 'modbus'
        ? await ProtocolClient.connect(modbus, address, endpoint)
        : await connectS7(address, endpoint);
    this.#clients.set(key, client);
    return client;
  }
}

function send(client: ProtocolClient, attempt: Attempt): Promise<Reply> {
  switch (attempt.kind) {
    case 'modbus':
      return client.request(attempt.build({ transaction: client.nextReference(), unit: attempt.unit }));
    case 's7comm':
      return client.request(attempt.build(client.nextReference()));
    case 'download':
      return downloadBlock(client, attempt.block);
  }
}
