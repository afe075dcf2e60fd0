/**
 * The functions of S7 communication. There is no public standard; the names are those that the manuals of the
 * manufacturer and public descriptions of the protocol use.
 *
 * Sections: `session` (COTP), `job` (function codes of Job and its answers), `userdata` (code: function group,
 * sub: subfunction) and `pi service` (code 0x28; told apart by name).
 *
 * @module
 */

import { Verb } from '../../operation/verb.ts';
import { type FunctionNumbers, type FunctionRow, Step } from '../protocol.ts';

/** Function codes of Jobs. */
export const Fn = {
  readVar: 0x04,
  writeVar: 0x05,
  requestDownload: 0x1a,
  downloadBlock: 0x1b,
  downloadEnded: 0x1c,
  startUpload: 0x1d,
  upload: 0x1e,
  endUpload: 0x1f,
  piService: 0x28,
  plcStop: 0x29,
  setup: 0xf0,
} as const;
export type Fn = (typeof Fn)[keyof typeof Fn];

/** A controller asks its station for the blocks of a download, and for nothing else. */
export function isBackwards(code: number): boolean {
  return code === Fn.downloadBlock || code === Fn.downloadEnded;
}

/** Function groups of Userdata. */
export const Group = {
  modeTransition: 0,
  programmer: 1,
  cyclic: 2,
  blocks: 3,
  cpu: 4,
  security: 5,
  pbc: 6,
  time: 7,
  nc: 15,
} as const;
export type Group = (typeof Group)[keyof typeof Group];

const X224 = 'ITU-T X.224 13';
const SNAP7 = 'Snap7 reference manual';
const WIRESHARK = 'Wireshark S7comm wiki and field list';

export const FUNCTIONS: readonly FunctionRow[] = [
  { section: '', code: 0, sub: -1, name: 'not listed', verb: Verb.unknown, source: '' },

  session(0xe0, 'connection request (CR)', X224),
  session(0xd0, 'connection confirm (CC)', X224),
  session(0x80, 'disconnect request (DR)', X224),
  session(0xc0, 'disconnect confirm (DC)', X224),
  session(0x70, 'TPDU error (ER)', X224),
  session(0x00, 'empty data TPDU', 'ITU-T X.224 13.7; kept by stations as an acknowledgement'),

  job(Fn.setup, 'setup communication', Verb.connect),
  job(Fn.readVar, 'read variable', Verb.read),
  job(Fn.writeVar, 'write variable', Verb.write),
  { ...job(Fn.requestDownload, 'request download', Verb.download), step: Step.begin },
  { ...job(Fn.downloadBlock, 'download block', Verb.download), step: Step.content },
  { ...job(Fn.downloadEnded, 'download ended', Verb.download), step: Step.end },
  job(Fn.startUpload, 'start upload', Verb.upload),
  job(Fn.upload, 'upload', Verb.upload),
  job(Fn.endUpload, 'end upload', Verb.upload),
  job(Fn.piService, 'PI service', Verb.unknown),
  job(Fn.plcStop, 'PLC stop', Verb.stop),

  // With an argument it is a cold restart.
  { ...pi('P_PROGRAM', Verb.start), otherVerbs: [Verb.restart] },
  pi('_INSE', Verb.activate),
  pi('_INS2', Verb.activate),
  pi('_DELE', Verb.delete),
  pi('_MODU', Verb.activate),
  pi('_GARB', Verb.configure),
  pi('_N_LOGIN_', Verb.authenticate),
  pi('_N_LOGOUT', Verb.authenticate),
  pi('_N_NEWPWD', Verb.configure),
  pi('_N_CANCEL', Verb.acknowledge),
  pi('_N_ASUP__', Verb.activate),
  pi('_N_SELECT', Verb.activate),
  pi('_N_SEL_BL', Verb.activate),
  pi('_N_EXTERN', Verb.activate),
  pi('_N_EXTMOD', Verb.activate),
  pi('_N_SRTEXT', Verb.activate),
  pi('_N_ENDEXT', Verb.stop),
  pi('_N_STRTLK', Verb.mode),
  pi('_N_STRTUL', Verb.mode),
  pi('_N_F_OPEN', Verb.filewrite),
  pi('_N_F_OPER', Verb.fileread),
  pi('_N_F_SEEK', Verb.fileread),
  pi('_N_F_CLOS', Verb.fileread),
  pi('_N_F_COPY', Verb.filewrite),
  pi('_N_F_RENA', Verb.filewrite),
  pi('_N_F_PROT', Verb.filewrite),
  pi('_N_F_DMDA', Verb.filewrite),
  pi('_N_F_XFER', Verb.filewrite),
  pi('_N_F_DELE', Verb.delete),
  pi('_N_F_DELR', Verb.delete),
  pi('_N_FINDBL', Verb.browse),
  pi('_N_TSEARC', Verb.browse),
  pi('_N_CHEKDM', Verb.browse),
  pi('_N_CHKDNO', Verb.browse),
  pi('_N_TMGETT', Verb.browse),
  pi('_N_TMFDPL', Verb.browse),
  pi('_N_TMFPBP', Verb.browse),
  pi('_N_DIGION', Verb.operate),
  pi('_N_DIGIOF', Verb.operate),
  pi('_N_DZERO_', Verb.configure),
  pi('_N_DASAVE', Verb.configure),
  pi('_N_OST_ON', Verb.mode),
  pi('_N_OST_OF', Verb.mode),
  pi('_N_IBN_SS', Verb.mode),
  pi('_N_SETTST', Verb.mode),
  pi('_N_SCALE_', Verb.configure),
  pi('_N_SETUFR', Verb.configure),
  pi('_N_CONFIG', Verb.configure),
  pi('_N_NCKMOD', Verb.restart),
  pi('_N_LOCKE_', Verb.configure),
  pi('_N_MMCSEM', Verb.configure),
  pi('_N_CRCEDN', Verb.configure),
  pi('_N_CREACE', Verb.configure),
  pi('_N_CREATO', Verb.configure),
  pi('_N_CRTOCE', Verb.configure),
  pi('_N_DELECE', Verb.configure),
  pi('_N_DELETO', Verb.configure),
  pi('_N_DELVAR', Verb.configure),
  pi('_N_TMRASS', Verb.configure),
  pi('_N_TMAWCO', Verb.configure),
  pi('_N_TMCRTC', Verb.configure),
  pi('_N_TMCRTO', Verb.configure),
  pi('_N_TMMVTL', Verb.operate),
  pi('_N_TMPCIT', Verb.configure),
  pi('_N_TMPOSM', Verb.operate),
  pi('_N_TRESMO', Verb.configure),

  userdata(Group.modeTransition, -1, 'mode transition', Verb.report),
  userdata(Group.programmer, -1, 'programmer command', Verb.operate),
  userdata(Group.programmer, 1, 'block status', Verb.diagnose),
  userdata(Group.programmer, 2, 'variable status', Verb.read),
  userdata(Group.programmer, 3, 'output ISTACK', Verb.diagnose),
  userdata(Group.programmer, 4, 'output BSTACK', Verb.diagnose),
  userdata(Group.programmer, 5, 'output LSTACK', Verb.diagnose),
  userdata(Group.programmer, 6, 'time measurement from to', Verb.diagnose),
  userdata(Group.programmer, 7, 'force selection', Verb.operate),
  userdata(Group.programmer, 8, 'modify variable', Verb.operate),
  userdata(Group.programmer, 9, 'force', Verb.operate),
  userdata(Group.programmer, 10, 'breakpoint', Verb.mode),
  userdata(Group.programmer, 11, 'exit HOLD', Verb.start),
  userdata(Group.programmer, 12, 'memory reset', Verb.delete),
  userdata(Group.programmer, 13, 'disable job', Verb.operate),
  userdata(Group.programmer, 14, 'enable job', Verb.operate),
  userdata(Group.programmer, 15, 'delete job', Verb.operate),
  userdata(Group.programmer, 16, 'read job list', Verb.diagnose),
  userdata(Group.programmer, 17, 'read job', Verb.diagnose),
  userdata(Group.programmer, 18, 'replace job', Verb.operate),
  userdata(Group.programmer, 19, 'block status v2', Verb.diagnose),
  userdata(Group.programmer, 22, 'flash LED', Verb.diagnose),
  userdata(Group.cyclic, -1, 'cyclic service', Verb.subscribe),
  userdata(Group.cyclic, 1, 'cyclic transfer', Verb.subscribe),
  userdata(Group.cyclic, 4, 'unsubscribe', Verb.subscribe),
  userdata(Group.cyclic, 5, 'change driven transfer', Verb.subscribe),
  userdata(Group.cyclic, 7, 'change driven transfer modify', Verb.subscribe),
  userdata(Group.cyclic, 8, 'read record (RDREC)', Verb.read),
  userdata(Group.blocks, -1, 'block function', Verb.unknown),
  userdata(Group.blocks, 1, 'list blocks', Verb.browse),
  userdata(Group.blocks, 2, 'list blocks of type', Verb.browse),
  userdata(Group.blocks, 3, 'get block info', Verb.browse),
  userdata(Group.cpu, -1, 'CPU function', Verb.unknown),
  // By the list that is read.
  { ...userdata(Group.cpu, 1, 'read SZL', Verb.diagnose), otherVerbs: [Verb.identify] },
  userdata(Group.cpu, 2, 'message service', Verb.subscribe),
  userdata(Group.cpu, 3, 'diagnostic message', Verb.report),
  userdata(Group.cpu, 5, 'ALARM_8 indication', Verb.report),
  userdata(Group.cpu, 6, 'NOTIFY indication', Verb.report),
  // A locked alarm is not shown: suppression by itself, where other acknowledgements are an operator's work.
  { ...userdata(Group.cpu, 7, 'ALARM_8 lock', Verb.acknowledge), technique: 'T0878' },
  userdata(Group.cpu, 8, 'ALARM_8 unlock', Verb.acknowledge),
  userdata(Group.cpu, 9, 'SCAN indication', Verb.report),
  userdata(Group.cpu, 11, 'ALARM acknowledge', Verb.acknowledge),
  userdata(Group.cpu, 12, 'ALARM acknowledge indication', Verb.report),
  userdata(Group.cpu, 13, 'ALARM lock indication', Verb.report),
  userdata(Group.cpu, 14, 'ALARM unlock indication', Verb.report),
  userdata(Group.cpu, 17, 'ALARM_SQ indication', Verb.report),
  userdata(Group.cpu, 18, 'ALARM_S indication', Verb.report),
  userdata(Group.cpu, 19, 'ALARM query', Verb.diagnose),
  userdata(Group.cpu, 22, 'NOTIFY_8 indication', Verb.report),
  userdata(Group.security, -1, 'security', Verb.unknown),
  userdata(Group.security, 1, 'PLC password', Verb.authenticate),
  userdata(Group.security, 2, 'clear PLC password', Verb.authenticate),
  userdata(Group.pbc, -1, 'PBC BSEND/BRECV', Verb.write),
  userdata(Group.time, -1, 'time function', Verb.unknown),
  userdata(Group.time, 1, 'read clock', Verb.diagnose),
  userdata(Group.time, 2, 'set clock', Verb.settime),
  userdata(Group.time, 3, 'read clock (following)', Verb.diagnose),
  userdata(Group.time, 4, 'set clock (following)', Verb.settime),
  userdata(Group.nc, -1, 'NC programming', Verb.unknown),
  userdata(Group.nc, 1, 'NC request download', Verb.download),
  userdata(Group.nc, 2, 'NC download block', Verb.download),
  userdata(Group.nc, 3, 'NC continue download', Verb.download),
  userdata(Group.nc, 4, 'NC download ended', Verb.download),
  userdata(Group.nc, 6, 'NC start upload', Verb.upload),
  userdata(Group.nc, 7, 'NC upload', Verb.upload),
  userdata(Group.nc, 8, 'NC continue upload', Verb.upload),
];

/** Numbers of Job functions, which have no sub-functions. */
export const JOB_NUMBERS: FunctionNumbers = { code: 0xff, sub: () => -1 };

/** Numbers of Userdata functions: the group is four bits, the subfunction a byte. */
export const USERDATA_NUMBERS: FunctionNumbers = { code: 0x0f, sub: () => 0xff };

const JOB_ROWS = rowsByCode('job');
const SESSION_ROWS = rowsByCode('session');

/** Row for group × 256 + subfunction: its own, else the group's, else 0. */
const USERDATA_ROWS = new Uint8Array(16 * 256);
for (const [row, { section, code, sub }] of FUNCTIONS.entries()) {
  if (section !== 'userdata') continue;
  if (sub < 0) USERDATA_ROWS.fill(row, code * 256, code * 256 + 256);
  else USERDATA_ROWS[code * 256 + sub] = row;
}

const PI_ROWS: readonly { readonly row: number; readonly name: Uint8Array }[] = FUNCTIONS.flatMap(
  ({ section, name }, row) => (section === 'pi service' ? [{ row, name: Buffer.from(name) }] : []),
);

const VERB_OF_ROW = Uint8Array.from(FUNCTIONS, row => row.verb);

/** Verb of a row. */
export function verbOf(row: number): Verb {
  return VERB_OF_ROW[row]! as Verb;
}

/** Row of a Job function code, or 0. */
export function jobRow(code: number): number {
  return JOB_ROWS[code & 0xff]!;
}

/** Row of a COTP TPDU code, or 0; code 0 is the empty data TPDU. */
export function sessionRow(code: number): number {
  return SESSION_ROWS[code & 0xff]!;
}

/** Row of a subfunction of a Userdata function group: where it is not listed, the group's own row, or 0. */
export function userdataRow(group: number, sub: number): number {
  return USERDATA_ROWS[(group & 0x0f) * 256 + (sub & 0xff)]!;
}

/** True where the row is for this very subfunction, not for the rest of its group. */
export function isListed(row: number): boolean {
  return row !== 0 && (FUNCTIONS[row]!.sub >= 0 || FUNCTIONS[row]!.section !== 'userdata');
}

/** PI services whose argument is a list of blocks. */
const BLOCK_SERVICES = ['_INSE', '_INS2', '_DELE'].map(wanted =>
  FUNCTIONS.findIndex(({ name }) => name === wanted),
);

/** True for a PI service whose argument is a list of blocks. */
export function isBlockService(row: number): boolean {
  return BLOCK_SERVICES.includes(row);
}

/** Row of the PI service whose name lies at `at`, or that of PI services in general. */
export function piRow(view: DataView, at: number, length: number): number {
  for (let i = 0; i < PI_ROWS.length; i++) {
    const { row, name } = PI_ROWS[i]!;
    if (name.length !== length) continue;
    let same = 0;
    while (same < length && view.getUint8(at + same) === name[same]) same++;
    if (same === length) return row;
  }
  return jobRow(Fn.piService);
}

function rowsByCode(wanted: string): Uint8Array {
  const rows = new Uint8Array(256);
  for (const [row, { section, code }] of FUNCTIONS.entries()) {
    if (section === wanted) rows[code] = row;
  }
  return rows;
}

function session(code: number, name: string, source: string): FunctionRow {
  return { section: 'session', code, sub: -1, name, verb: Verb.connect, source };
}

function job(code: number, name: string, verb: Verb): FunctionRow {
  return { section: 'job', code, sub: -1, name, verb, source: SNAP7 };
}

function pi(name: string, verb: Verb): FunctionRow {
  return { section: 'pi service', code: Fn.piService, sub: -1, name, verb, source: WIRESHARK };
}

function userdata(code: number, sub: number, name: string, verb: Verb): FunctionRow {
  return { section: 'userdata', code, sub, name, verb, source: WIRESHARK };
}
