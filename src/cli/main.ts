/**
 * The `cofferdam` program: finds the command, runs it, and turns failures into one line and an exit code
 * (0 done, 1 a defect or a check that failed, 2 something the user can mend).
 *
 * @module
 */

import { enableCompileCache } from 'node:module';
import { type Command, UsageError, userMessage } from './command.ts';
import { version } from './version.ts';

enableCompileCache();

const COMMANDS: Readonly<Record<string, { summary: string; load(): Promise<Command> }>> = {
  start: {
    summary: 'run a simulated plant and watch it being defended',
    load: async () => (await import('./start.ts')).start,
  },
  gateway: {
    summary: 'stand in line: pass what the policy allows, refuse the rest',
    load: async () => (await import('./gateway.ts')).gateway,
  },
  'break-glass': {
    summary: 'open a conduit in an emergency, signed by several people',
    load: async () => (await import('./break-glass.ts')).breakGlass,
  },
  inspect: {
    summary: 'read captures and say what was done to the plant in them',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  watch: {
    summary: 'read a mirror port or a tap and say what is done to the plant',
    load: async () => (await import('./watch.ts')).watch,
  },
  assets: {
    summary: 'read captures and say which devices are in them',
    load: async () => (await import('./assets.ts')).assets,
  },
  tags: {
    summary: 'read captures and say which objects are read and written',
    load: async () => (await import('./tags.ts')).tags,
  },
  detect: {
    summary: 'read captures and say what in them a person should see',
    load: async () => (await import('./detect.ts')).detect,
  },
  drill: {
    summary: 'play an intrusion at a simulated plant against chosen defences',
    load: async () => (await import('./drill.ts')).drill,
  },
  readings: {
    summary: 'print quiet hours of a simulated plant as CSV',
    load: async () => (await import('./readings.ts')).readings,
  },
  policy: {
    summary: 'check a policy, or explain what it says of an operation',
    load: async () => (await import('./policy.ts')).policy,
  },
  permit: {
    summary: 'request, sign, install and revoke permits for downloads',
    load: async () => (await import('./permit.ts')).permit,
  },
  key: {
    summary: 'make a key that approves program permits, or show one',
    load: async () => (await import('./key.ts')).key,
  },
  program: {
    summary: 'read the program to trust, of a controller or a capture',
    load: async () => (await import('./program.ts')).program,
  },
  audit: {
    summary: 'read a program back and compare it with the approved one',
    load: async () => (await import('./audit.ts')).audit,
  },
  process: {
    summary: 'learn how readings behave, and say where they no longer do',
    load: async () => (await import('./process.ts')).processCommand,
  },
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  // A reader that went away (`| head`) is no error of ours.
  process.stdout.on('error', error => {
    process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : tell(error));
  });
  const [name = 'help', ...rest] = args;
  try {
    if (name === '--version' || name === '-V' || name === 'version') {
      console.log(`cofferdam ${version}`);
      return 0;
    }
    if (name === 'help' || name === '--help' || name === '-h') {
      const about = rest[0] === undefined ? undefined : await find(rest[0]);
      console.log(about === undefined ? overview() : about.help);
      return 0;
    }
    const command = await find(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      console.log(command.help);
      return 0;
    }
    return await command.run(rest);
  } catch (error) {
    return tell(error);
  }
}

/** Tells of an error that the user can mend, in one line; throws any other. */
function tell(error: unknown): number {
  const message = userMessage(error);
  if (message === undefined) throw error;
  console.error(`cofferdam: ${message}`);
  return 2;
}

async function find(name: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    throw new UsageError(`no command '${name}'; there are: ${Object.keys(COMMANDS).join(', ')}`);
  }
  return await entry.load();
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(name => name.length));
  const list = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Cofferdam defends industrial facilities: it reads the control protocols',
    'themselves.',
    '',
    'usage: cofferdam COMMAND [OPTION …]',
    '',
    ...list,
    '',
    'cofferdam COMMAND --help tells more of each.',
    'Exit codes: 0 done, 1 failed, 2 something to mend first.',
  ].join('\n');
}
