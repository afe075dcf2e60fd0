/**
 * Suricata, with all that it has for control protocols switched on (off as it is delivered) and neither rules nor
 * limits that would make it give up: once without any log, once with its protocol logs. It is the system's own, or one
 * that `suricata-chroot.sh` has put into a folder.
 *
 * @module
 */

import { copyFileSync, existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { firstLine } from '../process.ts';
import type { Command, Peer } from './peer.ts';

/** Where everything that one run needs lies, as Suricata sees it. */
const FOLDER = '/tmp/cofferdam-bench-suricata';

/** Suricata in the folder `chroot`, or the system's own where none is given. */
export function suricata(chroot: string | undefined): Peer {
  const words = chroot === undefined ? ['suricata'] : ['chroot', chroot, 'suricata'];
  const [program, ...before] = words as [string, ...string[]];
  return {
    name: 'Suricata',
    version: /\d+\.\d+\.\d+/.exec(firstLine(program, [...before, '-V']) ?? '')?.[0],
    advice: 'as root: bench/peers/suricata-chroot.sh FOLDER, then --suricata FOLDER',
    commands(path) {
      const work = join(chroot ?? '/', FOLDER);
      const capture = visible(path, work);
      const command = (name: string, logs: boolean): Command => {
        const config = `${logs ? 'eve' : 'silent'}.yaml`;
        writeFileSync(join(work, config), configuration(logs));
        const args = ['-c', `${FOLDER}/${config}`, '-S', '/dev/null', '--runmode', 'single', '-k', 'none'];
        return {
          name,
          program,
          args: [...before, ...args, '-l', FOLDER, '-r', join(FOLDER, capture)],
          shown: `suricata -c ${config} -S /dev/null --runmode single -k none -r FILE`,
          slow: false,
        };
      };
      return [command('Suricata, no logs', false), command('Suricata, EVE protocol logs', true)];
    },
  };
}

/** Puts the capture where Suricata can see it; its name there. */
function visible(path: string, work: string): string {
  mkdirSync(work, { recursive: true });
  const name = basename(path);
  const there = join(work, name);
  if (existsSync(there)) return name;
  try {
    linkSync(path, there);
  } catch {
    // On another file system.
    copyFileSync(path, there);
  }
  return name;
}

/** Removes what the runs have left behind. */
export function cleanSuricata(chroot: string | undefined): void {
  rmSync(join(chroot ?? '/', FOLDER), { recursive: true, force: true });
}

function configuration(logs: boolean): string {
  return `%YAML 1.1
---
vars:
  address-groups: { HOME_NET: "any", EXTERNAL_NET: "any" }
stats: { enabled: no }
logging:
  default-log-level: error
  outputs: [ { console: { enabled: yes } } ]
outputs:
  - eve-log:
      enabled: ${logs ? 'yes' : 'no'}
      filetype: regular
      filename: eve.json
      append: no
      types: [ modbus, dnp3, enip ]
app-layer:
  protocols:
    modbus: { enabled: yes, detection-ports: { dp: 502 }, stream-depth: 0 }
    dnp3: { enabled: yes, detection-ports: { dp: 20000 } }
    enip: { enabled: yes, detection-ports: { dp: 44818, sp: 44818 } }
flow: { memcap: 1gb }
stream:
  memcap: 1gb
  checksum-validation: no
  reassembly: { memcap: 2gb, depth: 0 }
`;
}
