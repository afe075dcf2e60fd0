/**
 * Keeps what an audit found different: the whole program as it was read, both versions of each block that differs, what
 * the differences are, and the findings. One folder an audit, written beside its place and moved there when all of it is
 * on disk.
 *
 * @module
 */

import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../operation/finding.ts';
import { createDurably, flushFolder } from '../program/durable-file.ts';
import type { ProgramReader } from '../protocol/program-reader.ts';
import { type ApprovedProgram, approvedFrom } from './approved-program.ts';
import type { Comparison } from './compare.ts';
import type { Device } from './device-link.ts';
import { differenceText } from './findings.ts';
import { blockFileName, writeProgram } from './program-folder.ts';
import type { Reading } from './read-device.ts';

export interface Kept {
  readonly device: Device;
  readonly reading: Reading;
  readonly approved: ApprovedProgram;
  readonly comparison: Comparison;
  readonly findings: readonly Finding[];
}

/** Writes `folder/NAME-TIME`; resolves to its path. */
export async function keepVersions(folder: string, kept: Kept, reader: ProgramReader): Promise<string> {
  const { device, reading, comparison, findings } = kept;
  const time = new Date(reading.ended).toISOString().replaceAll(':', '-');
  const name = `${device.name.replaceAll(/[^\w.-]/g, '_')}-${time}`;
  const place = join(folder, name);
  const beside = join(folder, `.${name}.${process.pid}.part`);
  try {
    await mkdir(beside, { recursive: true });
    await writeProgram(join(beside, 'found'), approvedFrom(device, reading.program, reading.ended));
    await mkdir(join(beside, 'approved'));
    const differences: string[] = [];
    for (const block of comparison.blocks) {
      differences.push(differenceText(block, reader));
      if (block.approved === undefined) continue;
      await createDurably(join(beside, 'approved', blockFileName(block.object)), block.approved);
    }
    await flushFolder(join(beside, 'approved'));
    if (differences.length > 0)
      await createDurably(join(beside, 'differences.txt'), `${differences.join('\n\n')}\n`);
    await createDurably(
      join(beside, 'findings.ndjson'),
      findings.map(each => `${JSON.stringify(each)}\n`).join(''),
    );
    await flushFolder(beside);
    await rename(beside, place);
    await flushFolder(folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
  return place;
}
