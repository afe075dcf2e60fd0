/**
 * `cofferdam program`: the blocks of a controller's program.
 *
 * @module
 */

import { type Command, UsageError } from './command.ts';
import { programExtract } from './program-extract.ts';
import { programRead } from './program-read.ts';

const HELP = `usage: cofferdam program read HOST[:PORT] --station STATION --into FOLDER
                              [OPTION …]
       cofferdam program extract CAPTURE… --into FOLDER
                                 [--controller ADDRESS] [--json]

extract  takes the blocks out of captures of supervised downloads: a file a
         block, named so that permits approve them. Of a block that was loaded
         more than once the last is kept; what is not whole is left out, and
         told
read     reads the program of a controller that is trusted, block by block, into
         a new folder: the program that audits compare with and that permits
         approve blocks of. It only reads: one small request at a time

  --station STATION    for S7comm rack and slot of the CPU: 0/2 in most S7-300,
                       0/3 in many S7-400; for Modbus the unit
  --into FOLDER        a folder that is not there yet
  --protocol NAME      s7comm or modbus; by default the one that writes stations
                       like this (what each gives: docs/audit.md)
  --policy FILE        where HOST is the name of a host in this policy
  --from ADDRESS       connect from this address of this machine
  --rate N             at most N requests a second (default 4)
  --controller ADDRESS extract: only what was loaded into this one, where there
                       are several
  --json               print data

Exit codes: 0 done, 2 something to mend first (the controller cannot be reached,
the folder is there already).`;

export const program: Command = {
  summary: 'read the program to trust, of a controller or a capture',
  help: HELP,
  async run(args) {
    const [action, ...rest] = args;
    if (action === 'read') return await programRead(rest);
    if (action === 'extract') return await programExtract(rest);
    const what = action === undefined ? 'what' : `'${action}'`;
    throw new UsageError(`program ${what}? there are: read, extract`);
  },
};
