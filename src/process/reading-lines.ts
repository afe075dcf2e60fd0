/**
 * Readings as lines of JSON, which one program writes and others read: `{"time":…,"tag":…,"value":…,"source":…}`, time in
 * seconds since 1970-01-01 UTC, value in the tag's engineering unit, source who read it.
 *
 * @module
 */

/** Who read what, and when. */
export interface TagReading {
  readonly tag: string;
  /** Seconds since 1970-01-01 UTC. */
  readonly time: number;
  /** In engineering units. */
  readonly value: number;
  readonly source: string;
}

/** Longest line that is one, and longest name in it. */
const MOST_LINE = 4096;
const MOST_NAME = 256;

/** A line, with its end. */
export function formatReading({ time, tag, value, source }: TagReading): string {
  return `${JSON.stringify({ time, tag, value, source })}\n`;
}

/** Undefined where it is none. */
export function parseReading(line: string): TagReading | undefined {
  if (line.length > MOST_LINE) return undefined;
  let data: Partial<TagReading> | null;
  try {
    data = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { time, tag, value, source } = data ?? {};
  const good = isNumber(time) && isNumber(value) && isName(tag) && isName(source);
  return good ? { time, tag, value, source } : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Names are printed: nothing in them may move a terminal's cursor. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_NAME && !/\p{C}/u.test(value);
}
