/**
 * Parquet: one table of operations, or of flows, with NDJSON's fields as its columns. Rows are kept until a row group
 * is full, and the index of the file, 20 KB for each row group, until its end: so that memory does not grow with what is
 * read, a file has a bounded number of them, and what comes then goes into another one beside it.
 *
 * @module
 */

import { join, parse } from 'node:path';
import type { ParquetWriter } from 'hyparquet-writer';
import type { Health } from '../health-report.ts';
import type { Summary } from '../summary.ts';
import type { Destination, Format } from './format.ts';
import { ndjson } from './ndjson.ts';

/** Rows of a row group. */
const ROWS = 8_192;
/** Row groups of a file: 8.4 million rows. */
const GROUPS = 1024;

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

const STATISTICS: ReadonlySet<Kind> = new Set(['time', 'number']);

type Row = Readonly<Record<string, unknown>>;

/** Made of NDJSON's lines, so that the two cannot differ. */
class ParquetDestination implements Destination {
  readonly #open: (table: Table, number: number) => ParquetWriter;
  readonly #groups: number;
  /** The file that is written to, and its number, from 1. */
  #writer: ParquetWriter | undefined;
  #number = 0;
  #table = OPERATIONS;
  #columns: unknown[][] = [];
  #rows = 0;

  constructor(open: (table: Table, number: number) => ParquetWriter, groups: number) {
    this.#open = open;
    this.#groups = groups;
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
    const writer = this.#begun(this.#table);
    if (this.#rows > 0) this.#group(writer);
    writer.kvMetadata = [{ key: 'cofferdam.health', value: JSON.stringify(health) }];
    writer.finish();
  }

  #row(row: Row): void {
    // A full one is ended by the row behind it: the last one has the health.
    if (this.#writer !== undefined && this.#writer.row_groups.length >= this.#groups) {
      void this.#writer.finish();
      this.#writer = undefined;
    }
    const writer = this.#begun(row.record === 'flow' ? FLOWS : OPERATIONS);
    let column = 0;
    for (const name in this.#table) {
      this.#columns[column++]!.push(cell(row[name], this.#table[name]!));
    }
    if (++this.#rows === ROWS) this.#group(writer);
  }

  #begun(table: Table): ParquetWriter {
    if (this.#writer === undefined) {
      this.#writer = this.#open(table, ++this.#number);
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
      // Least and greatest value, by which readers leave row groups out: of texts they help little, and take room.
      statistics: STATISTICS.has(this.#table[name]!),
    }));
    // The file is written synchronously.
    void writer.write({ columnData, rowGroupSize: ROWS });
    writer.pendingIndexes.length = 0;
    for (const column of this.#columns) column.length = 0;
    this.#rows = 0;
  }
}

function cell(value: unknown, kind: Kind): unknown {
  if (value === undefined || value === '') return undefined;
  if (kind === 'time') return BigInt(Math.round((value as number) * 1e6));
  return kind === 'number' ? BigInt(value as number) : value;
}

/** Writes into `path`, and where that has so many row groups, into `NAME-2.parquet`, `NAME-3.parquet` … beside it. */
export async function openParquet(path: string, groups = GROUPS): Promise<Destination> {
  const { dir, name, ext } = parse(path);
  // Only who asks for the format waits for it to be loaded.
  const { ParquetWriter: Writer, fileWriter } = await import('hyparquet-writer');
  return new ParquetDestination((table, number) => {
    const file = number === 1 ? path : join(dir, `${name}-${number}${ext}`);
    const schema = Object.entries(table).map(([name, kind]) => ({
      name,
      repetition_type: 'OPTIONAL' as const,
      ...ELEMENTS[kind],
    }));
    return new Writer({
      writer: fileWriter(file),
      schema: [{ name: 'root', num_children: schema.length }, ...schema],
      createdBy: 'cofferdam',
    });
  }, groups);
}

export const parquet: Format = {
  name: 'parquet',
  summary: 'a table for DuckDB, Spark, pandas … (needs --output)',
  logs: ndjson.logs,
  place: 'file',
  recorder: ndjson.recorder,
  file: path => openParquet(path),
  oneTable: true,
};
