/**
 * In which format, which records, and where to: the options that every command has that writes records.
 *
 * @module
 */

import { createWriteStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Health } from '../monitor/health-report.ts';
import { FolderDestination, StreamDestination } from '../monitor/output/destination.ts';
import type { Destination, Format } from '../monitor/output/format.ts';
import { FORMATS, formatNamed } from '../monitor/output/formats.ts';
import type { Summary } from '../monitor/summary.ts';
import type { Writing } from '../monitor/workers.ts';
import { UsageError } from './command.ts';

/** For `parseArgs`. */
export const OUTPUT_OPTIONS = {
  format: { type: 'string' },
  ndjson: { type: 'boolean', default: false },
  operations: { type: 'boolean', default: false },
  flows: { type: 'boolean', default: false },
  health: { type: 'boolean', default: false },
  output: { type: 'string' },
  into: { type: 'string' },
} as const;

/** For the help of those commands. */
export const OUTPUT_HELP = `  --format NAME  how records are written; examples of each: docs/formats.md
${FORMATS.map(({ name, summary }) => `                   ${name.padEnd(8)} ${summary}`).join('\n')}
  --ndjson       short for --format ndjson
  --operations   writes operations: the default
  --flows        writes flows: who talked to whom, how much, and what of it was
                 understood; with --operations both
  --health       with a last record of how much was seen (without it, a line on
                 standard error)
  --output FILE  writes into FILE
  --into DIR     writes a file for each log into DIR (zeek)`;

export interface OutputValues {
  readonly format?: string | undefined;
  readonly ndjson: boolean;
  readonly operations: boolean;
  readonly flows: boolean;
  readonly health: boolean;
  readonly output?: string | undefined;
  readonly into?: string | undefined;
}

export interface OutputChoice {
  readonly format: Format;
  readonly operations: boolean;
  readonly flows: boolean;
  readonly health: boolean;
  /** File or folder; undefined is standard output. */
  readonly path: string | undefined;
}

/** Does any of these options speak of records? */
export function asksForRecords(values: OutputValues): boolean {
  return (
    values.format !== undefined ||
    values.ndjson ||
    values.operations ||
    values.flows ||
    values.output !== undefined ||
    values.into !== undefined
  );
}

/** What was chosen. Throws where the options do not fit each other. */
export function chooseOutput(command: string, values: OutputValues): OutputChoice {
  const { ndjson, output, into } = values;
  if (ndjson && values.format !== undefined && values.format !== 'ndjson') {
    throw new UsageError(`${command}: --ndjson and --format ${values.format} are two formats; choose one`);
  }
  const name = ndjson ? 'ndjson' : (values.format ?? 'text');
  const format = formatNamed(name);
  if (format === undefined) {
    const names = FORMATS.map(one => one.name).join(', ');
    throw new UsageError(`${command}: --format ${name}: there are ${names}`);
  }
  if (format.place === 'folder') {
    if (into === undefined) {
      throw new UsageError(`${command}: --format ${name} writes several files; name a folder: --into DIR`);
    }
    if (output !== undefined) throw new UsageError(`${command}: --format ${name} takes --into, not --output`);
  } else if (into !== undefined) {
    throw new UsageError(`${command}: --format ${name} writes one file; name it with --output FILE`);
  }
  if (format.place === 'file' && output === undefined) {
    throw new UsageError(
      `${command}: --format ${name} is read once it is complete; name a file: --output FILE`,
    );
  }
  if (format.oneTable === true && values.operations && values.flows) {
    throw new UsageError(`${command}: --format ${name} holds one table; choose --operations or --flows`);
  }
  const operations = values.operations || !values.flows;
  return { format, operations, flows: values.flows, health: values.health, path: output ?? into };
}

/** Do the records go to the terminal that a person sits at? */
export function showsRecords({ path }: OutputChoice): boolean {
  return path === undefined && process.stdout.isTTY;
}

/** Opens where the records go. `inputs` are not to be written over. */
export async function openOutput(choice: OutputChoice, inputs: readonly string[] = []): Promise<Writing> {
  const { format, operations, flows } = choice;
  return { format, operations, flows, to: await openDestination(choice, inputs) };
}

async function openDestination(choice: OutputChoice, inputs: readonly string[]): Promise<Destination> {
  const { format, path } = choice;
  const health = choice.health || format.alwaysHealth === true;
  if (path === undefined) return new StreamDestination(format, process.stdout, health);
  if (format.place === 'folder') {
    if (existsSync(path) && !(await stat(path)).isDirectory()) {
      throw new UsageError(`${path}: is a file; name a folder`);
    }
    await mkdir(path, { recursive: true });
    const there = format.logs.find(log => existsSync(join(path, `${log}.log`)));
    if (there !== undefined) {
      throw new UsageError(`${path}: has ${there}.log already; name an empty folder, or a new one`);
    }
    return new FolderDestination(format, path);
  }
  if (!existsSync(dirname(path))) {
    throw new UsageError(`${dirname(path)}: no such folder; make it first, or check the name`);
  }
  await keepInputs(path, inputs);
  if (format.file !== undefined) return format.file(path);
  return new FileDestination(format, path, health, await open(path, 'w'));
}

/** Throws where the file is one of those that are read. */
async function keepInputs(path: string, inputs: readonly string[]): Promise<void> {
  if (!existsSync(path)) return;
  const output = await stat(path);
  for (const input of inputs) {
    if (input === '-') continue;
    const { dev, ino } = await stat(input);
    if (dev === output.dev && ino === output.ino) {
      throw new UsageError(`${path}: is read too; write into another file`);
    }
  }
}

/** One file, which is closed at the end. */
class FileDestination extends StreamDestination {
  readonly #file: ReturnType<typeof createWriteStream>;

  constructor(format: Format, path: string, health: boolean, handle: FileHandle) {
    // The stream has the handle, not its number only: a handle that nobody holds is closed when memory is collected.
    const file = createWriteStream(path, { fd: handle });
    super(format, file, health);
    // Whoever writes is told.
    file.on('error', () => {});
    this.#file = file;
  }

  override async end(summary: Summary, health: Health): Promise<void> {
    await super.end(summary, health);
    this.#file.end();
    await finished(this.#file);
  }
}
