/**
 * What was recognised and not decoded, by name and server: a bounded table.
 *
 * @module
 */

import { formatAddress, formatEndpoint } from '../../packet/address.ts';
import type { Signature } from '../../protocol/signatures/signature.ts';
import { KeyTable } from '../key-table.ts';

/** Rows of servers that are kept; further ones are counted by name alone. */
export const MAX_NAMED = 4096;

export type Transport = 'tcp' | 'udp' | 'ethernet';

/** A row of the summary: its fields are documented in docs/inspect.md. */
export interface NamedSummary {
  name: string;
  /** A control protocol, or one that carries them. */
  control: boolean;
  /** Its content is encrypted. */
  opaque: boolean;
  transport: Transport;
  /** Address and port of the server; null for frames without addresses, and for servers that found no room. */
  server: string | null;
  /** Connections, or pairs of UDP ports; packets where it is in frames. */
  conversations: number;
  /** Bytes of its payload, from when it was looked at. */
  bytes: number;
}

type What = Pick<Signature, 'name' | 'opaque' | 'control'>;

/** Whoever has the addresses of flows. */
export interface Addresses {
  /** Writes the address from which packets of `direction` come to `at` in `to`; returns the version of IP. */
  writeAddress(flow: number, direction: number, to: DataView, at: number): number;
}

/** Where the port is in the key, behind the address. */
const PORT = 16;

/** Of the key's word: the version of the address, 0 where there is none, then the transport, and above it what it is. */
const VERSION = 7;
const TRANSPORT_SHIFT = 3;
const WHAT_SHIFT = 5;
const TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'ethernet'];

/** Labels are small numbers: rows from 1 on; 0 is none. */
export class Named {
  /** Bytes by label. */
  readonly bytes = new Float64Array(MAX_NAMED * 2);

  readonly #table = new KeyTable();
  readonly #conversations = new Float64Array(MAX_NAMED * 2);
  readonly #whats: What[] = [];
  readonly #numbers = new Map<What, number>();

  /** Counts a conversation with the server whose packets have `direction`, and that port; its label. */
  conversation(
    what: What,
    transport: Transport,
    addresses: Addresses,
    flow: number,
    direction: number,
    port: number,
  ): number {
    const { key } = this.#table;
    this.#table.clear();
    const version = addresses.writeAddress(flow, direction, key, 0);
    key.setInt32(PORT, port);
    return this.#count(this.#wordOf(what, transport) | version);
  }

  /** Counts a frame, which has no server. */
  frame(what: What): number {
    this.#table.clear();
    return this.#count(this.#wordOf(what, 'ethernet'));
  }

  #count(word: number): number {
    const table = this.#table;
    let row = table.find(word);
    if (row < 0 && table.size >= MAX_NAMED) {
      // There are fewer names than rows to spare.
      table.clear();
      row = table.find(word & ~VERSION);
      if (row < 0) row = table.add(word & ~VERSION);
    } else if (row < 0) row = table.add(word);
    this.#conversations[row]!++;
    return row + 1;
  }

  #wordOf(what: What, transport: Transport): number {
    let number = this.#numbers.get(what);
    if (number === undefined) {
      number = this.#whats.push(what) - 1;
      this.#numbers.set(what, number);
    }
    return (number << WHAT_SHIFT) | (TRANSPORTS.indexOf(transport) << TRANSPORT_SHIFT);
  }

  /** The rows, control protocols first, then by name and server. */
  summary(): NamedSummary[] {
    const table = this.#table;
    const rows: NamedSummary[] = [];
    for (let row = 0; row < table.size; row++) {
      const word = table.word(row);
      const { name, control, opaque = false } = this.#whats[word >> WHAT_SHIFT]!;
      const version = word & VERSION;
      table.recall(row);
      rows.push({
        name,
        control,
        opaque,
        transport: TRANSPORTS[(word >> TRANSPORT_SHIFT) & 3]!,
        server:
          version === 0
            ? null
            : formatEndpoint(formatAddress(table.key, 0, version), table.key.getInt32(PORT)),
        conversations: this.#conversations[row]!,
        bytes: this.bytes[row + 1]!,
      });
    }
    return orderNamed(rows);
  }
}

/** Rows of several readings that share no conversation. */
export function mergeNamed(rows: readonly NamedSummary[]): NamedSummary[] {
  const byKey = new Map<string, NamedSummary>();
  for (const row of rows) {
    const key = `${row.name} ${row.transport} ${row.server ?? ''}`;
    const into = byKey.get(key);
    if (into === undefined) byKey.set(key, { ...row });
    else {
      into.conversations += row.conversations;
      into.bytes += row.bytes;
    }
  }
  return orderNamed([...byKey.values()]);
}

function orderNamed(rows: NamedSummary[]): NamedSummary[] {
  const key = ({ control, name, transport, server }: NamedSummary) =>
    `${control ? 0 : 1} ${name} ${transport} ${server ?? ''}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
