/**
 * `npm run truth -- CAPTURES TRUTH`: compares what is found in all captures of a folder with their truth files,
 * prints every difference, and exits 0 only when each has a reason.
 *
 * @module
 */

import { compareAll } from './compare.ts';

const [captures, truths] = process.argv.slice(2);
if (captures === undefined || truths === undefined) {
  console.error('usage: npm run truth -- CAPTURES TRUTH (a folder of captures, a folder of truth files)');
  process.exit(2);
}

const comparison = await compareAll(captures, truths);
for (const { capture, what, truth, found, reason } of comparison.differences) {
  console.log(
    `${capture}: ${what}: truth ${truth}, found ${found}${reason === undefined ? '' : `; ${reason}`}`,
  );
}
for (const problem of comparison.problems) console.log(problem);
for (const path of comparison.untold) console.log(`${path}: no truth file`);
const unexplained = comparison.differences.filter(({ reason }) => reason === undefined).length;
console.log(
  `${comparison.captures.length} captures, ${comparison.packets} packets: ${comparison.equal} counts equal, ` +
    `${comparison.differences.length} different, ${unexplained} of them without a reason`,
);
process.exitCode = unexplained > 0 ? 1 : 0;
