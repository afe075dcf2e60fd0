/**
 * Base64 read strictly: the alphabets of RFC 4648, sections 4 and 5, never mixed, and only the one spelling that
 * encoding the bytes gives again. Otherwise the unused bits at the end could be changed without anybody noticing.
 *
 * @module
 */

/** The bytes, or undefined where the text is not exactly what encoding them gives. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const standard = bytes.toString('base64');
  if (text === standard) return bytes;
  const urlSafe = standard.replaceAll('+', '-').replaceAll('/', '_');
  return text === urlSafe || text === urlSafe.replace(/=+$/, '') ? bytes : undefined;
}
