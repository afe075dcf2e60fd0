/**
 * What was recognised and not decoded, by name and server: a bounded table.
 *
 * @module
 */

import type { Signature } from '../../protocol/signatures/signature.ts';

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

/** Labels are small numbers: rows from 1 on; 0 is none. */
export class Named {
  /** Bytes by label. */
  readonly bytes = new Float64Array(MAX_NAMED * 2);
  readonly #rows: NamedSummary[] = [];
  readonly #labels = new Map<string, number>();

  /** Counts a conversation; its label. */
  conversation(
    signature: Pick<Signature, 'name' | 'opaque' | 'control'>,
    transport: Transport,
    server: string | null,
  ): number {
    const { name, control, opaque = false } = signature;
    const place = this.#rows.length < MAX_NAMED ? server : null;
    const key = `${name} ${transport} ${server ?? ''}`;
    let label = this.#labels.get(key) ?? this.#labels.get(`${name} ${transport} ${place ?? ''}`) ?? 0;
    if (label === 0) {
      // There are fewer names than rows to spare.
      label = this.#rows.push({
        name,
        control,
        opaque,
        transport,
        server: place,
        conversations: 0,
        bytes: 0,
      });
      this.#labels.set(`${name} ${transport} ${place ?? ''}`, label);
    }
    this.#rows[label - 1]!.conversations++;
    return label;
  }

  /** The rows, control protocols first, then by name and server. */
  summary(): NamedSummary[] {
    return orderNamed(this.#rows.map((row, index) => ({ ...row, bytes: this.bytes[index + 1]! })));
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
