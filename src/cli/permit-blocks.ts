/**
 * The blocks that a command line names: folders of block files, and single files.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBounded } from '../program/durable-file.ts';
import type { ApprovedBlock, Permit } from '../program/permit.ts';
import { MAX_BLOCK } from '../program/statement.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { UsageError } from './command.ts';

/** A block, with its bytes and the file they come from. */
export interface BlockFile extends ApprovedBlock {
  readonly file: string;
  readonly content: Uint8Array;
}

/**
 * Reads `FOLDER` (every file in it is a block, named by what stands before the first dot; or a program that was read out),
 * `FILE` (the same) and `FILE:BLOCK`, in order of block. Names are written as the protocol writes them.
 */
export async function readBlocks(words: readonly string[], protocol: string): Promise<BlockFile[]> {
  const blocks = new Map<string, BlockFile>();
  for (const word of words) {
    for (const { file, name } of await filesOf(word)) {
      const content = await readBounded(file, MAX_BLOCK);
      if (content.length === 0) throw new UsageError(`${file}: is empty, so no block`);
      const object = canonicalObject(name, protocol);
      const other = blocks.get(object);
      if (other !== undefined)
        throw new UsageError(`${other.file} and ${file} are both ${object}; name one of them`);
      blocks.set(object, { object, sha256: hash('sha256', content), bytes: content.length, file, content });
    }
  }
  return [...blocks.values()].sort((a, b) => a.object.localeCompare(b.object, 'en', { numeric: true }));
}

/** The name of a block as the protocol writes objects; as it is where the protocol has no such object. */
export function canonicalObject(name: string, protocol: string): string {
  const grammar = protocolNamed(protocol)?.objects;
  const range = grammar?.parse(name);
  return grammar === undefined || range === undefined || 'problem' in range
    ? name
    : grammar.formatRange(range);
}

async function filesOf(word: string): Promise<{ file: string; name: string }[]> {
  const colon = word.lastIndexOf(':');
  if (colon > 0 && colon < word.length - 1)
    return [{ file: word.slice(0, colon), name: word.slice(colon + 1) }];
  if (!(await stat(word)).isDirectory()) return [{ file: word, name: nameOf(word) }];
  let names = await readdir(word);
  // A program as `cofferdam program read` writes it has its blocks in a folder of their own.
  const folder = names.includes('program.json') && names.includes('blocks') ? join(word, 'blocks') : word;
  if (folder !== word) names = await readdir(folder);
  names = names.filter(name => !name.startsWith('.')).sort();
  if (names.length > 0) return names.map(name => ({ file: join(folder, name), name: nameOf(name) }));
  throw new UsageError(`${folder}: is an empty folder; put the block files there, named OB1, DB8 …`);
}

/** What stands before the first dot; `%2F` and the like stand for what a file's name cannot have. */
function nameOf(file: string): string {
  const name = basename(file).split('.', 1)[0]!;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Are the blocks that these words name exactly those of the permit? A sentence where they are, an error otherwise. */
export async function compareBlocks(permit: Permit, words: readonly string[]): Promise<string> {
  const given = await readBlocks(words, permit.protocol);
  for (const { object, sha256, file } of given) {
    const approved = permit.blocks.find(block => block.object === object);
    if (approved === undefined) throw new UsageError(`${file}: ${object} is not in the permit`);
    if (approved.sha256 !== sha256) {
      throw new UsageError(`${file}: is another ${object} than the permit's; its SHA-256 is ${sha256}`);
    }
  }
  const without = permit.blocks.filter(({ object }) => !given.some(block => block.object === object));
  if (without.length === 0)
    return `the ${given.length === 1 ? 'block' : `${given.length} blocks`} given are the permit's`;
  throw new UsageError(
    `${words.join(' ')}: has no ${without.map(block => block.object).join(', ')}, which the permit has`,
  );
}
