/**
 * Parquet: one table of operations, or of flows, with NDJSON's fields as its columns. Rows are kept until a row group
 * is full, so that memory does not grow with what is read; only the file's index, some kilobytes for each row group,
 * stays until the end.
 *
 * @module
 */

import type { ParquetWriter } from 'hyparquet-writer';
import type { Health } from '../health-report.ts';
import type { Summary } from '../summary.ts';
import type { Destination, Format } from './format.ts';
import { ndjson } from './ndjson.ts';

/** Rows of a row group. */
const ROWS = 8_192;

type Kind = 'time' | 'number' | 'small' | 'text' | 'json';
type Table = Readonly<Record<string, Kind>>;

const OPERATIONS: Table = {
  time: 'time',
  flow: 'number',
  protocol: 'text',
  client: 'text',
  server: 'text',
  from: 'text',
  phase: 'text',
  station: 'text',
  reference: 'number',
  kind: 'small',
  code: 'small',
  sub: 'small',
  function: 'text',
  verb: 'text',
  item: 'small',
  items: 'small',
  outcome: 'text',
  object: 'text',
  space: 'text',
  area: 'number',
  address: 'number',
  extent: 'number',
  name: 'text',
  type: 'text',
  values: 'json',
  error: 'number',
  errorName: 'text',
  anomalies: 'json',
};

const FLOWS: Table = {
  time: 'time',
  end: 'time',
  flow: 'number',
  transport: 'text',
  clientAddress: 'text',
  clientPort: 'small',
  serverAddress: 'text',
  serverPort: 'small',
  protocol: 'text',
  named: 'text',
  state: 'text',
  history: 'text',
  packets: 'json',
  bytes: 'json',
  payload: 'json',
  flags: 'json',
  operations: 'number',
  anomalies: 'number',
  opaque: 'number',
  retransmissions: 'number',
  gaps: 'number',
  gapBytes: 'number',
  decodedBytes: 'number',
  notUnderstoodBytes: 'number',
  unrecognisedBytes: 'number',
  communityId: 'text',
};

/** As Parquet has them: times in microseconds. */
const ELEMENTS = {
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
  number: { type: 'INT64' },
  small: { type: 'INT32' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
} as const;

type Row = Readonly<Record<string, unknown>>;

/** Made of NDJSON's lines, so that the two cannot differ. */
class ParquetDestination implements Destination {
  readonly #open: (table: Table) => ParquetWriter;
  #writer: ParquetWriter | undefined;
  #table = OPERATIONS;
  #columns: unknown[][] = [];
  #rows = 0;

  constructor(open: (table: Table) => ParquetWriter) {
    this.#open = open;
  }

  write(_log: number, bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at);
      this.#row(JSON.parse(text.slice(at, end)) as Row);
      at = end + 1;
    }
  }

  end(_summary: Summary, health: Health): void {
    const writer = this.#begun(OPERATIONS);
    if (this.#rows > 0) this.#group(writer);
    writer.kvMetadata = [{ key: 'cofferdam.health', value: JSON.stringify(health) }];
    writer.finish();
  }

  #row(row: Row): void {
    const writer = this.#begun(row.record === 'flow' ? FLOWS : OPERATIONS);
    let column = 0;
    for (const name in this.#table) {
      this.#columns[column++]!.push(cell(row[name], this.#table[name]!));
    }
    if (++this.#rows === ROWS) this.#group(writer);
  }

  #begun(table: Table): ParquetWriter {
    if (this.#writer === undefined) {
      this.#writer = this.#open(table);
      this.#table = table;
      this.#columns = Object.keys(table).map(() => []);
    }
    return this.#writer;
  }

  #group(writer: ParquetWriter): void {
    const names = Object.keys(this.#table);
    const columnData = names.map((name, index) => ({
      name,
      data: this.#columns[index]!,
      offsetIndex: false,
    }));
    // The file is written synchronously.
    void writer.write({ columnData, rowGroupSize: ROWS });
    for (const column of this.#columns) column.length = 0;
    this.#rows = 0;
  }
}

function cell(value: unknown, kind: Kind): unknown {
  if (value === undefined || value === '') return undefined;
  if (kind === 'time') return BigInt(Math.round((value as number) * 1e6));
  return kind === 'number' ? BigInt(value as number) : value;
}

async function open(path: string): Promise<Destination> {
  // Only who asks for the format waits for it to be loaded.
  const { ParquetWriter: Writer, fileWriter } = await import('hyparquet-writer');
  return new ParquetDestination(table => {
    const schema = Object.entries(table).map(([name, kind]) => ({
      name,
      repetition_type: 'OPTIONAL' as const,
      ...ELEMENTS[kind],
    }));
    return new Writer({
      writer: fileWriter(path),
      schema: [{ name: 'root', num_children: schema.length }, ...schema],
      createdBy: 'cofferdam',
    });
  });
}

export const parquet: Format = {
  name: 'parquet',
  summary: 'a table for DuckDB, Spark, pandas … (needs --output)',
  logs: ndjson.logs,
  place: 'file',
  recorder: ndjson.recorder,
  file: open,
  oneTable: true,
};
