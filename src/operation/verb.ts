/**
 * Verbs: what kind of thing an operation does to the plant. The same few for every protocol, so that a
 * policy, a finding and a summary can speak of meaning instead of function codes.
 *
 * A verb is a small integer on the packet path; {@link VERBS} gives its name, its group and the technique of
 * MITRE ATT&CK for ICS that an intruder using it would be practising.
 *
 * @module
 */

/** How much a verb can change. Ordered: a higher group can do what a lower one cannot. */
export const VerbGroup = {
  unknown: 0,
  session: 1,
  observe: 2,
  control: 3,
  file: 4,
  configure: 5,
  state: 6,
  program: 7,
} as const;
export type VerbGroup = (typeof VerbGroup)[keyof typeof VerbGroup];

/** Verb numbers. Stable within a release; written out by name, never by number. */
export const Verb = {
  unknown: 0,
  // session
  connect: 1,
  authenticate: 2,
  // observe
  identify: 3,
  browse: 4,
  read: 5,
  subscribe: 6,
  report: 7,
  diagnose: 8,
  // control
  write: 9,
  operate: 10,
  settime: 11,
  acknowledge: 12,
  // file
  fileread: 13,
  filewrite: 14,
  // configure
  configure: 15,
  // state
  start: 16,
  stop: 17,
  restart: 18,
  mode: 19,
  // program
  upload: 20,
  download: 21,
  activate: 22,
  delete: 23,
  firmware: 24,
} as const;
export type Verb = (typeof Verb)[keyof typeof Verb];
export type VerbName = keyof typeof Verb;

/** What is known of a verb. */
export interface VerbRow {
  readonly verb: Verb;
  readonly name: VerbName;
  readonly group: VerbGroup;
  /** ATT&CK for ICS technique id, or '' where using the verb is no technique by itself. */
  readonly technique: string;
  /** One line for the documentation. */
  readonly meaning: string;
}

const G = VerbGroup;

/** All verbs, indexed by verb number. */
export const VERBS: readonly VerbRow[] = [
  row('unknown', G.unknown, '', 'not understood, or of a vendor’s own'),
  row('connect', G.session, '', 'sets a session up, negotiates or ends it'),
  row('authenticate', G.session, 'T0859', 'presents or clears a credential'),
  row('identify', G.observe, 'T0888', 'asks what the device is'),
  row('browse', G.observe, 'T0861', 'lists what the device has'),
  row('read', G.observe, 'T0801', 'reads values of objects'),
  row('subscribe', G.observe, 'T0801', 'asks to be sent values from now on'),
  row('report', G.observe, '', 'values or events sent without being asked'),
  row('diagnose', G.observe, 'T0888', 'reads counters, status and logs'),
  row('write', G.control, 'T0836', 'changes values of objects'),
  row('operate', G.control, 'T0855', 'commands an output or forces a value'),
  row('settime', G.control, 'T0855', 'sets the clock'),
  row('acknowledge', G.control, 'T0878', 'acknowledges or suppresses an alarm'),
  row('fileread', G.file, 'T0893', 'reads a file or a file record'),
  row('filewrite', G.file, 'T0836', 'writes a file or a file record'),
  row('configure', G.configure, 'T0836', 'changes how the device itself is set up'),
  row('start', G.state, 'T0858', 'puts the controller into run'),
  row('stop', G.state, 'T0858', 'stops the controller'),
  row('restart', G.state, 'T0816', 'restarts the device'),
  row('mode', G.state, 'T0858', 'changes another operating mode'),
  row('upload', G.program, 'T0845', 'reads program out of the controller'),
  row('download', G.program, 'T0843', 'loads program into the controller'),
  row('activate', G.program, 'T0889', 'makes loaded program take effect'),
  row('delete', G.program, 'T0889', 'deletes program or data blocks'),
  row('firmware', G.program, 'T0857', 'changes the firmware'),
];

/** Verb by name, or undefined. */
export function verbNamed(name: string): VerbRow | undefined {
  return VERBS.find(v => v.name === name);
}

function row(name: VerbName, group: VerbGroup, technique: string, meaning: string): VerbRow {
  return { verb: Verb[name], name, group, technique, meaning };
}
