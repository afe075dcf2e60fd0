/**
 * Checks that what runs for each packet or message allocates nothing and reads bytes the fast way: no call of
 * `Buffer.read…` or `subarray`, no closure, template string, `try`, BigInt, spread, `new`, array or object
 * literal in the functions of the files that {@link isPacketPath} names.
 *
 * Constructors and module level are free: what is made once may be made as one likes; so is what a `throw`
 * builds. Anything else that does not run per message says so, and why, in a comment right above it (a
 * statement, a member, a function) or at the end of its line: `// cold: once a capture`. In the comment with
 * `@module`, it stands for the whole file.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { type Comment, type Node, parse } from 'acorn';
import { ancestor } from 'acorn-walk';

/** Files of packet/ that open captures or speak of them to people. */
const COLD_OF_PACKET =
  /^(address|capture|capture-error|capture-list|compression|follow|growing|link-type|source)\.ts$/;

/** Files of a protocol that describe it, or speak for it one message at a time. */
const COLD_OF_PROTOCOL = /^(encode|errors?|functions?|names?|objects?|spaces?|stations?)(-[a-z-]+)?\.ts$/;

/** Does this file, by its path from the root, hold code that runs for each packet or message? */
export function isPacketPath(path: string): boolean {
  if (/(\.test|\.fixture|\btesting)\.ts$/.test(path)) return false;
  if (path === 'src/protocol/pending.ts' || path === 'src/policy/decide.ts') return true;
  if (path.startsWith('src/policy/judge/')) return path !== 'src/policy/judge/compile.ts';
  const [, room, folder, name] = /^src\/(packet|protocol)\/(?:([^/]+)\/)?([^/]+)$/.exec(path) ?? [];
  if (name === undefined) return false;
  if (room === 'packet') return !COLD_OF_PACKET.test(name);
  return folder !== undefined && name !== `${folder}.ts` && !COLD_OF_PROTOCOL.test(name);
}

/** What the packet path does without: kinds of syntax, with what to write instead. */
const BANNED: Readonly<Record<string, string>> = {
  ArrayExpression: 'array literal: make it once, outside',
  ArrowFunctionExpression: 'closure: make it a function or a method',
  FunctionDeclaration: 'closure: make it a function or a method',
  FunctionExpression: 'closure: make it a function or a method',
  NewExpression: '`new`: make it once, in the constructor or at module level',
  ObjectExpression: 'object literal: fill a record that is reused',
  SpreadElement: 'spread: pass what is needed one by one',
  TaggedTemplateExpression: 'template string: give a number, and name it where people read it',
  TemplateLiteral: 'template string: give a number, and name it where people read it',
  TryStatement: '`try`: check first, and return a code',
};

/** Calls that it does without. */
const BANNED_CALLS: readonly (readonly [RegExp, string])[] = [
  [/^read(U?Int|Float|Double|BigU?Int)\d*(BE|LE)?$/, 'Buffer.read…: use the DataView and an offset'],
  [/^(subarray|slice)$/, '`subarray` or `slice`: pass the view and two offsets'],
  [/^(BigInt|(get|set)Big(Uint|Int)64)$/, 'BigInt: use two 32-bit halves'],
];

type Syntax = Node & Record<string, unknown>;

/** What is wrong with `text`, the content of the file `path`: a line each. */
export function checkPacketPath(path: string, text: string): string[] {
  const comments: Comment[] = [];
  // Types become blanks, so that every place stays where it is.
  const program = parse(stripTypeScriptTypes(text), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
    onComment: comments,
  });
  const reasons = comments.filter(comment => /\bcold: \S+ \S+/.test(comment.value));
  if (reasons.some(comment => comment.value.includes('@module'))) return [];
  const marked = new Set(reasons.flatMap(({ loc }) => [loc!.end.line, loc!.end.line + 1]));

  const found: string[] = [];
  ancestor(
    program,
    Object.fromEntries([...Object.keys(BANNED), 'CallExpression', 'Literal'].map(type => [type, look])),
  );
  return found;

  function look(node: Node, _state: unknown, ancestors: Node[]): void {
    const problem = problemOf(node as Syntax, ancestors as Syntax[]);
    if (problem === undefined || !runsPerMessage(ancestors as Syntax[])) return;
    if (ancestors.some(({ loc }) => marked.has(loc!.start.line))) return;
    found.push(`${path}:${node.loc!.start.line}:${node.loc!.start.column + 1}: ${problem}`);
  }
}

function problemOf(node: Syntax, ancestors: readonly Syntax[]): string | undefined {
  switch (node.type) {
    case 'CallExpression': {
      const callee = node.callee as Syntax;
      const name = callee.type === 'MemberExpression' ? (callee.property as Syntax).name : callee.name;
      return BANNED_CALLS.find(([pattern]) => typeof name === 'string' && pattern.test(name))?.[1];
    }
    case 'Literal':
      return node.bigint === undefined ? undefined : 'BigInt: use two 32-bit halves';
    case 'TemplateLiteral':
      return (node.expressions as unknown[]).length === 0 ? undefined : BANNED[node.type];
    case 'FunctionExpression':
      // The body of a method is none of its own.
      return ancestors.at(-2)?.type === 'MethodDefinition' ? undefined : BANNED[node.type];
    default:
      return BANNED[node.type];
  }
}

/** Is the last of `ancestors` within a function that may run for each message? */
function runsPerMessage(ancestors: readonly Syntax[]): boolean {
  let inside = false;
  for (const [index, node] of ancestors.slice(0, -1).entries()) {
    if (node.type === 'ThrowStatement') return false;
    if (node.type === 'MethodDefinition') {
      if (node.kind === 'constructor') return false;
      inside = true;
    } else if (/Function/.test(node.type)) {
      // A closure handed to a call at module level (`ROWS.map(row => …)`) runs with it, once.
      inside ||= ancestors[index - 1]?.type !== 'CallExpression';
    }
  }
  return inside;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  let files = 0;
  let found = 0;
  for await (const file of glob('src/**/*.ts', { cwd: root })) {
    const path = file.replaceAll('\\', '/');
    if (!isPacketPath(path)) continue;
    files++;
    for (const line of checkPacketPath(path, readFileSync(join(root, path), 'utf8'))) {
      found++;
      console.error(line);
    }
  }
  if (files === 0) console.error('no file of the packet path found: the check itself is broken');
  if (found > 0 || files === 0) process.exitCode = 1;
}
