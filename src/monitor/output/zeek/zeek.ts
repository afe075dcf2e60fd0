/**
 * Zeek's logs as a format: a file for each log, in a folder. Modbus and S7comm as Zeek and CISA's ICSNPP parsers write
 * them, conn.log, weird.log for anomalies, operations.log for protocols that have no log of their own, and
 * cofferdam_health.log.
 *
 * @module
 */

import { anomalyNames } from '../../../operation/anomaly.ts';
import { type Operation, PHASES } from '../../../operation/operation.ts';
import { Side } from '../../../operation/side.ts';
import type { Protocol } from '../../../protocol/protocol.ts';
import type { Current } from '../../current.ts';
import { TRANSPORTS } from '../../flows/community-id.ts';
import type { FlowRecord } from '../../flows/flow-record.ts';
import type { Around, Format, Recorder } from '../format.ts';
import { identityOfFlow, identityOfSession } from '../identity.ts';
import type { RecordLog } from '../record-log.ts';
import { TimeWriter } from '../time.ts';
import { type Cell, CONNECTION, footOf, headOf, SOURCE, writeCells, type ZeekLog } from './zeek-log.ts';
import { MODBUS_LOGS, type Put, putModbus } from './zeek-modbus.ts';
import { MORE, moreOf } from './zeek-more.ts';
import { putS7comm, S7COMM_LOGS } from './zeek-s7comm.ts';

const HEALTH: ZeekLog = {
  name: 'cofferdam_health',
  columns: [
    ['ts', 'time'],
    ['protocol', 'string'],
    ['sessions', 'count'],
    ['operations', 'count'],
    ['decoded_bytes', 'count'],
    ['skipped_bytes', 'count'],
    ['unfinished_bytes', 'count'],
    ['strange_bytes', 'count'],
    ['opaque', 'count'],
    ['packets', 'count'],
    ['dropped', 'count'],
    ['gaps', 'count'],
    ['missed_bytes', 'count'],
    ['unrecognised_bytes', 'count'],
  ],
};

const OPERATIONS: ZeekLog = {
  name: 'operations',
  columns: [
    ...CONNECTION,
    ...SOURCE,
    ['protocol', 'string'],
    ['phase', 'string'],
    ['station', 'string'],
    ['reference', 'count'],
    ['code', 'count'],
    ['sub', 'int'],
    ['function', 'string'],
    ...MORE,
  ],
};

const WEIRD: ZeekLog = {
  name: 'weird',
  columns: [
    ...CONNECTION,
    ['name', 'string'],
    ['addl', 'string'],
    ['notice', 'bool'],
    ['peer', 'string'],
    ['source', 'string'],
  ],
};

const CONN: ZeekLog = {
  name: 'conn',
  columns: [
    ...CONNECTION,
    ['proto', 'enum'],
    ['service', 'string'],
    ['duration', 'interval'],
    ['orig_bytes', 'count'],
    ['resp_bytes', 'count'],
    ['conn_state', 'string'],
    ['local_orig', 'bool'],
    ['local_resp', 'bool'],
    ['missed_bytes', 'count'],
    ['history', 'string'],
    ['orig_pkts', 'count'],
    ['orig_ip_bytes', 'count'],
    ['resp_pkts', 'count'],
    ['resp_ip_bytes', 'count'],
    ['tunnel_parents', 'set[string]'],
    ['ip_proto', 'count'],
    ['community_id', 'string'],
    ['operations', 'count'],
    ['anomalies', 'count'],
    ['retransmissions', 'count'],
    ['gaps', 'count'],
    ['decoded_bytes', 'count'],
    ['not_understood_bytes', 'count'],
    ['unrecognised_bytes', 'count'],
    ['opaque', 'count'],
  ],
};

const LOGS: readonly ZeekLog[] = [HEALTH, OPERATIONS, WEIRD, CONN, ...MODBUS_LOGS, ...S7COMM_LOGS];
const NAMES = LOGS.map(({ name }) => name);

class ZeekRecorder implements Recorder {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #logs = new Map<string, RecordLog>();
  readonly #time = new TimeWriter();
  /** Id of the session whose operation came last, and its uid. */
  #session = 0;
  #uid = '';
  // What the record that is being written is about.
  #op: Operation | undefined;
  readonly #put: Put = (log, cells, withSource) => this.#write(log, cells, withSource);

  constructor({ protocols, current, logs }: Around) {
    this.#protocols = protocols;
    this.#current = current;
    for (const [index, name] of NAMES.entries()) this.#logs.set(name, logs[index]!);
  }

  operation(op: Operation): void {
    const { session } = this.#current;
    if (session.id !== this.#session) {
      this.#session = session.id;
      this.#uid = identityOfSession(session).uid;
    }
    this.#op = op;
    const protocol = this.#protocols[op.protocol]!;
    if (protocol.name === 'modbus') putModbus(op, protocol, this.#uid, this.#put);
    else if (protocol.name === 's7comm') putS7comm(op, protocol, this.#put);
    else this.#write('operations', generalCells(op, protocol), true);
    if (op.anomalies === 0) return;
    for (const name of anomalyNames(op.anomalies)) {
      this.#write('weird', [`${protocol.name}_${name}`, undefined, false, 'cofferdam', protocol.name], false);
    }
  }

  flow(flow: FlowRecord): void {
    const log = this.#logs.get('conn')!;
    this.#time.write(flow, log);
    writeCells(connCells(flow), log);
  }

  #write(name: string, cells: readonly Cell[], withSource: boolean): void {
    const log = this.#logs.get(name)!;
    const op = this.#op!;
    const { clientAddress, clientPort, serverAddress, serverPort } = this.#current.session;
    this.#time.write(op, log);
    const parties: Cell[] = [this.#uid, clientAddress, clientPort, serverAddress, serverPort];
    if (withSource) {
      const fromClient = op.side === Side.client;
      parties.push(fromClient);
      if (fromClient) parties.push(clientAddress, clientPort, serverAddress, serverPort);
      else parties.push(serverAddress, serverPort, clientAddress, clientPort);
    }
    writeCells([...parties, ...cells], log);
  }
}

function generalCells(op: Operation, protocol: Protocol): Cell[] {
  return [
    protocol.name,
    PHASES[op.phase],
    protocol.stations.format(op.station),
    op.reference,
    op.code,
    op.subcode < 0 ? undefined : op.subcode,
    protocol.functions[op.fn]!.name,
    ...moreOf(op, protocol),
  ];
}

function connCells(flow: FlowRecord): Cell[] {
  return [
    identityOfFlow(flow).uid,
    flow.clientAddress,
    flow.clientPort,
    flow.serverAddress,
    flow.serverPort,
    flow.transport,
    flow.protocol === '' ? undefined : flow.protocol,
    (flow.end - flow.time).toFixed(6),
    flow.payload.client,
    flow.payload.server,
    flow.state,
    undefined,
    undefined,
    flow.gapBytes,
    flow.history === '' ? undefined : flow.history,
    flow.packets.client,
    flow.bytes.client,
    flow.packets.server,
    flow.bytes.server,
    undefined,
    TRANSPORTS[flow.transport],
    flow.communityId,
    flow.operations,
    flow.anomalies,
    flow.retransmissions,
    flow.gaps,
    flow.decodedBytes,
    flow.notUnderstoodBytes,
    flow.unrecognisedBytes,
    flow.opaque,
  ];
}

export const zeek: Format = {
  name: 'zeek',
  summary: "Zeek's logs, with ICSNPP's fields (needs --into)",
  logs: NAMES,
  place: 'folder',
  recorder: around => new ZeekRecorder(around),
  head: (name, first) => headOf(LOGS[NAMES.indexOf(name)]!, first),
  foot: (_, time) => footOf(time),
  health: (health, { to }) => {
    const time = (to ?? 0).toFixed(6);
    const all = [health.packets, health.dropped, health.gaps, health.gapBytes, health.unrecognisedBytes];
    const lines = health.protocols.map(one =>
      [
        time,
        one.protocol,
        one.sessions,
        one.operations,
        one.decodedBytes,
        one.skippedBytes,
        one.unfinishedBytes,
        one.strangeBytes,
        one.opaque,
        ...all,
      ].join('\t'),
    );
    if (lines.length === 0) lines.push([time, '-', 0, 0, 0, 0, 0, 0, 0, ...all].join('\t'));
    return `${lines.join('\n')}\n`;
  },
};
