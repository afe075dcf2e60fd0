/**
 * The Open Cybersecurity Schema Framework (OCSF 1.8.0), an event as JSON a line. It has no class for what is done to a
 * plant: an operation is a Network Activity (4001) of the activity Traffic, with the operation itself, as NDJSON has
 * it, in `unmapped`; a flow is one that says how it ended. Findings of `cofferdam detect`: ocsf-finding.ts.
 *
 * @module
 */

import { type Operation, Outcome } from '../../operation/operation.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import { TRANSPORTS } from '../flows/community-id.ts';
import type { FlowRecord, State } from '../flows/flow-record.ts';
import type { Session } from '../session.ts';
import { Fragment } from './byte-writer.ts';
import { FunctionCache, PART, SessionCache } from './cache.ts';
import type { Around, Format, Recorder } from './format.ts';
import { identityOfFlow, identityOfSession } from './identity.ts';
import { OperationJson } from './ndjson.ts';
import type { RecordLog } from './record-log.ts';

export const OCSF_VERSION = '1.8.0';

/** `metadata` of every event. */
export const METADATA = {
  version: OCSF_VERSION,
  product: { name: 'Cofferdam', vendor_name: 'Cofferdam' },
} as const;

const CLASS = {
  category_uid: 4,
  category_name: 'Network Activity',
  class_uid: 4001,
  class_name: 'Network Activity',
};
const ACTIVITY = ['Unknown', 'Open', 'Close', 'Reset', 'Fail', 'Refuse', 'Traffic'] as const;
const TRAFFIC = 6;
const SEVERITY = { severity_id: 1, severity: 'Informational' };

const TIME = new Fragment('{"time":');
const STATUS = [
  new Fragment(',"status_id":0,"status":"Unknown"'),
  new Fragment(',"status_id":1,"status":"Success"'),
  new Fragment(',"status_id":2,"status":"Failure"'),
];
const UNMAPPED = new Fragment(',"unmapped":');
const CLOSE = new Fragment('}\n');

class OcsfRecorder implements Recorder {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #log: RecordLog;
  readonly #json: OperationJson;
  readonly #heads = new SessionCache(1, 704, (session, _, __, ___, to) => to.text(sessionText(session)));
  readonly #messages: FunctionCache;

  constructor(around: Around) {
    const { protocols, current, logs } = around;
    this.#protocols = protocols;
    this.#current = current;
    this.#log = logs[0]!;
    this.#json = new OperationJson(around);
    this.#messages = new FunctionCache(protocols, op => {
      const { title, functions } = protocols[op.protocol]!;
      return `,"message":${JSON.stringify(`${title}: ${functions[op.fn]!.name}`)}`;
    });
  }

  operation(op: Operation): void {
    const log = this.#log;
    log.fragment(TIME);
    log.integer(Math.floor(op.time * 1000));
    log.reserve(PART);
    log.at = this.#heads.put(this.#current.session, 0, 0, 0, log, log.at);
    log.at = this.#messages.put(op, log, log.at);
    log.fragment(STATUS[op.outcome]!);
    if (op.outcome === Outcome.failed) {
      const detail = this.#protocols[op.protocol]!.errorName(op.error);
      log.text(`,"status_code":"${op.error}","status_detail":${JSON.stringify(detail)}`);
    }
    log.fragment(UNMAPPED);
    this.#json.write(op);
    log.fragment(CLOSE);
    log.end();
  }

  flow(flow: FlowRecord): void {
    const log = this.#log;
    log.text(`${JSON.stringify(flowEvent(flow))}\n`);
    log.end();
  }
}

/** All that the events of one session have in common, behind the time. */
function sessionText(session: Session): string {
  const { clientAddress, clientPort, serverAddress, serverPort, protocol } = session;
  const { communityId, uid } = identityOfSession(session);
  const event = {
    ...activity(TRAFFIC),
    metadata: METADATA,
    app_name: protocol!.name,
    src_endpoint: { ip: clientAddress, port: clientPort },
    dst_endpoint: { ip: serverAddress, port: serverPort, svc_name: protocol!.name },
    connection_info: connection('tcp', clientAddress, uid, communityId),
  };
  return `,${JSON.stringify(event).slice(1, -1)}`;
}

function activity(id: number) {
  const name = ACTIVITY[id]!;
  return {
    ...CLASS,
    activity_id: id,
    activity_name: name,
    type_uid: CLASS.class_uid * 100 + id,
    type_name: `${CLASS.class_name}: ${name}`,
    ...SEVERITY,
  };
}

function connection(transport: 'tcp' | 'udp', address: string, uid: string, communityId: string) {
  return {
    uid,
    community_uid: communityId,
    direction_id: 0,
    direction: 'Unknown',
    protocol_name: transport,
    protocol_num: TRANSPORTS[transport],
    protocol_ver_id: address.includes(':') ? 6 : 4,
  };
}

function flowEvent(flow: FlowRecord) {
  const { time, end, packets, bytes, transport, clientAddress, clientPort, serverAddress, serverPort } = flow;
  const { communityId, uid } = identityOfFlow(flow);
  return {
    time: Math.floor(time * 1000),
    start_time: Math.floor(time * 1000),
    end_time: Math.floor(end * 1000),
    duration: Math.round((end - time) * 1000),
    ...activity(endOf(flow.state)),
    metadata: METADATA,
    ...(flow.protocol === '' ? {} : { app_name: flow.protocol }),
    src_endpoint: { ip: clientAddress, port: clientPort },
    dst_endpoint: {
      ip: serverAddress,
      port: serverPort,
      ...(flow.protocol === '' ? {} : { svc_name: flow.protocol }),
    },
    connection_info: {
      ...connection(transport, clientAddress, uid, communityId),
      flag_history: flow.history,
    },
    traffic: {
      bytes: bytes.client + bytes.server,
      bytes_out: bytes.client,
      bytes_in: bytes.server,
      bytes_missed: flow.gapBytes,
      packets: packets.client + packets.server,
      packets_out: packets.client,
      packets_in: packets.server,
    },
    unmapped: { record: 'flow', ...flow },
  };
}

/** The activity that a flow's state tells of. */
function endOf(state: State): number {
  switch (state) {
    case 'SF':
    case 'S2':
    case 'S3':
    case 'SHR':
      return 2;
    case 'RSTO':
    case 'RSTR':
    case 'RSTRH':
      return 3;
    case 'S0':
    case 'SH':
    case 'RSTOS0':
      return 4;
    case 'REJ':
      return 5;
    default:
      return TRAFFIC;
  }
}

export const ocsf: Format = {
  name: 'ocsf',
  summary: `OCSF ${OCSF_VERSION}, an event as JSON a line`,
  logs: ['ocsf'],
  place: 'stream',
  recorder: around => new OcsfRecorder(around),
};
