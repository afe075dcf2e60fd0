/**
 * Reads the nodes of a YAML document, with the place of each. A reader that finds something wrong says so once
 * and answers undefined; whoever gets undefined says nothing more.
 *
 * @module
 */

import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Problem } from '../problem.ts';
import { type Ratio, ratioOf } from '../ratio.ts';
import { suggestion } from './nearest.ts';
import { type Message, ProblemList } from './problem-list.ts';

/** A value in the document, and the place that messages about it name. */
export interface Place {
  readonly node: Node | null;
  /** Offset in the text. */
  readonly at: number;
}

/** An entry of a map. */
export interface Entry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: Place;
}

/** More aliases than this are not followed: a few lines of YAML can otherwise stand for millions. */
const MAX_ALIASES = 100;

export class Reader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #text: string;
  readonly problems = new ProblemList(at => this.#place(at));
  readonly warnings = new ProblemList(at => this.#place(at));
  #aliases = 0;
  readonly #unresolved = new Set<number>();

  constructor(document: Document, lines: LineCounter, file: string, text: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
    this.#text = text;
  }

  root(): Place {
    const node = this.#document.contents as Node | null;
    return { node, at: node?.range?.[0] ?? 0 };
  }

  problem(at: number, message: Message): undefined {
    this.problems.add(at, message);
  }

  warn(at: number, message: string): void {
    this.warnings.add(at, message);
  }

  line(at: number): number {
    return Math.max(1, this.#lines.linePos(at).line);
  }

  /** What stands in the file, on one line, to repeat in messages. */
  source({ node, at }: Place): string {
    const text = this.#text.slice(at, node?.range?.[1] ?? at);
    return text
      .trim()
      .replace(/\s*\n\s*/g, ', ')
      .replace(/\s+/g, ' ')
      .slice(0, 200);
  }

  /** The entries of a map whose keys are names that its owner chooses. */
  entries(place: Place, what: string, example: string): Entry[] | undefined {
    const node = this.#resolve(place);
    if (node === undefined) return undefined;
    if (!isMap(node)) {
      return this.problem(place.at, `${what} is ${describe(node)}; write a map, such as ${example}`);
    }
    const entries: Entry[] = [];
    const seen = new Map<string, number>();
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const keyAt = keyNode?.range?.[0] ?? place.at;
      const key = isScalar(keyNode) ? (keyNode.source ?? String(keyNode.value)) : undefined;
      if (key === undefined || key === '') {
        this.problem(keyAt, `a key of ${what} is not a plain word; write ${example}`);
        continue;
      }
      const first = seen.get(key);
      if (first !== undefined) {
        this.problem(keyAt, `'${key}' is already on line ${first}; keep one of the two`);
        continue;
      }
      seen.set(key, this.line(keyAt));
      const value = pair.value as Node | null;
      entries.push({ key, keyAt, value: { node: value, at: value?.range?.[0] ?? keyAt } });
    }
    return entries;
  }

  /** The entries of a map whose keys are the language's, by key. */
  fields(
    place: Place,
    what: string,
    known: readonly string[],
    example: string,
  ): Map<string, Entry> | undefined {
    const entries = this.entries(place, what, example);
    if (entries === undefined) return undefined;
    const fields = new Map<string, Entry>();
    for (const entry of entries) {
      if (known.includes(entry.key)) fields.set(entry.key, entry);
      else
        this.problem(
          entry.keyAt,
          () => `unknown key '${entry.key}' in ${what}${suggestion(entry.key, known)}`,
        );
    }
    return fields;
  }

  /** The items of a list; a single value stands for a list of one. */
  list(place: Place, what: string, example: string): Place[] | undefined {
    const node = this.#resolve(place);
    if (node === undefined) return undefined;
    if (isSeq(node)) {
      if (node.items.length === 0)
        return this.problem(place.at, `${what} is an empty list; write ${example}`);
      return node.items.map(item => ({
        node: item as Node | null,
        at: (item as Node | null)?.range?.[0] ?? place.at,
      }));
    }
    if (node === null || (isScalar(node) && node.value === null)) {
      return this.problem(place.at, `${what} is empty; write ${example}`);
    }
    return [{ node, at: place.at }];
  }

  /** A word or sentence; numbers and dates are taken as they are written. */
  text(place: Place, what: string, example: string): string | undefined {
    const node = this.#resolve(place);
    if (node === undefined) return undefined;
    if (!isScalar(node) || node.value === null || String(node.value).trim() === '') {
      return this.problem(place.at, `${what} is ${describe(node)}; write ${example}`);
    }
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  /** One of a few words. */
  word<W extends string>(place: Place, what: string, words: readonly W[]): W | undefined {
    const text = this.text(place, what, words.join(' or '));
    if (text === undefined) return undefined;
    const word = words.find(w => w === text);
    if (word !== undefined) return word;
    return this.problem(place.at, `${what} is '${text}'; write ${words.join(' or ')}`);
  }

  /** A number, exactly as written. */
  number(place: Place, what: string, example: string): Ratio | undefined {
    const text = this.text(place, what, example);
    if (text === undefined) return undefined;
    const ratio = ratioOf(text);
    return ratio ?? this.problem(place.at, `${what} is '${text}', which is no number; write ${example}`);
  }

  /** A whole number within bounds. */
  integer(place: Place, what: string, least: number, most: number): number | undefined {
    const text = this.text(place, what, `a whole number from ${least} to ${most}`);
    if (text === undefined) return undefined;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (number >= least && number <= most) return number;
    return this.problem(place.at, `${what} is '${text}'; write a whole number from ${least} to ${most}`);
  }

  isMap(place: Place): boolean {
    return isMap(this.#resolve(place));
  }

  /** The node that an alias stands for; undefined where there is none, which is then told. */
  #resolve({ node, at }: Place): Node | null | undefined {
    if (!isAlias(node)) return node;
    if (++this.#aliases > MAX_ALIASES) {
      if (this.#aliases > MAX_ALIASES + 1) return undefined;
      return this.problem(at, `more than ${MAX_ALIASES} aliases (*name); write the values out`);
    }
    const target = node.resolve(this.#document) as Node | undefined;
    if (target !== undefined && !isAlias(target)) return target;
    if (this.#unresolved.has(at)) return undefined;
    this.#unresolved.add(at);
    return this.problem(
      at,
      `no anchor '&${node.source.slice(0, 60)}' stands before this; write the value itself`,
    );
  }

  #place(at: number): Omit<Problem, 'message'> {
    const { line, col } = this.#lines.linePos(at);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function describe(node: Node | null): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (isScalar(node) && node.value !== null && node.value !== '')
    return `'${String(node.value).slice(0, 60)}'`;
  return 'empty';
}
