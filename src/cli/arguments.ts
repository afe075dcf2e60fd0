/**
 * Reads the words of a command line, and tells in one plain line what is wrong with them.
 *
 * @module
 */

import { parseArgs as parse } from 'node:util';
import { nearest } from '../policy/read/nearest.ts';
import { UsageError } from './command.ts';

type Config = NonNullable<Parameters<typeof parse>[0]>;

/** As `parseArgs` of `node:util`. Throws a {@link UsageError} where the words do not fit the options. */
export function parseArgs<const C extends Config>(config: C): ReturnType<typeof parse<C>> {
  try {
    return parse(config);
  } catch (error) {
    throw new UsageError(mistake(config) ?? (error as Error).message, { cause: error });
  }
}

/** The first mistake, or undefined where none is known of. */
function mistake({ args = [], options = {}, allowPositionals = false }: Config): string | undefined {
  const { tokens } = parse({ args, options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional' && !allowPositionals) {
      return `'${token.value}' is one word too many; an option in front of it may want two hyphens`;
    }
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) return `no option ${rawName}${hint(name, Object.keys(options))}`;
    if (option.type === 'boolean' && value !== undefined) return `${rawName} takes no value; write it alone`;
    if (option.type === 'string' && value === undefined) {
      return `${rawName} needs a value; write it behind: ${rawName} VALUE`;
    }
    if (option.type === 'string' && inlineValue === false && value!.length > 1 && value!.startsWith('-')) {
      return `${rawName} needs a value, and ${value} looks like an option; if it is meant: ${rawName}=${value}`;
    }
  }
  return undefined;
}

function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known) ?? known.find(one => one.startsWith(name));
  if (near !== undefined) return `; did you mean --${near}?`;
  return known.length === 0
    ? '; it takes no options'
    : `; there are: ${known.map(one => `--${one}`).join(', ')}`;
}
