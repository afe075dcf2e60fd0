/**
 * `cofferdam gateway`: stands in line.
 *
 * @module
 */

import { constants } from 'node:fs';
import { isIP } from 'node:net';
import { now } from '../gateway/clock.ts';
import type { GatewayEvent, Mode } from '../gateway/event.ts';
import { Gateway } from '../gateway/gateway.ts';
import { Lines } from '../gateway/lines.ts';
import { countsText, eventText, modeText } from '../gateway/text.ts';
import type { Listener } from '../policy/model.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { formatProblem } from '../policy/problem.ts';
import { type Controller, findMarksFolder, LoadingMarks } from '../program/loading-marks.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError, userMessage } from './command.ts';
import { GatewayPermits } from './gateway-permits.ts';
import { GatewayWatch, WATCH_HELP, WATCH_OPTIONS } from './gateway-watch.ts';

const HELP = `usage: cofferdam gateway --policy FILE [OPTION …]

Stands in line between the zones of a control network: clients connect to the
listeners that the policy names, in place of its controllers. What the policy
allows passes unchanged; what it does not is refused in the protocol's own
words, and the session lives on.

  --policy FILE            the policy; read again on SIGHUP, without dropping
                           sessions
  --mode enforce|monitor   enforce (the default) refuses; monitor passes
                           everything that it can and reports what would have
                           been refused
  --permits FOLDER         the permit store: where the policy says \`download:
                           permit\`, programs are changed under a permit of it;
                           read again when it changes and on SIGHUP
  --approvers FILE         who may approve permits, and how many of them it
                           takes; read again on SIGHUP
  --state FOLDER           say there when a program is being loaded, so that
                           cofferdam audit --state FOLDER waits
${WATCH_HELP}
  --listen TO/PROTOCOL=ADDRESS:PORT
                           listen there for this controller, and not where the
                           policy says; may be repeated
  --all                    report every verdict; by default whatever is not
                           simply allowed, and what changes something
  --json                   one JSON object a line in place of text
  --check                  check the policy and the other options, and stop

Runs until SIGINT or SIGTERM, then lets the answers under way arrive and prints
what it has done.`;

export const gateway: Command = {
  summary: 'stand in line: pass what the policy allows, refuse the rest',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      policy: { type: 'string' },
      mode: { type: 'string', default: 'enforce' },
      permits: { type: 'string' },
      approvers: { type: 'string' },
      state: { type: 'string' },
      ...WATCH_OPTIONS,
      listen: { type: 'string', multiple: true, default: [] },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  const file = values.policy;
  if (file === undefined) throw new UsageError('no policy; say which with --policy FILE');
  const mode = readMode(values.mode);
  const policy = await loadPolicy(file);
  const listenAt = readListen(values.listen, policy);
  const permits = await GatewayPermits.open(values.permits, values.approvers);
  const watchWith = await GatewayWatch.prepare(values, policy);
  if (values.state !== undefined) await findMarksFolder(values.state, constants.R_OK | constants.W_OK);
  if (policy.listeners.length === 0) {
    throw new UsageError(
      `${file}: the policy names no listeners; add \`listeners: [{ listen: 127.0.0.1:1502, to: plc-7, protocol: modbus }]\``,
    );
  }
  if (values.check) {
    for (const warning of policy.warnings) console.log(`NOTE ${formatProblem(warning)}`);
    for (const line of permits?.lines(policy.hosts) ?? []) console.log(line);
    console.log(
      `${file}: good; ${policy.listeners.length} ${policy.listeners.length === 1 ? 'listener' : 'listeners'}`,
    );
    return 0;
  }

  // Signals may come as soon as something is printed.
  const stop = stopped();
  const print = printer(values.json);
  const tell = (event: GatewayEvent) => print(values.json ? '' : eventText(event), event);
  const watch = watchWith?.(tell, ({ text, data }) => print(text, data));
  const marks = await openMarks(values.state, print);
  const it = new Gateway({
    policy,
    mode,
    tell,
    reports: values.all ? 'all' : 'changes',
    listenAt,
    ...(watch && { onlooker: watch.onlooker }),
    ...(marks && {
      loading: (endpoint: Listener, since: number | undefined) =>
        marks.loading(controllerOf(endpoint), since === undefined ? undefined : since * 1000),
    }),
    ...(permits === undefined ? {} : { permits: permits.permits, openings: () => permits.openings }),
  });
  let ready = it.open();
  // One after the other, in the order in which they were asked for.
  const reload = (): void => {
    ready = ready
      .then(() =>
        reloadPolicy(it, file, print, policy => {
          marks?.protects(policy.listeners.map(controllerOf));
          watch?.reload(policy);
        }),
      )
      .then(() => reloadPermits(permits, it.policy, print));
  };
  process.on('SIGHUP', reload);
  permits?.watch(
    () => {
      ready = ready.then(() => reloadPermits(permits, it.policy, print));
    },
    why => {
      const what = `NOTE changes of the permit store are seen on SIGHUP only from here on: ${why}`;
      print(what, { event: 'permits', what });
    },
  );
  await ready;
  const started = `Cofferdam protects ${policy.plant}, policy ${file}\nmode ${modeText(mode)}`;
  print(started, { event: 'started', plant: policy.plant, policy: file, mode });
  warn(policy, print);
  tellPermits(permits, policy, print);
  marks?.protects(policy.listeners.map(controllerOf));
  watch?.begin(policy);
  await stop;
  permits?.close();
  await it.close();
  watch?.end();
  await marks?.close();
  process.off('SIGHUP', reload);
  print(countsText(it.counts), { event: 'stopped', counts: { ...it.counts } });
  await print.flush();
  return 0;
}

/** Where audits are told of downloads; undefined where they are not. */
async function openMarks(folder: string | undefined, print: Print): Promise<LoadingMarks | undefined> {
  if (folder === undefined) return undefined;
  return await LoadingMarks.open(folder, why => {
    const told =
      why === '' ? 'audits are told of downloads again' : `audits are not told of downloads: ${why}`;
    const what = `NOTE ${folder}: ${told}`;
    print(what, { event: 'state', what });
  });
}

/** A controller as audits know it. */
function controllerOf({ target, upstream }: Listener): Controller {
  return { name: target, address: upstream.address };
}

function readMode(text: string): Mode {
  if (text === 'enforce' || text === 'monitor') return text;
  throw new UsageError(`--mode is '${text}'; write enforce or monitor`);
}

/** A policy that cannot be used changes nothing: the one in force stays. */
async function reloadPolicy(
  it: Gateway,
  file: string,
  print: Print,
  then: (policy: Policy) => void,
): Promise<void> {
  try {
    const policy = await loadPolicy(file);
    await it.reload(policy);
    print(`policy ${file} is in force`, { event: 'reloaded', policy: file });
    warn(policy, print);
    then(policy);
  } catch (error) {
    const what = userMessage(error);
    if (what === undefined) throw error;
    print(`${what}\nNOTE the policy that was in force stays in force`, { event: 'kept', policy: file, what });
  }
}

/** What cannot be read changes nothing: what was read of it before stays in force. */
async function reloadPermits(
  permits: GatewayPermits | undefined,
  policy: Policy,
  print: Print,
): Promise<void> {
  try {
    await permits?.reload();
    tellPermits(permits, policy, print);
  } catch (error) {
    const what = userMessage(error);
    if (what === undefined) throw error;
    print(`${what}\nNOTE what was read of it before stays in force`, { event: 'kept', what });
  }
}

function tellPermits(permits: GatewayPermits | undefined, { hosts }: Policy, print: Print): void {
  for (const line of permits?.lines(hosts) ?? []) print(line, { event: 'permits', what: line });
}

/** Tells what is not wrong in the policy but wants looking at. */
function warn(policy: Policy, print: Print): void {
  for (const warning of policy.warnings) {
    print(`NOTE ${formatProblem(warning)}`, { event: 'warning', ...warning });
  }
}

/** Reads `--listen TO/PROTOCOL=ADDRESS:PORT`. */
function readListen(
  texts: readonly string[],
  policy: Policy,
): (endpoint: Listener) => { address: string; port: number } {
  const places = new Map<string, { address: string; port: number }>();
  for (const text of texts) {
    const match = /^([^=]+)=(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
    const name = match?.[1] ?? '';
    const address = match?.[2] ?? match?.[3] ?? '';
    const port = Number(match?.[4] ?? -1);
    if (match === null || isIP(address) === 0 || port > 65535) {
      throw new UsageError(`--listen is '${text}'; write it like plc-7/modbus=127.0.0.1:1502`);
    }
    const names = policy.listeners.map(nameOf);
    if (!names.includes(name)) {
      throw new UsageError(
        `--listen ${text}: the policy has no listener ${name}; there are: ${names.join(', ')}`,
      );
    }
    places.set(name, { address, port });
  }
  return endpoint => places.get(nameOf(endpoint)) ?? endpoint;
}

function nameOf(endpoint: Listener): string {
  return `${endpoint.target}/${endpoint.protocol.name}`;
}

function stopped(): Promise<void> {
  return new Promise(resolve => {
    const stop = (): void => {
      // A second one ends the program at once.
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** Prints something as text or as JSON. */
interface Print {
  (text: string, data: object): void;
  flush(): Promise<void>;
}

function printer(json: boolean): Print {
  const lines = new Lines(process.stdout.fd, count =>
    json
      ? JSON.stringify({ event: 'lost', time: now(), count })
      : `NOTE ${count} lines were not printed: nobody read them in time`,
  );
  const print = (text: string, data: object): void =>
    lines.print(json ? JSON.stringify('time' in data ? data : { ...data, time: now() }) : text);
  return Object.assign(print, { flush: () => lines.flush(1) });
}
