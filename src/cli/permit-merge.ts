/**
 * `cofferdam permit merge`: approvers who each signed a copy of the same permit.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { formatEnvelope } from '../program/dsse.ts';
import { writeDurably } from '../program/durable-file.ts';
import { shortId } from '../program/why-not.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { readPermitFile } from './permit-file.ts';

export async function merge(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
  const [file, ...copies] = positionals;
  if (file === undefined || copies.length === 0) {
    throw new UsageError('name the permit and its signed copies: cofferdam permit merge FILE COPY…');
  }
  const { envelope, permit } = await readPermitFile(file);
  const signatures = [...envelope.signatures];
  for (const copy of copies) {
    const other = await readPermitFile(copy);
    if (other.permit.id !== permit.id) {
      throw new UsageError(
        `${copy}: is permit ${shortId(other.permit.id)}, not ${shortId(permit.id)} as ${file}; only copies of one permit fit`,
      );
    }
    const added = other.envelope.signatures.filter(
      ({ bytes }) => !signatures.some(known => Buffer.from(known.bytes).equals(bytes)),
    );
    signatures.push(...added);
    console.log(`${copy}: ${added.length === 1 ? '1 signature' : `${added.length} signatures`} added`);
  }
  await writeDurably(file, formatEnvelope({ ...envelope, signatures }), (await stat(file)).mode & 0o777);
  return 0;
}
