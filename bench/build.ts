/**
 * Builds the program as it is published, JavaScript instead of TypeScript whose types each start strips anew: that is
 * what users run, so that is what is measured.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Path of the built program. */
export function build(): string {
  const root = new URL('../', import.meta.url);
  execFileSync(process.execPath, ['--run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return fileURLToPath(new URL('dist/cli/main.js', root));
}
