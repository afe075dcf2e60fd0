/**
 * `npm run fields -- CAPTURES…`: compares every message of the captures (files or folders) field by field with what tshark
 * says of it, and exits 0 only when each difference has a reason.
 *
 * @module
 */

import { statSync } from 'node:fs';
import { findCaptures } from '../truth/compare.ts';
import { FieldComparison } from './compare.ts';

/** Differences without a reason that are printed. */
const SHOWN = 40;

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('usage: npm run fields -- CAPTURE… (captures, or folders of captures)');
  process.exit(2);
}

const comparison = new FieldComparison();
for (const path of paths) {
  const files = statSync(path).isDirectory() ? await findCaptures(path) : [path];
  for (const file of files) await comparison.add(file);
}
const { fields, differences, messages, equal, problems } = comparison;
for (const problem of problems) console.log(problem);

const reasons = new Map<string, number>();
for (const { reason } of differences)
  if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
for (const [reason, count] of reasons) console.log(`${count} times: ${reason}`);
const unexplained = differences.filter(({ reason }) => reason === undefined);
for (const { capture, frame, protocol, field, ours, theirs } of unexplained.slice(0, SHOWN)) {
  console.log(`${capture} ${frame}: ${protocol} ${field}: ours ${ours ?? '-'}; tshark's ${theirs ?? '-'}`);
}

console.log("\nfield                         compared      equal  different  only ours  only tshark's");
for (const [field, { equal: same, different, onlyOurs, onlyTheirs }] of [...fields].sort()) {
  const columns = [same + different, same, different, onlyOurs, onlyTheirs];
  console.log(`${field.padEnd(26)}${columns.map(n => String(n).padStart(11)).join('')}`);
}
const share = messages === 0 ? 100 : (100 * equal) / messages;
console.log(
  `\n${messages} messages, ${equal} equal in every field (${share.toFixed(2)} %); ` +
    `${differences.length} differences, ${unexplained.length} of them without a reason`,
);
process.exitCode = unexplained.length > 0 ? 1 : 0;
