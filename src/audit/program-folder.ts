/**
 * A program as a folder: `program.json` says what it is, `blocks/` has the bytes of each block, so that people can keep
 * it under version control and compare with other tools.
 *
 * It is written beside its place and moved there when all of it is on disk: a folder that is there is whole. What is
 * read is checked: each block must have the bytes that `program.json` gives the hash of.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createDurably, flushFolder, readBounded } from '../program/durable-file.ts';
import type { ApprovedBlock } from '../program/permit.ts';
import { FACT_KINDS, type FactKind, type ProgramFact } from '../protocol/program-reader.ts';
import type { ApprovedProgram } from './approved-program.ts';

/** A program folder that cannot be used, and what to do. */
export class ProgramFolderError extends Error {
  readonly code = 'COFFERDAM_PROGRAM_FOLDER';
  override readonly name = 'ProgramFolderError';
}

const FORMAT = 'cofferdam-program/1';
const MANIFEST = 'program.json';
const BLOCKS = 'blocks';
/** Longest manifest and block that is read, bytes. */
const MAX_MANIFEST = 16 * 1024 * 1024;
const MAX_BLOCK = 1024 * 1024;

/** `OB1.bin`; names of other protocols may have characters that no file can have. */
export function blockFileName(object: string): string {
  return `${encodeURIComponent(object).replaceAll('.', '%2E')}.bin`;
}

/** The manifest as text: the same program gives the same text. */
export function manifestText(program: ApprovedProgram): string {
  const { read, controller, address, port, protocol, station, facts, clockAhead, blocks, listed, problems } =
    program;
  const manifest = {
    format: FORMAT,
    read: new Date(read).toISOString(),
    controller,
    address,
    port,
    protocol,
    station,
    facts,
    clockAhead: clockAhead ?? null,
    blocks,
    listed,
    problems,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Writes the folder. It must not be there yet. Resolves to the SHA-256 of its manifest, which names the program. */
export async function writeProgram(folder: string, program: ApprovedProgram): Promise<string> {
  await assertFree(folder);
  const beside = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  const text = manifestText(program);
  try {
    await mkdir(join(beside, BLOCKS), { recursive: true });
    for (const [object, bytes] of program.content) {
      await createDurably(join(beside, BLOCKS, blockFileName(object)), bytes);
    }
    await createDurably(join(beside, MANIFEST), text);
    await flushFolder(join(beside, BLOCKS));
    await flushFolder(beside);
    await rename(beside, folder);
    await flushFolder(dirname(folder));
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
  return hash('sha256', text);
}

/** Throws where something is there already: what was approved is never written over. */
export async function assertFree(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  if (there === undefined) return;
  throw new ProgramFolderError(`${folder}: is there already; name a new folder, or move the old one away`);
}

/** Reads the folder, with all of its blocks. */
export async function readProgram(
  folder: string,
): Promise<{ readonly program: ApprovedProgram; readonly sha256: string }> {
  const file = join(folder, MANIFEST);
  const text = await readOr(
    file,
    MAX_MANIFEST,
    `${folder}: no program is here; cofferdam program read makes one`,
  );
  let data: unknown;
  try {
    data = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw new ProgramFolderError(`${file}: is no JSON (${(error as Error).message}); read the program again`);
  }
  const manifest = readManifest(data, problem => {
    throw new ProgramFolderError(`${file}: ${problem}; read the program again`);
  });
  const content = new Map<string, Uint8Array>();
  for (const { object, sha256 } of manifest.blocks) {
    const path = join(folder, BLOCKS, blockFileName(object));
    const bytes = await readOr(path, MAX_BLOCK, `${path}: is missing, and ${file} names it; restore it`);
    if (hash('sha256', bytes) !== sha256) {
      throw new ProgramFolderError(
        `${path}: is not the block that ${file} names (its SHA-256 differs); restore the folder, and find out who changed it`,
      );
    }
    content.set(object, bytes);
  }
  return { program: { ...manifest, content }, sha256: hash('sha256', text) };
}

/** What a manifest says; `wrong` does not return. */
function readManifest(data: unknown, wrong: (problem: string) => never): Omit<ApprovedProgram, 'content'> {
  const top = object(data, 'it');
  if (top.format !== FORMAT) wrong(`its format is ${JSON.stringify(top.format)}, and must be "${FORMAT}"`);
  const read = Date.parse(text(top, 'read'));
  if (Number.isNaN(read)) wrong('`read` is no time');
  const blocks = list(top, 'blocks').map((each): ApprovedBlock => {
    const block = object(each, 'a block');
    const sha256 = text(block, 'sha256');
    if (!/^[0-9a-f]{64}$/.test(sha256)) wrong('a block has no SHA-256');
    return { object: text(block, 'object'), sha256, bytes: number(block, 'bytes') };
  });
  const listed = list(top, 'listed').map(each =>
    typeof each === 'string' ? each : wrong('`listed` has no names'),
  );
  const names = [...blocks.map(block => block.object), ...listed];
  if (new Set(names).size !== names.length) wrong('a block is named twice');
  const facts = list(top, 'facts').map((each): ProgramFact => {
    const fact = object(each, 'a fact');
    const kind = text(fact, 'kind') as FactKind;
    if (!FACT_KINDS.includes(kind)) wrong(`a fact is of the kind "${kind}"`);
    return { name: text(fact, 'name'), kind, value: text(fact, 'value') };
  });
  return {
    read,
    controller: text(top, 'controller'),
    address: text(top, 'address'),
    port: number(top, 'port'),
    protocol: text(top, 'protocol'),
    station: text(top, 'station'),
    facts,
    clockAhead: top.clockAhead === null ? undefined : number(top, 'clockAhead'),
    blocks,
    listed,
    problems: texts(top, 'problems'),
  };

  function object(value: unknown, what: string): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return wrong(`${what} is no object`);
    return value as Record<string, unknown>;
  }
  function text(from: Record<string, unknown>, key: string): string {
    return plain(from[key], key);
  }
  /** Some of it is printed: nothing that a terminal would act on. */
  function plain(value: unknown, key: string): string {
    if (typeof value !== 'string') return wrong(`\`${key}\` is missing, or no text`);
    return /\p{Cc}/u.test(value) ? wrong(`\`${key}\` has control characters`) : value;
  }
  function number(from: Record<string, unknown>, key: string): number {
    const value = from[key];
    return typeof value === 'number' ? value : wrong(`\`${key}\` is missing, or no number`);
  }
  function texts(from: Record<string, unknown>, key: string): string[] {
    return list(from, key).map(each => plain(each, key));
  }
  function list(from: Record<string, unknown>, key: string): unknown[] {
    const value = from[key];
    return Array.isArray(value) ? value : wrong(`\`${key}\` is missing, or no list`);
  }
}

async function readOr(path: string, limit: number, missing: string): Promise<Buffer> {
  try {
    return await readBounded(path, limit);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ProgramFolderError(missing);
    throw error;
  }
}
