/**
 * `cofferdam watch`: reads what passes network interfaces, as it passes.
 *
 * @module
 */

import { accessSync, chownSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe } from '../monitor/describe.ts';
import { healthOf } from '../monitor/health-report.ts';
import { LogFolder } from '../monitor/live/log-folder.ts';
import { Outlet } from '../monitor/live/outlet.ts';
import { Watch, type WatchEvent } from '../monitor/live/watch.ts';
import { formatNamed } from '../monitor/output/formats.ts';
import type { Summary } from '../monitor/summary.ts';
import { counted } from '../operation/counted.ts';
import type { User } from '../packet/live/privileges.ts';
import { type Command, UsageError } from './command.ts';
import { stopSignal } from './stop-signal.ts';
import { FileWriter } from './watch-files.ts';
import { parseWatch, WATCH_HELP } from './watch-options.ts';
import { eventData, eventText } from './watch-text.ts';

/** How long whoever reads has for the last lines, ms. */
const LAST_WORDS = 2000;

export const watch: Command = {
  summary: 'read a mirror port or a tap and say what is done to the plant',
  help: WATCH_HELP,
  run: async args => {
    const { seconds, summary, printEvery, files, into, rotate, ...options } = parseWatch(args);
    const { printing: records } = options;
    const format = formatNamed(records?.format ?? '');
    const structured = records?.format === 'ndjson' || summary === 'json';
    const stop = stopSignal();
    const done = new AbortController();
    stop.signal.addEventListener('abort', () => done.abort());
    let broken: Error | undefined;
    const printing = new Outlet(
      process.stdout.fd,
      lines => lostLine(lines, structured),
      error => {
        // A reader that went away (`| head`) is no error of ours.
        if (error.code !== 'EPIPE') broken = error;
        done.abort();
      },
    );
    const telling = new Outlet(
      process.stderr.fd,
      lines => lostLine(lines, false),
      () => {},
    );
    const logs =
      into === undefined
        ? undefined
        : new LogFolder({
            format: format!,
            folder: into,
            rotate,
            failed: text =>
              tell({
                event: 'notice',
                notice: 'logs',
                text: `lines of logs are lost (${text})`,
                advice: 'see to the disk and the folder; watching goes on',
              }),
          });
    const lost = () => printing.lost + (logs?.lost ?? 0);
    const printSummary = (it: Summary) =>
      printing.line(structured ? JSON.stringify(it, undefined, 2) : describe(it));
    let next = printEvery;
    const writer = new FileWriter(files, (what, text) => {
      tell({
        event: 'notice',
        notice: what,
        text,
        advice: 'see to the disk and the folder; watching goes on',
      });
    });
    const tell = (event: WatchEvent) => {
      if (structured) {
        (summary === 'json' ? telling : printing).line(JSON.stringify(eventData(event, lost())));
      } else for (const line of eventText(event, lost())) telling.line(line);
      if ('held' in event) writer.write(event.held);
      if ('health' in event && (logs !== undefined || format?.alwaysHealth === true)) {
        const { packets: received, dropped } = event.health;
        const to = logs === undefined ? event.health.summary.to : Date.now() / 1000;
        const summary = { ...event.health.summary, to, capture: { received, dropped } };
        const text = format!.health!(healthOf(summary), summary);
        if (logs === undefined) printing.line(text.trimEnd());
        else logs.text(text, 0);
      }
      if (summary === undefined) return;
      if (event.event === 'stopped') printSummary(event.health.summary);
      if (event.event === 'health' && printEvery > 0 && event.health.seconds >= next - 0.5) {
        printSummary(event.health.summary);
        next += printEvery;
      }
    };
    let it: Watch | undefined;
    try {
      const folders = new Set([...files.values()].map(dirname));
      if (options.recording !== undefined) prepareFolder(options.recording.folder, options.user);
      if (into !== undefined) folders.add(into);
      for (const folder of folders) prepareFolder(folder, options.user);
      it = await Watch.open(options, logs ?? printing, tell);
      if (options.recording !== undefined) checkFolder('--write', options.recording.folder, options.user);
      for (const [what, path] of files) checkFolder(`--${what}`, dirname(path), options.user);
      if (into !== undefined) checkFolder('--into', into, options.user);
      await logs?.begin();
      const over = seconds > 0 ? setTimeout(() => done.abort(), seconds * 1000) : undefined;
      await it.run(done.signal);
      clearTimeout(over);
      await Promise.all([writer.finish(), logs?.end()]);
      const all = await Promise.all([printing.flush(LAST_WORDS), telling.flush(LAST_WORDS)]);
      if (broken !== undefined) throw broken;
      // What waits for a reader who takes nothing would keep the program for as long as he does.
      if (all.includes(false)) process.exit(0);
      return 0;
    } catch (error) {
      await it?.abandon();
      throw error;
    } finally {
      stop.release();
    }
  },
};

/** A folder that is not there is made, for whoever this program becomes. */
function prepareFolder(folder: string, user: User | undefined): void {
  if (existsSync(folder)) return;
  const first = mkdirSync(folder, { recursive: true, mode: 0o750 });
  if (user === undefined || first === undefined) return;
  // All that were made, since nobody else may look into them.
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    chownSync(made, user.uid, user.gid);
  }
}

function checkFolder(option: string, folder: string, user: User | undefined): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK | constants.R_OK);
  } catch {
    const who = user === undefined ? 'this user' : `${user.name}, whom this program becomes,`;
    throw new UsageError(
      `watch: ${option} ${folder}: ${who} cannot write there; give it the folder (chown), or name a --user`,
    );
  }
}

function lostLine(lines: number, json: boolean): string {
  return json
    ? JSON.stringify({ event: 'lost', time: Date.now() / 1000, lines })
    : `NOTE ${counted(lines, 'line')} not printed: nobody read in time`;
}
