/**
 * The bill of materials of the published package, in CycloneDX: what `npm sbom` reads from the lock file, less
 * what would differ from one build to the next (serial number, time, name of the folder).
 *
 * @module
 */

import { execFileSync } from 'node:child_process';

interface Bom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: { name: string } };
}

/** The bill of materials of the package `name` whose lock file is in `root`, as JSON text. */
export function billOfMaterials(root: string, name: string): string {
  const options = [
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
    '--package-lock-only',
    '--workspaces=false',
  ];
  // What is optional is here what only some machines install: programs for each kind of them.
  const text = execFileSync('npm', ['sbom', ...options, '--omit=dev', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const bom: Bom = JSON.parse(text);
  delete bom.serialNumber;
  delete bom.metadata.timestamp;
  bom.metadata.component.name = name;
  return `${JSON.stringify(bom, null, 2)}\n`;
}
