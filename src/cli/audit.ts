/**
 * `cofferdam audit`: is the program in a controller the approved one?
 *
 * @module
 */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApprovedProgram } from '../audit/approved-program.ts';
import { Auditor } from '../audit/auditor.ts';
import { Permitted } from '../audit/permitted.ts';
import { readProgram } from '../audit/program-folder.ts';
import { loadApprovers } from '../program/approvers-file.ts';
import { PermitStore } from '../program/permit-store.ts';
import { parseArgs } from './arguments.ts';
import { holdings } from './audit-hold.ts';
import { auditJson, auditText } from './audit-report.ts';
import { AUDIT_TAGS_HELP, auditTags } from './audit-tags.ts';
import { type Command, UsageError } from './command.ts';
import { DEVICE_OPTIONS, readDeviceWords } from './device.ts';
import { stopSignal } from './stop-signal.ts';
import { readInterval } from './times.ts';

/** Seconds that a clock may be off from where it was, unless the user says otherwise. */
const STANDARD_CLOCK = 60;

const HELP = `usage: cofferdam audit HOST[:PORT] --approved FOLDER [OPTION …]
       cofferdam audit HOST[:PORT] --tags --policy FILE [OPTION …]

Reads the program out of a controller over a connection of its own and compares
it with the approved one: the list of blocks, the bytes of each, protection, run
mode, firmware, identity and clock. A difference is a finding; both versions are
kept, with a comparison that an engineer can read. It only reads, one small
request at a time, and waits where the controller is busy.

  --approved FOLDER    the approved program, as cofferdam program read wrote it;
                       says the protocol and station too
  --keep FOLDER        where what differs is kept (default: cofferdam-audit)
  --every TIME         again and again, for example every 10m, until SIGINT or
                       SIGTERM (30s, 10m, 2h, 1d)
  --clock SECONDS      how far the clock may be off from where it was (default
                       ${STANDARD_CLOCK})
  --permits FOLDER, --approvers FILE
                       the gateway's permit store, and who approves: what was
                       changed under a permit is as approved
  --values BLOCK[,…]   compare the present values of these data blocks too, or
                       of all: those that the program only reads
  --policy FILE        where HOST is the name of a host in this policy
  --protocol NAME, --station STATION
                       where they are not those of the approved program
  --state FOLDER       the folder in which gateways say what they do (their own
                       --state): the audit waits while a program is being
                       loaded into the controller through one of them
  --wait TIME          for so long at most, then it is not audited, which is a
                       finding (default 10m)
  --from ADDRESS       connect from this address of this machine
  --rate N             at most N requests a second (default 4)
  --json               one JSON object a line for each audit

${AUDIT_TAGS_HELP}

Exit codes: 0 the same (with --tags: all read, and within their ranges), 1
different or not audited (with --every: at least once), 2 something to mend
first.`;

export const audit: Command = {
  summary: 'read a program back and compare it with the approved one',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--tags')) return await auditTags(args);
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...DEVICE_OPTIONS,
      approved: { type: 'string' },
      permits: { type: 'string' },
      approvers: { type: 'string' },
      keep: { type: 'string', default: 'cofferdam-audit' },
      every: { type: 'string' },
      state: { type: 'string' },
      wait: { type: 'string' },
      clock: { type: 'string', default: String(STANDARD_CLOCK) },
      values: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const [place, extra] = positionals;
  if (place === undefined || extra !== undefined) {
    throw new UsageError('name one controller: cofferdam audit HOST[:PORT] --approved FOLDER');
  }
  if (values.approved === undefined) {
    throw new UsageError('say what was approved: --approved FOLDER, which cofferdam program read makes');
  }
  const every = values.every === undefined ? undefined : readInterval(values.every, '--every');
  const clock = Number(values.clock);
  if (!(clock >= 0)) throw new UsageError(`--clock ${values.clock}: give a number of seconds`);
  const { program, sha256 } = await readProgram(values.approved);
  const { device, rate } = await readDeviceWords(place, values, program);
  const store = await openPermits(values.permits, values.approvers);
  const holding = await holdings(values.state, values.wait, [device]);
  const stop = stopSignal();
  const options = {
    rate,
    clock,
    values: readValues(values.values, program),
    keep: values.keep,
    signal: stop.signal,
    ...holding(device),
  };
  const permitted = store && new Permitted(store, device);
  const auditor = new Auditor(device, program, { ...options, permitted });
  let different = false;
  try {
    for (;;) {
      const began = performance.now();
      await store?.reload();
      const result = await auditor.run();
      different ||= result.findings.length > 0;
      console.log(values.json ? auditJson(device, result, sha256) : auditText(device, result, sha256));
      if (every === undefined) break;
      await sleep(Math.max(0, every - (performance.now() - began)), undefined, { signal: stop.signal });
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    // Being told to stop is how an audit with an interval ends; one without was not finished.
    if (every === undefined) return stop.code;
  } finally {
    stop.release();
  }
  return different ? 1 : 0;
}

/** The permit store that is named; it must be there, since an audit makes nothing but what it keeps. */
async function openPermits(
  folder: string | undefined,
  approvers: string | undefined,
): Promise<PermitStore | undefined> {
  if (folder === undefined && approvers === undefined) return undefined;
  if (folder === undefined || approvers === undefined) {
    throw new UsageError(
      'permits count only with those who may approve: give --permits FOLDER and --approvers FILE',
    );
  }
  await access(join(folder, 'permits'));
  return await PermitStore.open(folder, await loadApprovers(approvers));
}

/** The blocks whose present values count; `all` for all. */
function readValues(texts: readonly string[], { content }: ApprovedProgram): boolean | ReadonlySet<string> {
  const names = texts.flatMap(text => text.split(','));
  if (names.includes('all')) return true;
  const unknown = names.find(name => !content.has(name));
  if (unknown === undefined) return new Set(names);
  const there = [...content.keys()].join(', ');
  throw new UsageError(
    `--values ${unknown}: the approved program has no such block; there are: ${there}, or all`,
  );
}
