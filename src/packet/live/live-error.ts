/**
 * What keeps an interface from being watched, in words for who has to mend it.
 *
 * @module
 */
export class LiveError extends Error {
  readonly code = 'COFFERDAM_LIVE';
  override readonly name = 'LiveError';
}
