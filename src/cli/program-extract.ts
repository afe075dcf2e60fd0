/**
 * `cofferdam program extract`: the blocks of downloads that captures have recorded, as files that a permit approves.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { assertFree, blockFileName } from '../audit/program-folder.ts';
import { Inspection } from '../monitor/inspection.ts';
import { readAll } from '../monitor/read-all.ts';
import { createDurably, flushFolder } from '../program/durable-file.ts';
import { type ExtractedBlock, Extractor } from '../program/extract.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { findCaptures } from './find-captures.ts';
import { stopSignal } from './stop-signal.ts';

export async function programExtract(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      into: { type: 'string' },
      controller: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0) {
    throw new UsageError('name the captures: cofferdam program extract CAPTURE… --into FOLDER');
  }
  const { into, controller } = values;
  if (into === undefined) throw new UsageError('say where the blocks go: --into FOLDER');
  await assertFree(into);
  const files = await findCaptures(positionals);
  const stop = stopSignal();
  try {
    const { blocks, problems } = await extract(files, stop.signal);
    if (stop.signal.aborted) return stop.code;
    const { kept, notes } = choose(blocks, controller);
    if (kept.length === 0) {
      for (const note of [...problems, ...notes]) console.error(`NOTE ${note}`);
      throw new UsageError(`no whole block was loaded into a controller in ${positionals.join(', ')}`);
    }
    await write(into, kept);
    tell(into, kept, [...problems, ...notes], values.json);
    return problems.length > 0 ? 2 : 0;
  } finally {
    stop.release();
  }
}

async function extract(
  files: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly blocks: readonly ExtractedBlock[]; readonly problems: readonly string[] }> {
  const blocks: ExtractedBlock[] = [];
  let extractor: Extractor | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => {
      const parties = () => ({ client: current.session.clientName, server: current.session.serverName });
      extractor = new Extractor(PROTOCOLS, parties, block => blocks.push(block));
      return { operations: extractor };
    },
  });
  const problems = await readAll(inspection, files, { signal });
  inspection.finish();
  extractor?.finish();
  return { blocks, problems };
}

/** The last whole version of each block of one controller, and what is to be said of the others. */
function choose(
  blocks: readonly ExtractedBlock[],
  controller: string | undefined,
): { readonly kept: readonly ExtractedBlock[]; readonly notes: readonly string[] } {
  const here = blocks.filter(
    ({ server }) => controller === undefined || server === controller || addressOf(server) === controller,
  );
  const servers = [...new Set(here.map(({ server }) => server))];
  if (servers.length > 1) {
    throw new UsageError(
      `blocks were loaded into several controllers: ${servers.join(', ')}; choose one with --controller`,
    );
  }
  const notes: string[] = [];
  const kept = new Map<string, ExtractedBlock>();
  for (const block of here) {
    const { object, client, time, problem, content } = block;
    const when = `${object} from ${client} at ${new Date(time * 1000).toISOString()}`;
    if (problem !== '') {
      notes.push(`${when} is not whole, and left out: ${problem}`);
      continue;
    }
    const before = kept.get(object);
    if (before !== undefined && Buffer.compare(before.content, content) !== 0) {
      notes.push(`${object} was loaded more than once with other bytes; the last is kept, ${when}`);
    }
    kept.set(object, block);
  }
  return { kept: [...kept.values()], notes };
}

/** Writes beside, and moves: a folder that is there is whole. */
async function write(folder: string, blocks: readonly ExtractedBlock[]): Promise<void> {
  const beside = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  await mkdir(beside);
  try {
    for (const { object, content } of blocks)
      await createDurably(join(beside, blockFileName(object)), content);
    await flushFolder(beside);
    await rename(beside, folder);
    await flushFolder(dirname(folder));
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

function tell(
  folder: string,
  blocks: readonly ExtractedBlock[],
  notes: readonly string[],
  json: boolean,
): void {
  const rows = blocks.map(({ content, problem: _, ...about }) => ({
    ...about,
    file: join(folder, blockFileName(about.object)),
    bytes: content.length,
    sha256: hash('sha256', content),
  }));
  if (json) {
    console.log(JSON.stringify({ folder, blocks: rows, notes }, undefined, 2));
    return;
  }
  for (const { object, bytes, sha256 } of rows) {
    console.log(`${object.padEnd(12)}${String(bytes).padStart(7)} bytes  ${sha256}`);
  }
  for (const note of notes) console.log(`NOTE ${note}`);
  const [first] = rows;
  console.log(
    `${folder}: ${rows.length === 1 ? '1 block' : `${rows.length} blocks`}, as loaded into ${first!.server} (${first!.protocol})`,
  );
}

/** An endpoint without its port. */
function addressOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
