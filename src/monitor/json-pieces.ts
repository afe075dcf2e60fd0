/**
 * JSON of what is too long to be one text.
 *
 * @module
 */

/** Characters that are put together. */
const PIECE = 1 << 14;

/**
 * The text that `JSON.stringify(object, undefined, 2)` gives, and a line feed, piece by piece. Fields may be iterables in
 * place of arrays: what comes of them is asked for as the pieces are.
 */
export function* jsonPieces(object: Readonly<Record<string, unknown>>): Generator<string> {
  let text = '{';
  let comma = '\n';
  for (const [name, value] of Object.entries(object)) {
    text += `${comma}  ${JSON.stringify(name)}: `;
    comma = ',\n';
    if (!isIterable(value)) {
      text += indented(value, '  ');
      continue;
    }
    let before = '[\n    ';
    for (const item of value) {
      text += `${before}${indented(item, '    ')}`;
      before = ',\n    ';
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
    text += before === ',\n    ' ? '\n  ]' : '[]';
  }
  yield `${text}\n}\n`;
}

/** No text of JSON has a line feed within: there are as many as there are lines. */
function indented(value: unknown, by: string): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${by}`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
