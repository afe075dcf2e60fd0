/**
 * Reads an approvers file, telling every mistake with its line and column.
 *
 * @module
 */

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Approver, Approvers, LEAST_THRESHOLD, type Panel, sameName } from './approvers.ts';
import { readRegular } from './durable-file.ts';
import { PermitError } from './permit-error.ts';
import { plainText } from './plain-text.ts';
import { type PublicKey, parsePublicKey } from './public-key.ts';
import { PERSON } from './statement.ts';

const MAX_FILE = 1 << 20;
const MAX_TOLD = 20;
const KEYS = ['threshold', 'approvers', 'requesters', 'controllers'];
const PANEL_KEYS = ['threshold', 'approvers'];

/** The approvers in a file (YAML, of which JSON is a part). Throws `PermitError` with all that is wrong, a line each. */
export async function loadApprovers(file: string): Promise<Approvers> {
  return parseApprovers((await readRegular(file, MAX_FILE)).toString(), file);
}

/** {@link loadApprovers} of the text of a file, whose name is for messages. */
export function parseApprovers(text: string, file: string): Approvers {
  return new ApproversReader(text, file).read();
}

interface Item {
  readonly node: Node | null;
  /** Offset in the text. */
  readonly at: number;
}

interface Entry extends Item {
  readonly key: string;
  readonly keyAt: number;
}

class ApproversReader {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #root: Item;
  readonly #problems: { readonly at: number; readonly message: string }[] = [];

  constructor(text: string, file: string) {
    this.#file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, schema: 'core' });
    for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
      const what = message.split('\n', 1)[0]!.replace(/[.:]\s*$/, '');
      const problem =
        code === 'MULTIPLE_DOCS'
          ? 'a second document begins here; take the `---` out'
          : `this is no YAML: ${what}; correct it`;
      this.#problem(pos[0], problem);
    }
    this.#root = { node: document.contents as Node | null, at: 0 };
  }

  read(): Approvers {
    this.#throwProblems();
    const fields = this.#fields(this.#root, 'the approvers file', KEYS);
    this.#throwProblems();
    const named = fields.get('approvers');
    if (named === undefined) {
      this.#problem(
        0,
        'no approvers; write `approvers:` and below it lines such as `shift-lead: ssh-ed25519 AAAA…`',
      );
    }
    const approvers = named === undefined ? [] : this.#approvers(named);
    this.#throwProblems();
    const everywhere = { approvers, threshold: this.#threshold(fields.get('threshold'), approvers, named!) };
    const controllers = new Map<string, Panel>();
    const particular = fields.get('controllers');
    for (const entry of particular ? this.#entries(particular, 'controllers') : []) {
      controllers.set(entry.key, this.#panel(entry, everywhere));
    }
    const requesters = fields.get('requesters');
    const asking = requesters && this.#list(requesters).map(item => this.#person(item, 'requesters'));
    this.#throwProblems();
    return new Approvers(this.#file, everywhere, controllers, asking);
  }

  #approvers(named: Entry): Approver[] {
    const owners = new Map<string, string>();
    const names = new Set<string>();
    return this.#entries(named, 'approvers').map(entry => {
      const name = this.#name(entry.key, entry.keyAt, 'approvers');
      if (names.has(sameName(name)))
        this.#problem(entry.keyAt, `'${name}' is there twice; each approver once`);
      names.add(sameName(name));
      const keys: PublicKey[] = [];
      for (const item of this.#list(entry)) {
        const key = this.#key(item, name);
        if (key === undefined) continue;
        const owner = owners.get(key.id);
        if (owner !== undefined) {
          this.#problem(
            item.at,
            `${name} has the key of ${owner}; each approver needs a key of his or her own`,
          );
        }
        owners.set(key.id, name);
        keys.push(key);
      }
      return { name, keys };
    });
  }

  #key(item: Item, name: string): PublicKey | undefined {
    const text = this.#text(item, `the key of ${name}`, 'ssh-ed25519 AAAA…');
    if (text === '') return undefined;
    try {
      return parsePublicKey(text);
    } catch (error) {
      if (!(error instanceof PermitError)) throw error;
      this.#problem(item.at, `${name}: ${error.message}`);
      return undefined;
    }
  }

  #panel(entry: Entry, everywhere: Panel): Panel {
    const fields = this.#fields(entry, entry.key, PANEL_KEYS);
    const named = fields.get('approvers');
    const approvers = named === undefined ? everywhere.approvers : this.#chosen(named, everywhere.approvers);
    const threshold = fields.get('threshold');
    if (threshold !== undefined)
      return { approvers, threshold: this.#threshold(threshold, approvers, entry) };
    if (approvers.length < everywhere.threshold) {
      this.#problem(
        entry.keyAt,
        `${entry.key} has fewer approvers than the threshold ${everywhere.threshold}; name more`,
      );
    }
    return { approvers, threshold: everywhere.threshold };
  }

  #chosen(named: Entry, approvers: readonly Approver[]): Approver[] {
    const chosen = this.#list(named).map(item => {
      const name = this.#text(item, 'approvers', 'their names');
      const approver = approvers.find(one => one.name === name);
      if (approver === undefined) {
        const names = approvers.map(one => one.name).join(', ');
        this.#problem(item.at, `no approver '${name}' in this file; there are: ${names}`);
      }
      return approver;
    });
    return [...new Set(chosen.filter(approver => approver !== undefined))];
  }

  #threshold(entry: Entry | undefined, approvers: readonly Approver[], place: Entry): number {
    const count = approvers.length;
    if (count < LEAST_THRESHOLD) {
      this.#problem(
        place.keyAt,
        `${count} approver is too few; a permit needs at least ${LEAST_THRESHOLD} people`,
      );
      return LEAST_THRESHOLD;
    }
    if (entry === undefined) return LEAST_THRESHOLD;
    const text = this.#text(entry, 'threshold', `a number, such as ${LEAST_THRESHOLD}`);
    const threshold = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (threshold >= LEAST_THRESHOLD && threshold <= count) return threshold;
    this.#problem(
      entry.at,
      `threshold is '${text}'; write a whole number from ${LEAST_THRESHOLD} to ${count}, the number of approvers`,
    );
    return LEAST_THRESHOLD;
  }

  #person(item: Item, what: string): string {
    return this.#name(this.#text(item, what, 'names'), item.at, what);
  }

  #name(name: string, at: number, what: string): string {
    if (!PERSON.test(name)) {
      const shown = plainText(name);
      const unseen = shown === name ? '' : ' (? stands for what nobody sees)';
      this.#problem(
        at,
        `'${shown}' in ${what} is no name${unseen}; write a person's or a role's, as shift-lead`,
      );
    }
    return name;
  }

  #fields(item: Item, what: string, known: readonly string[]): Map<string, Entry> {
    const entries = this.#entries(item, what);
    for (const { key, keyAt } of entries) {
      if (!known.includes(key)) {
        this.#problem(keyAt, `unknown key '${key}' in ${what}; there are: ${known.join(', ')}`);
      }
    }
    return new Map(entries.map(entry => [entry.key, entry]));
  }

  #entries({ node, at }: Item, what: string): Entry[] {
    if (!isMap(node)) {
      this.#problem(at, `${what} is no map; write one \`name: value\` a line`);
      return [];
    }
    return node.items.map(({ key, value }) => {
      const keyAt = (key as Node).range?.[0] ?? at;
      const name = isScalar(key) ? String(key.source ?? key.value) : '';
      if (name === '') this.#problem(keyAt, `a key of ${what} is no plain word`);
      return { key: name, keyAt, ...itemOf(value as Node | null, keyAt) };
    });
  }

  /** A value that stands alone is a list of one. */
  #list({ node, at }: Item): Item[] {
    if (!isSeq(node)) return [{ node, at }];
    if (node.items.length === 0)
      this.#problem(at, 'the list is empty; write at least one entry, or leave it out');
    return node.items.map(item => itemOf(item as Node | null, at));
  }

  #text({ node, at }: Item, what: string, example: string): string {
    if (isScalar(node) && node.value !== null && String(node.value).trim() !== '') {
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    }
    this.#problem(at, `${what} is not written out here; write ${example}`);
    return '';
  }

  #problem(at: number, message: string): void {
    this.#problems.push({ at, message: message.replace(/\p{C}+/gu, ' ').slice(0, 500) });
  }

  #throwProblems(): void {
    if (this.#problems.length === 0) return;
    const sorted = this.#problems.toSorted((a, b) => a.at - b.at);
    const lines = sorted.slice(0, MAX_TOLD).map(({ at, message }) => {
      const { line, col } = this.#lines.linePos(at);
      return `${this.#file}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`;
    });
    if (sorted.length > MAX_TOLD) lines.push(`${this.#file}: and ${sorted.length - MAX_TOLD} more`);
    throw new PermitError(lines.join('\n'));
  }
}

function itemOf(node: Node | null, at: number): Item {
  return { node, at: node?.range?.[0] ?? at };
}
