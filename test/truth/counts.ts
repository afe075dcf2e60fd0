/**
 * Counts the messages of a capture as truth files have them: tables of counts by protocol. What the tables mean is
 * tshark's; where it goes by ports, so does this.
 *
 * @module
 */

import type { Current } from '../../src/monitor/current.ts';
import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import { type Operation, Outcome, Phase, type Sink } from '../../src/operation/operation.ts';
import { Side } from '../../src/operation/side.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { countTpdus } from './transport.ts';

/** Counts by key, in tables by name; the table `pdus` has the one key ''. */
export type Tables = Map<string, Map<string, number>>;

export interface CaptureCounts {
  readonly protocols: Map<string, Tables>;
  readonly packets: number;
  /** What kept the capture from being read to its end. */
  readonly problems: readonly string[];
}

/** Protocols whose messages are counted. */
export const COUNTED: readonly string[] = ['modbus', 's7comm', 'cotp'];

export async function countCapture(path: string): Promise<CaptureCounts> {
  const protocols = new Map<string, Tables>();
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => ({ operations: new Counter(protocols, current) }),
  });
  const problems = await readAll(inspection, [path]);
  const { packets } = inspection.finish();
  const types = await countTpdus(path);
  const tpdus = [...types.values()].reduce((sum, count) => sum + count, 0);
  if (tpdus > 0)
    protocols.set(
      'cotp',
      new Map([
        ['pdus', new Map([['', tpdus]])],
        ['pdu_types', types],
      ]),
    );
  return { protocols, packets, problems };
}

class Counter implements Sink {
  readonly #protocols: Map<string, Tables>;
  readonly #current: Current;

  constructor(protocols: Map<string, Tables>, current: Current) {
    this.#protocols = protocols;
    this.#current = current;
  }

  operation(op: Operation): void {
    if (op.item > 0) return;
    const name = PROTOCOLS[op.protocol]!.name;
    if (name === 'modbus') this.#modbus(op);
    else if (name === 's7comm') this.#s7comm(op);
  }

  #modbus(op: Operation): void {
    this.#count('modbus', 'pdus', '');
    if (op.outcome === Outcome.failed) this.#count('modbus', 'exceptions', `${op.code}/${op.error}`);
    else this.#count('modbus', `${this.#direction(op, 502)}s`, String(op.code));
  }

  #s7comm(op: Operation): void {
    // What only sets the transport connection up is COTP's.
    if (op.kind === 0) return;
    this.#count('s7comm', 'pdus', '');
    this.#count('s7comm', 'rosctr', String(op.kind));
    if (op.kind === 7) {
      const type = { [Phase.notice]: 0, [Phase.request]: 4, [Phase.response]: 8 }[op.phase];
      // tshark names no subfunction of mode transitions.
      const subfunction = op.code === 0 ? 'None' : op.subcode;
      this.#count('s7comm', 'userdata', `${type}/${op.code}/${subfunction}`);
      return;
    }
    this.#count('s7comm', op.kind === 1 ? 'jobs' : 'acks', String(op.code));
    // Error class and error code of the header; return codes of items are smaller.
    if (op.kind !== 1 && op.outcome === Outcome.failed && op.error > 0xff) {
      this.#count('s7comm', 'ack_errors', `${op.code}/${op.error >> 8}/${op.error & 0xff}`);
    }
    // PLC stop names a program too.
    if (op.kind === 1 && op.code === 0x28) {
      this.#count('s7comm', 'pi_services', PROTOCOLS[op.protocol]!.functions[op.fn]!.name);
    } else if (op.kind === 1 && op.code === 0x29) this.#count('s7comm', 'pi_services', op.name());
  }

  #direction(op: Operation, server: number): 'request' | 'response' | 'unknown' {
    const { clientPort, serverPort } = this.#current.session;
    const [from, to] = op.side === Side.client ? [clientPort, serverPort] : [serverPort, clientPort];
    if (to === server && from !== server) return 'request';
    if (from === server && to !== server) return 'response';
    return 'unknown';
  }

  #count(protocol: string, table: string, key: string): void {
    const tables = this.#protocols.get(protocol) ?? new Map<string, Map<string, number>>();
    const counts = tables.get(table) ?? new Map<string, number>();
    this.#protocols.set(protocol, tables);
    tables.set(table, counts);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
