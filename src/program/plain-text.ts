/**
 * Words of strangers for people's eyes: nothing in them steers a terminal, hides or turns text round.
 *
 * @module
 */

const MOST = 500;

/** One line, cut to 500 characters; what is no character to see becomes `?`. */
export function plainText(text: string): string {
  return text.slice(0, MOST).replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, '?');
}
