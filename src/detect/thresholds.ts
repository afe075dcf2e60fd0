/**
 * How much of something makes a finding: a count within seconds of capture time. A window begins with the first
 * thing that is counted in it. All can be set in the tuning file.
 *
 * @module
 */

export interface Threshold {
  readonly count: number;
  /** Seconds. */
  readonly within: number;
}

interface Row {
  readonly name: string;
  readonly count: number;
  readonly within: number;
  /** What is counted, for the documentation. */
  readonly what: string;
}

/**
 * The thresholds, with their defaults. A legitimate poll of a plant asks up to some hundred times a second, writes up to
 * some thirty times a second, and connects anew for every request; the defaults lie well above.
 */
export const THRESHOLDS = [
  row(
    'host-scan',
    10,
    60,
    'hosts that a client tried on ports of control protocols and neither read nor wrote',
  ),
  row(
    'port-scan',
    15,
    60,
    'ports of a host that a client tried and that did not accept, one of a control protocol among them',
  ),
  row('station-scan', 10, 60, 'stations behind an address that gave no good answer'),
  row('function-scan', 6, 60, 'different functions that the device refused'),
  row('object-scan', 12, 60, 'different objects that the device refused'),
  row('object-sweep', 256, 600, 'requests in a row that each begin where the one before it ended'),
  row('blind-write', 3, 3600, 'requests to read from others before a write from a client that reads nothing'),
  row('password-guessing', 5, 300, 'refused credentials'),
  row('request-flood', 10_000, 10, 'requests of a client to a server'),
  row('write-flood', 500, 10, 'requests of a client to a server that write or command'),
  row('connection-flood', 300, 10, 'connections of a client to a server'),
  row('half-open-flood', 100, 10, 'connections to a server whose set-up its client does not complete'),
  row('command-burst', 10, 10, 'different objects that a client commands (operate)'),
  row('write-burst', 100, 10, 'different objects that a client writes'),
  row('acknowledge-burst', 20, 60, 'alarms that a client acknowledges'),
  row('unknown-function', 1, 60, 'requests for functions that are in no table'),
  row('malformed', 1, 60, 'messages with a length, count, address, value or state that cannot be'),
  row('stray-answers', 10, 60, 'answers that answer nothing'),
] as const;

export type ThresholdName = (typeof THRESHOLDS)[number]['name'];

export type Thresholds = Readonly<Record<ThresholdName, Threshold>>;

export const DEFAULT_THRESHOLDS = Object.fromEntries(
  THRESHOLDS.map(({ name, count, within }) => [name, { count, within }]),
) as Thresholds;

function row<const N extends string>(
  name: N,
  count: number,
  within: number,
  what: string,
): Row & { name: N } {
  return { name, count, within, what };
}
