/**
 * Questions on the terminal: a passphrase, which is not shown while it is typed, and yes or no.
 *
 * @module
 */

import { createInterface } from 'node:readline/promises';
import { readBounded } from '../program/durable-file.ts';
import { UsageError } from './command.ts';

const MAX_PASSPHRASE = 1024;

/** The passphrase: the first line of `file` where one is named, else asked for; `twice`, so that no slip is kept. */
export async function askPassphrase(
  question: string,
  file: string | undefined,
  twice = false,
): Promise<string> {
  if (file !== undefined) {
    const [line = ''] = (await readBounded(file, MAX_PASSPHRASE)).toString().split(/\r?\n/, 1);
    return line;
  }
  const passphrase = await askHidden(question);
  if (twice && (await askHidden('The same again: ')) !== passphrase) {
    throw new UsageError('the two passphrases differ; try again');
  }
  return passphrase;
}

/** True where the answer is yes. Asked on the standard error output, so that it shows when the other is redirected. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('there is no terminal to ask on; look at what is above and repeat with --yes');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>(resolve => lines.once('close', () => resolve('')));
  lines.once('SIGINT', () => lines.close());
  const answer = await Promise.race([lines.question(`${question} [yes/no] `), ended]);
  lines.close();
  return answer.trim().toLowerCase() === 'yes';
}

async function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    throw new UsageError(
      'there is no terminal to ask for the passphrase on; give it with --passphrase-file FILE',
    );
  }
  // Before the question is seen: what is typed after it must not show.
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stderr.write(question);
  try {
    return await typed(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** What is typed up to Enter. */
function typed(stdin: NodeJS.ReadStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const stop = (): void => reject(new UsageError('no passphrase was given'));
  const more = (chunk: string): void => {
    for (const key of chunk) {
      if (key === '\r' || key === '\n') resolve(text);
      // Ctrl-C and Ctrl-D.
      else if (key === '\x03' || key === '\x04') stop();
      else if (key === '\x7f' || key === '\b') text = Array.from(text).slice(0, -1).join('');
      else text += key;
    }
  };
  stdin.on('data', more);
  stdin.on('end', stop);
  stdin.resume();
  return promise.finally(() => {
    stdin.off('data', more);
    stdin.off('end', stop);
  });
}
