/**
 * Suricata's EVE: events as JSON, one a line. Where Suricata has a form for a protocol (Modbus), it is kept to; other
 * protocols have one in the same manner. What EVE has no field for stands in the object `cofferdam` of each event.
 *
 * Field names: etc/schema.json and rust/src/modbus/log.rs of Suricata 8.
 *
 * @module
 */

import { anomalyNames } from '../../operation/anomaly.ts';
import { type Operation, OUTCOMES, Outcome, PHASES, Phase } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { VALUE_TYPES, ValueType } from '../../operation/value.ts';
import { VERBS } from '../../operation/verb.ts';
import { TcpFlag } from '../../packet/packet.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { Health } from '../health-report.ts';
import type { Session } from '../session.ts';
import type { Summary } from '../summary.ts';
import { type ByteWriter, copyText, Fragment } from './byte-writer.ts';
import { FunctionCache, ObjectCache, PART, SessionCache } from './cache.ts';
import { writeModbus } from './eve-modbus.ts';
import type { Around, Format, Recorder } from './format.ts';
import { identityOfFlow, identityOfSession } from './identity.ts';
import type { RecordLog } from './record-log.ts';
import { putItem, writeAnomalies } from './shared-fields.ts';
import { isoText, TimeWriter } from './time.ts';
import { putValues } from './values.ts';

const STATION = new Fragment(',"station":');
const OBJECT = new Fragment(',"object":');
const PACKET = new Fragment('+0000","pcap_cnt":');
const NO_PACKET = new Fragment('+0000"');
const OWN = new Fragment(',"cofferdam":{');
const TYPES = VALUE_TYPES.map(name => new Fragment(`,"type":"${name}","values":[`));
const BRACKET = 93;
const ERROR_NAME = new Fragment(',"error":');
const CLOSE = new Fragment('}\n');
const END = new Fragment('}}\n');
const END_ANY = new Fragment('}}');

/** Events that a session's head is made for, by side: an operation, an anomaly. */
const Event = { operation: 0, anomaly: 1 } as const;

class EveRecorder implements Recorder {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #log: RecordLog;
  readonly #heads = new SessionCache(2, 400, (session, side, event, _, to) =>
    to.text(headText(session, side, event)),
  );
  /** Of protocols that Suricata does not know: how the event begins, by protocol and phase; station; function. */
  readonly #begins: readonly (readonly Fragment[])[];
  readonly #stations = new SessionCache(1, 64, writeStation);
  readonly #raw: FunctionCache;
  readonly #functions: FunctionCache;
  readonly #objects: ObjectCache;
  readonly #time = new TimeWriter(isoText, '{"timestamp":"');

  constructor({ protocols, current, logs }: Around) {
    this.#protocols = protocols;
    this.#current = current;
    this.#log = logs[0]!;
    this.#begins = protocols.map(({ name }) =>
      PHASES.map(phase => new Fragment(`,"${name}":{"${phase}":{"reference":`)),
    );
    this.#raw = new FunctionCache(protocols, op => rawText(op, protocols[op.protocol]!));
    this.#functions = new FunctionCache(protocols, op => {
      const name = JSON.stringify(protocols[op.protocol]!.functions[op.fn]!.name);
      return `"function":${name},"verb":"${VERBS[op.verb]!.name}","outcome":"${OUTCOMES[op.outcome]}"`;
    });
    this.#objects = new ObjectCache(40, (op, to) => {
      to.fragment(OBJECT);
      to.json(protocols[op.protocol]!.objects.format(op));
    });
  }

  operation(op: Operation): void {
    const log = this.#log;
    const protocol = this.#protocols[op.protocol]!;
    this.#head(op, Event.operation);
    if (protocol.name === 'modbus') writeModbus(op, log);
    else this.#any(op, protocol);
    log.fragment(OWN);
    log.reserve(PART);
    let at = this.#functions.put(op, log, log.at);
    at = putItem(op, log.view, at);
    if (op.space !== 0) at = this.#objects.put(op, log, at);
    if (op.valueType !== ValueType.none) {
      const { view, length } = TYPES[op.valueType]!;
      at = putValues(op, log, copyText(view, 0, length, log.view, at));
      log.view.setUint8(at++, BRACKET);
    }
    log.at = at;
    if (op.outcome === Outcome.failed) {
      log.fragment(ERROR_NAME);
      log.json(protocol.errorName(op.error));
    }
    if (op.anomalies !== 0) writeAnomalies(op, log);
    log.fragment(END);
    log.end();
    if (op.anomalies !== 0) this.#anomalies(op, protocol);
  }

  flow(flow: FlowRecord): void {
    const log = this.#log;
    log.text(`{"timestamp":"${stamp(flow.end)}",${JSON.stringify(flowEvent(flow)).slice(1)}\n`);
    log.end();
  }

  /** What the event of a protocol says that Suricata does not know. */
  #any(op: Operation, protocol: Protocol): void {
    const log = this.#log;
    log.fragment(this.#begins[op.protocol]![op.phase]!);
    log.integer(op.reference);
    log.reserve(PART);
    const station = this.#stations.put(this.#current.session, 0, op.station, 0, log, log.at);
    log.at = this.#raw.put(op, log, station);
    if (op.outcome === Outcome.failed && op.phase !== Phase.request) {
      log.text(`,"exception":{"raw":${op.error},"code":${JSON.stringify(protocol.errorName(op.error))}}`);
    }
    log.fragment(END_ANY);
  }

  /** An event for each of them, as Suricata has. */
  #anomalies(op: Operation, protocol: Protocol): void {
    const log = this.#log;
    for (const name of anomalyNames(op.anomalies)) {
      this.#head(op, Event.anomaly);
      log.text(
        `,"anomaly":{"app_proto":"${protocol.name}","type":"applayer","event":"${name}","layer":"proto_parser"}`,
      );
      log.fragment(CLOSE);
      log.end();
    }
  }

  #head(op: Operation, event: number): void {
    const log = this.#log;
    log.reserve(PART);
    log.at = this.#time.put(op, log.view, log.at);
    const { packet } = this.#current;
    if (packet !== 0) {
      log.fragment(PACKET);
      log.integer(packet);
    } else log.fragment(NO_PACKET);
    log.reserve(PART);
    log.at = this.#heads.put(this.#current.session, op.side, event, 0, log, log.at);
  }
}

/** Who sent it to whom, and what kind of event it is. */
function headText(session: Session, side: number, event: number): string {
  const { clientAddress, clientPort, serverAddress, serverPort, protocol } = session;
  const { flowId, communityId } = identityOfSession(session);
  const [from, fromPort, to, toPort] =
    side === Side.client
      ? [clientAddress, clientPort, serverAddress, serverPort]
      : [serverAddress, serverPort, clientAddress, clientPort];
  const type = event === Event.anomaly ? 'anomaly' : protocol!.name;
  return (
    `,"flow_id":${flowId},"event_type":"${type}","src_ip":"${from}","src_port":${fromPort},"dest_ip":"${to}",` +
    `"dest_port":${toPort},"proto":"TCP","ip_v":${versionOf(from)},"pkt_src":"wire/pcap",` +
    `"community_id":"${communityId}"`
  );
}

function writeStation({ protocol }: Session, _: number, station: number, __: number, to: ByteWriter): void {
  to.fragment(STATION);
  to.json(protocol!.stations.format(station));
}

/** What the event of a protocol that Suricata does not know says of a function. */
function rawText(op: Operation, { functions }: Protocol): string {
  const kind = op.kind === 0 ? '' : `,"kind":${op.kind}`;
  const sub = op.subcode >= 0 ? `,"subfunction_raw":${op.subcode}` : '';
  return `${kind},"function_raw":${op.code},"function_code":${JSON.stringify(functions[op.fn]!.name)}${sub}`;
}

function flowEvent(flow: FlowRecord) {
  const { transport, clientAddress, clientPort, serverAddress, serverPort, packets, bytes, flags } = flow;
  const { flowId, communityId } = identityOfFlow(flow);
  return {
    flow_id: flowId,
    event_type: 'flow',
    src_ip: clientAddress,
    src_port: clientPort,
    dest_ip: serverAddress,
    dest_port: serverPort,
    proto: transport.toUpperCase(),
    ip_v: versionOf(clientAddress),
    ...(flow.protocol === '' ? {} : { app_proto: flow.protocol }),
    flow: {
      pkts_toserver: packets.client,
      pkts_toclient: packets.server,
      bytes_toserver: bytes.client,
      bytes_toclient: bytes.server,
      start: `${stamp(flow.time)}`,
      end: `${stamp(flow.end)}`,
      age: Math.floor(flow.end - flow.time),
      state: flowState(flow),
      reason: 'shutdown',
      alerted: false,
      tx_cnt: flow.operations,
    },
    ...(transport === 'udp' ? {} : { tcp: tcpEvent(flags.client, flags.server) }),
    community_id: communityId,
    cofferdam: {
      flow: flow.flow,
      state: flow.state,
      history: flow.history,
      operations: flow.operations,
      anomalies: flow.anomalies,
      opaque: flow.opaque,
      retransmissions: flow.retransmissions,
      gaps: flow.gaps,
      gapBytes: flow.gapBytes,
      decodedBytes: flow.decodedBytes,
      notUnderstoodBytes: flow.notUnderstoodBytes,
      unrecognisedBytes: flow.unrecognisedBytes,
    },
  };
}

function flowState({ state }: FlowRecord): string {
  if (state === 'S0') return 'new';
  return state === 'S1' || state === 'OTH' ? 'established' : 'closed';
}

function tcpEvent(toServer: number, toClient: number) {
  const all = toServer | toClient;
  const has = Object.entries(TcpFlag).filter(([, bit]) => (all & bit) !== 0);
  return {
    tcp_flags: hex(all),
    tcp_flags_ts: hex(toServer),
    tcp_flags_tc: hex(toClient),
    ...Object.fromEntries(has.map(([name]) => [name, true])),
  };
}

function hex(flags: number): string {
  return flags.toString(16).padStart(2, '0');
}

function versionOf(address: string): number {
  return address.includes(':') ? 6 : 4;
}

/** As EVE has it: `2026-03-01T06:00:00.002516+0000`. */
function stamp(time: number): string {
  const micros = Math.round((time - Math.floor(time)) * 1e6);
  const second = Math.floor(time) + (micros === 1e6 ? 1 : 0);
  return `${isoText(second)}.${String(micros % 1e6).padStart(6, '0')}+0000`;
}

/** The last event: how much was seen. */
function stats(health: Health, summary: Summary): string {
  const { packets, bytes, capture, kinds, streams, from, to } = summary;
  const named = (of: (one: Health['protocols'][number]) => number) =>
    Object.fromEntries(health.protocols.map(one => [one.protocol, of(one)]));
  const event = {
    timestamp: stamp(to ?? 0),
    event_type: 'stats',
    stats: {
      uptime: Math.floor((to ?? 0) - (from ?? 0)),
      capture: { kernel_packets: capture.received, kernel_drops: capture.dropped },
      decoder: { pkts: packets, bytes, invalid: kinds.malformed, tcp: kinds.tcp, udp: kinds.udp },
      tcp: { sessions: streams.connections, reassembly_gap: streams.gaps },
      app_layer: { flow: named(one => one.sessions), tx: named(one => one.operations) },
    },
    cofferdam: health,
  };
  return `${JSON.stringify(event)}\n`;
}

export const eve: Format = {
  name: 'eve',
  summary: "Suricata's EVE, with statistics at the end",
  logs: ['eve'],
  place: 'stream',
  recorder: around => new EveRecorder(around),
  health: stats,
  alwaysHealth: true,
};
