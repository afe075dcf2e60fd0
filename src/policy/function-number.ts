/**
 * Functions by their number on the wire, as policies and statements write them: `0x5a`, `0x5a/0x10`, and with the kind
 * of message where a protocol has several with codes of their own, `userdata 4/1`.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import type { FunctionNumbers, FunctionRow, Protocol } from '../protocol/protocol.ts';
import { suggestion } from './read/nearest.ts';

/** A function, or with `subcode` -1 all of its sub-functions. */
export interface FunctionNumber {
  /** Name of the kind of message, and the values of `Operation.kind` that it stands for; '' and none where any. */
  readonly kind: string;
  readonly kinds: readonly number[];
  readonly code: number;
  readonly subcode: number;
}

export const FUNCTION_EXAMPLE = 'a function code such as 0x5a, or with its sub-function 0x5a/0x10';

const NUMBER = '0x[0-9a-fA-F]{1,4}|\\d{1,5}';
const FUNCTION = new RegExp(`^(?:([A-Za-z][\\w-]*)\\s+)?(${NUMBER})(?:/(${NUMBER}))?$`);

/** Reads a function; where `protocol` is not known, without judging the kind. */
export function parseFunction(
  protocol: Protocol | undefined,
  text: string,
): FunctionNumber | { readonly problem: string } {
  const [, word, first, second] = FUNCTION.exec(text.trim()) ?? [];
  const kinds = protocol?.kinds ?? [];
  if (first === undefined) {
    const names = kinds.map(({ name }) => name).join(' or ');
    const example = names === '' ? FUNCTION_EXAMPLE : `${names} and a function code, such as 4 or 4/1`;
    return { problem: `function is '${text}'; write ${example}` };
  }
  const written = second === undefined ? first : `${first}/${second}`;
  const number = { code: Number(first), subcode: second === undefined ? -1 : Number(second) };
  if (protocol === undefined) return { kind: '', kinds: [], ...number };
  const { title } = protocol;
  if (kinds.length === 0) {
    if (word !== undefined)
      return { problem: `functions of ${title} are of one kind; write \`function: ${written}\`` };
    return misfit(title, '', protocol.numbers, first, second) ?? { kind: '', kinds: [], ...number };
  }
  if (word === undefined) {
    const fitting = kinds.filter(
      ({ name, numbers }) => misfit(title, name, numbers, first, second) === undefined,
    );
    const choices = (fitting.length > 0 ? fitting : kinds).map(({ name }) => {
      const row = functionRow(protocol, { kind: name, kinds: [], ...number });
      return `\`function: ${name} ${written}\`${row === undefined ? '' : ` ('${row.name}')`}`;
    });
    return {
      problem: `function is '${text}', which ${title} has in several kinds; write ${choices.join(' or ')}`,
    };
  }
  const kind = kinds.find(({ name }) => name === word);
  if (kind !== undefined) {
    const { name, numbers } = kind;
    return misfit(title, name, numbers, first, second) ?? { kind: name, kinds: kind.kinds, ...number };
  }
  const names = kinds.map(({ name }) => name);
  return { problem: `functions of ${title} are of no kind '${word}'${suggestion(word, names)}` };
}

/** What to write instead of a number that no function can have. */
function misfit(
  title: string,
  kind: string,
  numbers: FunctionNumbers | undefined,
  code: string,
  sub: string | undefined,
): { readonly problem: string } | undefined {
  if (numbers === undefined) return undefined;
  const named = kind === '' ? code : `${kind} ${code}`;
  if (Number(code) > numbers.code) {
    const of = kind === '' ? title : `${kind} functions of ${title}`;
    return {
      problem: `function is '${named}'; codes of ${of} are 0 to ${numbers.code} (${hex(numbers.code)})`,
    };
  }
  const most = numbers.sub(Number(code));
  if (sub === undefined || Number(sub) <= most) return undefined;
  if (most < 0) {
    return {
      problem: `function is '${named}/${sub}', but this function of ${title} has no sub-functions; write \`function: ${named}\``,
    };
  }
  return {
    problem: `function is '${named}/${sub}'; sub-functions of ${named} are 0 to ${most} (${hex(most)})`,
  };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The function's row in the table: its sub-function's own, else that of the whole code. */
export function functionRow(
  protocol: Protocol,
  { kind, code, subcode }: FunctionNumber,
): FunctionRow | undefined {
  const rows = protocol.functions.filter(
    (row, i) => i > 0 && row.code === code && (kind === '' || row.section === kind),
  );
  return rows.find(row => row.sub === subcode) ?? rows.find(row => row.sub === -1);
}

/** Does the number name functions of a vendor's own? */
export function isVendors({ kind, code }: FunctionNumber, protocol: Protocol | undefined): boolean {
  const rows = protocol?.functions ?? [];
  return rows.some(row => row.vendor && row.code === code && (kind === '' || row.section === kind));
}

/** Those of the functions with this number that can change a program although their verb does not say so. */
export function loadingRows(protocol: Protocol, { kind, code, subcode }: FunctionNumber): FunctionRow[] {
  return protocol.functions.filter(
    row =>
      row.mayLoad === true &&
      row.code === code &&
      (subcode < 0 || row.sub === subcode) &&
      (kind === '' || row.section === kind),
  );
}

/** The functions that can change a program although their verb does not say so, each by its number. */
export function mayLoad(protocol: Protocol): FunctionNumber[] {
  return protocol.functions
    .filter(row => row.mayLoad === true)
    .map(({ section, code, sub }) => {
      const kind = protocol.kinds?.find(({ name }) => name === section);
      return { kind: kind?.name ?? '', kinds: kind?.kinds ?? [], code, subcode: sub };
    });
}

/** Is this the operation's function? */
export function isNumbered({ kinds, code, subcode }: FunctionNumber, op: Operation): boolean {
  return (
    code === op.code &&
    (subcode < 0 || subcode === op.subcode) &&
    (kinds.length === 0 || kinds.includes(op.kind))
  );
}

/** The operation's function, as a policy would name it: `90/16`, `userdata 4/1`. */
export function formatFunction(protocol: Protocol | undefined, op: Operation): string {
  const kind = protocol?.kinds?.find(({ kinds }) => kinds.includes(op.kind))?.name;
  return `${kind === undefined ? '' : `${kind} `}${op.code}${op.subcode < 0 ? '' : `/${op.subcode}`}`;
}
