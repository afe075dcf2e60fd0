import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Verb } from '../operation/verb.ts';
import { ACK, SYN, tcpFrame } from '../packet/capture-bytes.fixture.ts';
import { parseNetwork } from '../policy/address.ts';
import {
  bareRequest,
  diagnostics,
  exceptionResponse,
  readRequest,
  registersResponse,
  umas,
  writeCoil,
  writeRegister,
} from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { Area, Size } from '../protocol/s7comm/areas.ts';
import {
  plcStop,
  readSzl,
  readRequest as readVariables,
  requestDownload,
  startUpload,
  userdataRequest,
  userdataResponse,
} from '../protocol/s7comm/encode.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { Known } from './known.ts';
import { type Line, Scene } from './testing.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';
import { DEFAULT_TUNING } from './tuning.ts';

const HMI = '10.1.0.11';
const ENGINEER = '10.1.0.21';
const STRANGER = '10.9.9.66';
const PLC = '10.2.0.7';

/** Transactions of Modbus requests. */
let transaction = 0;

function poll(line: Line, rounds: number, unit = 1, address = 0): void {
  for (let i = 0; i < rounds; i++) {
    const to = { transaction: ++transaction & 0xffff, unit };
    line.ask(readRequest(to, 3, address, 4), registersResponse(to, 3, [1, 2, 3, 4]), 1);
  }
}

function write(line: Line, address: number, value = 1, seconds = 0.1): void {
  const message = writeRegister({ transaction: ++transaction & 0xffff, unit: 1 }, address, value);
  line.ask(message, message, seconds);
}

function network(text: string) {
  const parsed = parseNetwork(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function hosts(some: Partial<Record<keyof typeof DEFAULT_TUNING.hosts, string>>) {
  const named = Object.entries(some).map(([role, text]) => [role, [network(text)]] as const);
  return { hosts: { ...DEFAULT_TUNING.hosts, ...Object.fromEntries(named) } };
}

describe('ordinary work', () => {
  it('raises nothing: polls, set-points, several stations behind an address, an identification', () => {
    const scene = new Scene();
    const line = scene.line(HMI, PLC, modbus);
    for (let i = 0; i < 50; i++) {
      for (let unit = 1; unit <= 20; unit++) poll(line, 1, unit);
      write(line, 40 + (i % 3), i);
    }
    const to = { transaction: 9, unit: 1 };
    line.ask(bareRequest(to, 17));
    assert.deepEqual(scene.kinds(), []);
  });
});

describe('what is done to a device', () => {
  it('is told by verb, with who, whom and what', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, s7comm);
    line.ask(plcStop(1));
    line.ask(startUpload(2, '_0800001A'));
    line.ask(requestDownload(3, '_0800001P', 100, 80));
    line.ask(userdataRequest(4, 7, 2, [0, 0x19, 0x16, 0x02, 0x08, 0x23, 0x08, 0x10, 0, 2]));
    line.ask(userdataRequest(5, 4, 7, [0, 0]));
    assert.deepEqual(scene.kinds(), ['alarm-suppression', 'download', 'stop', 'time-change', 'upload']);
    const stop = scene.findings().find(({ kind }) => kind === 'detect.stop')!;
    assert.equal(stop.technique, 'T0858');
    assert.equal(stop.severity, 'high');
    assert.deepEqual(stop.subject, { client: STRANGER, server: PLC, protocol: 's7comm' });
    assert.match(stop.evidence[0]!.what, /^10\.9\.9\.66:40001 > 10\.2\.0\.7:102 {2}s7comm .* PLC stop/);
  });

  it('is told of verbs that no protocol has yet, so that the next one needs nothing here', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, modbus);
    for (const verb of [Verb.firmware, Verb.mode, Verb.delete]) scene.operation(line, verb);
    assert.deepEqual(scene.kinds(), ['firmware', 'mode-change', 'program-change']);
    const [firmware] = scene.findings();
    assert.equal(firmware!.severity, 'critical');
  });

  it('is told by the technique that a function is: listen only, cleared counters', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, modbus);
    const to = { transaction: 1, unit: 1 };
    line.ask(diagnostics(to, 4, [0]));
    line.ask(diagnostics({ ...to, transaction: 2 }, 10, [0]));
    line.ask(diagnostics({ ...to, transaction: 3 }, 1, [0]));
    assert.deepEqual(scene.kinds(), ['indicator-removal', 'restart', 'silenced']);
  });

  it('is one finding however often, with a count, a span and the first evidence', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, s7comm);
    const from = scene.time;
    for (let i = 0; i < 200; i++) line.ask(plcStop(i), undefined, 10);
    const [stop, ...others] = scene.findings();
    assert.equal(others.length, 0);
    assert.equal(stop!.count, 200);
    assert.equal(stop!.from, from);
    assert.equal(stop!.to, from + 1990);
    assert.equal(stop!.evidence.length, 5);
  });

  it('is another finding after an hour of quiet', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, s7comm);
    line.ask(plcStop(1), undefined, 3601);
    line.ask(plcStop(2));
    assert.deepEqual(scene.kinds(), ['stop', 'stop']);
  });

  it('is less severe from an engineering station, whose uploads are none', () => {
    const scene = new Scene({ tuning: hosts({ engineering: ENGINEER }) });
    const line = scene.line(ENGINEER, PLC, s7comm);
    line.ask(plcStop(1));
    line.ask(startUpload(2, '_0800001A'));
    const [stop, ...others] = scene.findings();
    assert.deepEqual(others, []);
    assert.equal(stop!.severity, 'medium');
    assert.match(stop!.because, /engineering station/);
  });

  it('is critical at a safety controller, whatever changes it; reading it is nothing', () => {
    const scene = new Scene({ tuning: hosts({ safety: '10.2.0.0/24' }) });
    const line = scene.line(HMI, PLC, modbus);
    poll(line, 5);
    assert.deepEqual(scene.kinds(), []);
    write(line, 40);
    const [finding] = scene.findings();
    assert.equal(finding!.kind, 'detect.safety-access');
    assert.equal(finding!.severity, 'critical');
  });
});

describe('enumeration', () => {
  it('finds functions that are tried out', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, modbus);
    for (let code = 65; code < 75; code++) {
      const to = { transaction: code, unit: 1 };
      line.ask(bareRequest(to, code), exceptionResponse(to, code, 1));
    }
    assert.deepEqual(scene.kinds(), ['function-scan', 'unknown-function']);
  });

  it('finds addresses that are refused one after the other, and sweeps that are answered', () => {
    const refused = new Scene();
    const line = refused.line(STRANGER, PLC, modbus);
    for (let i = 0; i < 20; i++) {
      const to = { transaction: i, unit: 1 };
      line.ask(readRequest(to, 3, 1000 + 100 * i, 1), exceptionResponse(to, 3, 2));
    }
    assert.deepEqual(refused.kinds(), ['object-scan']);
    const swept = new Scene();
    const sweep = swept.line(STRANGER, PLC, modbus);
    for (let i = 0; i < 300; i++) poll(sweep, 1, 1, 4 * i);
    assert.deepEqual(swept.kinds(), ['object-scan']);
  });

  it('finds stations that are tried out, not those that a known client waits for', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, modbus);
    for (let unit = 1; unit < 40; unit++) {
      line.ask(readRequest({ transaction: unit, unit }, 3, 0, 1), undefined, 0.5);
    }
    assert.deepEqual(scene.kinds(), ['station-scan']);
    const known = new Scene();
    const hmi = known.line(HMI, PLC, modbus);
    for (let unit = 1; unit <= 20; unit++) poll(hmi, 1, unit);
    for (let unit = 21; unit <= 35; unit++) {
      hmi.ask(readRequest({ transaction: unit, unit }, 3, 0, 1), undefined, 0.5);
    }
    assert.deepEqual(known.kinds(), []);
  });

  it('takes a poll of a device that went away for none: it asks for the same again', () => {
    const scene = new Scene();
    const line = scene.line(HMI, PLC, modbus);
    for (let i = 0; i < 600; i++) {
      const to = { transaction: i, unit: 1 + (i % 30) };
      const code = [1, 2, 3, 4][i % 4]!;
      line.ask(readRequest(to, code, 10 * (i % 30), 4), exceptionResponse(to, code, 11));
    }
    assert.deepEqual(scene.kinds(), []);
  });

  it('finds guessed passwords: those of the security functions, and reservations', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, s7comm);
    for (let i = 1; i <= 4; i++) {
      line.ask(
        userdataRequest(i, 5, 1, [1, 2, 3, 4, 5, 6, 7, 8]),
        userdataResponse(i, 5, 1, [], { error: 0xd602 }),
        2,
      );
    }
    assert.deepEqual(scene.kinds(), [], 'a person who mistypes');
    line.ask(
      userdataRequest(5, 5, 1, [1, 2, 3, 4, 5, 6, 7, 8]),
      userdataResponse(5, 5, 1, [], { error: 0xd602 }),
      2,
    );
    assert.deepEqual(scene.kinds(), ['password-guessing']);
    const other = new Scene();
    const reserved = other.line(STRANGER, PLC, modbus);
    for (let i = 1; i <= 6; i++) {
      const to = { transaction: i, unit: 0 };
      reserved.ask(umas(to, 0, 0x10, [1, 2, 3, 4, 0]), umas(to, 0, 0xfd, [0, 0]), 2);
    }
    assert.deepEqual(other.kinds(), ['password-guessing']);
  });
});

describe('load', () => {
  it('finds floods of requests and of writes, once each', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, modbus);
    poll(line, 1);
    for (let i = 0; i < 12_000; i++) {
      const message = writeRegister({ transaction: i & 0xffff, unit: 1 }, 40, 1);
      line.ask(message, message, 0.0005);
    }
    assert.deepEqual(scene.kinds(), ['request-flood', 'write-flood']);
  });

  it('finds alarms that are acknowledged in bulk', () => {
    const scene = new Scene();
    const line = scene.line(HMI, PLC, s7comm);
    for (let i = 0; i < 19; i++) {
      scene.operation(line, Verb.acknowledge);
      scene.time += 1;
    }
    assert.deepEqual(scene.kinds(), [], 'an operator at work');
    for (let i = 0; i < 19; i++) scene.operation(line, Verb.acknowledge);
    assert.deepEqual(scene.kinds(), ['alarm-suppression']);
  });

  it('finds many objects commanded within seconds, over several servers', () => {
    const { count } = DEFAULT_THRESHOLDS['write-burst'];
    const scene = new Scene();
    for (let i = 0; i < 10; i++) {
      const line = scene.line(HMI, `10.2.0.${i}`, modbus);
      poll(line, 1);
    }
    for (let i = 0; i < count; i++) {
      const line = scene.line(HMI, `10.2.0.${i % 10}`, modbus);
      const message = writeCoil({ transaction: i, unit: 1 }, i, true);
      line.ask(message, message, 0.05);
    }
    assert.deepEqual(scene.kinds(), ['command-burst']);
  });

  it('waits for a station that begins with a write', () => {
    const scene = new Scene();
    poll(scene.line(HMI, PLC, modbus), 10);
    const second = scene.line(ENGINEER, PLC, modbus);
    write(second, 40);
    poll(second, 20);
    write(second, 40);
    assert.deepEqual(scene.kinds(), []);
  });

  it('finds a write of a host that reads nothing, where another watches, whichever comes first', () => {
    for (const first of [true, false]) {
      const scene = new Scene();
      const hmi = scene.line(HMI, PLC, modbus);
      const stranger = scene.line(STRANGER, PLC, modbus);
      if (first) write(stranger, 40);
      poll(hmi, 10);
      if (!first) write(stranger, 40);
      write(hmi, 41);
      const [finding, ...others] = scene.findings();
      assert.deepEqual(others, []);
      assert.equal(finding!.kind, 'detect.blind-write');
      assert.equal(finding!.subject.client, STRANGER);
    }
  });
});

describe('what was never seen before', () => {
  /** A day of work, learned. */
  function learned(): Scene {
    const scene = new Scene({ tuning: { learning: 100 } });
    const hmi = scene.line(HMI, PLC, modbus);
    for (let i = 0; i < 30; i++) {
      poll(hmi, 4);
      write(hmi, 40);
    }
    const engineer = scene.line(ENGINEER, '10.2.0.8', s7comm);
    engineer.ask(startUpload(1, '_0800001A'));
    assert.ok(scene.known.learning === false);
    return scene;
  }

  it('is not told while it is learned, nor when it comes again', () => {
    const scene = learned();
    // The upload came when learning was over: a new pair, an engineer. All else was known.
    assert.deepEqual(scene.kinds(), ['engineering-session', 'new-pair', 'upload']);
    const hmi = scene.line(HMI, PLC, modbus);
    const before = scene.kinds().length;
    poll(hmi, 10);
    write(hmi, 40);
    assert.equal(scene.kinds().length, before);
  });

  it('is told as object, function, writer, pair, one finding each', () => {
    const scene = learned();
    const before = scene.kinds();
    const hmi = scene.line(HMI, PLC, modbus);
    for (let i = 0; i < 8; i++) write(hmi, 50 + i);
    hmi.ask(writeCoil({ transaction: 1, unit: 1 }, 3, true));
    const stranger = scene.line(STRANGER, PLC, modbus);
    poll(stranger, 3);
    write(stranger, 40);
    const after = scene.findings();
    const kinds = after.map(({ kind }) => kind.replace('detect.', ''));
    for (const kind of before) kinds.splice(kinds.indexOf(kind), 1);
    assert.deepEqual(kinds.sort(), ['new-function', 'new-object', 'new-pair', 'new-writer']);
    const objects = after.find(({ kind }) => kind === 'detect.new-object')!;
    assert.equal(objects.count, 8);
    assert.equal(objects.severity, 'medium');
    assert.match(objects.message, /changes objects .*holding 50/);
    assert.equal(after.find(({ kind }) => kind === 'detect.new-writer')!.subject.client, STRANGER);
  });

  it('counts silence as a minute: what nobody watched was not learned', () => {
    const known = new Known(3600);
    for (const time of [0, 10, 20, 1e9]) known.tick(time);
    assert.equal(known.observed, 80);
    assert.ok(known.learning);
  });

  it('tells engineering by any other host where the engineering hosts are named', () => {
    const scene = new Scene({ tuning: hosts({ engineering: ENGINEER }) });
    scene.line(ENGINEER, PLC, s7comm).ask(userdataRequest(1, 3, 1));
    scene.line(STRANGER, PLC, s7comm).ask(userdataRequest(1, 3, 1));
    const [finding, ...others] = scene.findings();
    assert.deepEqual(others, []);
    assert.equal(finding!.kind, 'detect.engineering-session');
    assert.equal(finding!.subject.client, STRANGER);
  });
});

describe('anomalies', () => {
  it('finds broken messages, and says nothing of what the capture lost', () => {
    const scene = new Scene();
    const line = scene.line(STRANGER, PLC, modbus);
    const broken = readRequest({ transaction: 1, unit: 1 }, 3, 0, 4);
    broken[10] = 0xff;
    line.ask(broken);
    assert.deepEqual(scene.kinds(), ['malformed']);
  });

  it('finds answers to nothing when they are many', () => {
    const scene = new Scene();
    const line = scene.line(HMI, PLC, modbus);
    for (let i = 0; i < 12; i++) {
      const to = { transaction: i, unit: 1 };
      const answer = registersResponse(to, 3, [1]);
      line.ask(readRequest(to, 3, 0, 1), answer);
      scene.send(line, 1, registersResponse(to, 3, [9]));
    }
    assert.deepEqual(scene.kinds(), ['stray-answers']);
  });

  it('hands on no credential with the evidence', () => {
    const scene = new Scene({ known: new Known(0, true) });
    const line = scene.line(STRANGER, PLC, modbus);
    line.ask(umas({ transaction: 1, unit: 0 }, 0, 0x10, [...Buffer.from('secret')]));
    const text = JSON.stringify(scene.findings());
    assert.match(text, /TAKE_PLC_RESERVATION = \(not shown\)/);
    assert.doesNotMatch(text, /736563726574/);
  });

  it('leaves a scanner of one’s own alone', () => {
    const scene = new Scene({ tuning: hosts({ scanners: STRANGER }) });
    const line = scene.line(STRANGER, PLC, modbus);
    for (let code = 65; code < 90; code++) {
      const to = { transaction: code, unit: 1 };
      line.ask(bareRequest(to, code), exceptionResponse(to, code, 1));
    }
    assert.deepEqual(scene.kinds(), []);
  });
});

describe('connections', () => {
  const syn = (source: string, destination: string, sourcePort: number, destinationPort: number) =>
    tcpFrame({ source, destination, sourcePort, destinationPort, flags: SYN });
  const accept = (source: string, destination: string, sourcePort: number, destinationPort: number) =>
    tcpFrame({ source, destination, sourcePort, destinationPort, flags: SYN | ACK });
  const ack = (source: string, destination: string, sourcePort: number, destinationPort: number) =>
    tcpFrame({ source, destination, sourcePort, destinationPort, flags: ACK });

  it('finds hosts that are searched for, not a station that begins its work', () => {
    const scene = new Scene();
    for (let i = 1; i < 60; i++) {
      scene.frame(syn(STRANGER, `10.2.0.${i}`, 50_000 + i, 502));
      scene.time += 0.01;
    }
    const [scan] = scene.findings();
    assert.equal(scan!.kind, 'detect.host-scan');
    assert.match(scan!.message, /tried 59 hosts/);
    const working = new Scene();
    for (let i = 1; i < 60; i++) working.frame(syn(HMI, `10.2.0.${i}`, 50_000 + i, 502));
    for (let i = 1; i < 60; i++) poll(working.line(HMI, `10.2.0.${i}`, modbus), 1);
    assert.deepEqual(working.kinds(), []);
    // An hour of connections to a device that it works with is no excuse for what it does then.
    for (let i = 1; i < 1000; i++) {
      working.frame(syn(HMI, '10.2.0.1', 20_000 + i, 502));
      working.time += 3.6;
    }
    for (let i = 100; i < 160; i++) working.frame(syn(HMI, `10.2.0.${i}`, 50_000 + i, 502));
    assert.deepEqual(working.kinds(), ['host-scan']);
    const away = new Scene();
    for (let i = 1; i < 200; i++) {
      away.frame(syn(HMI, `10.2.0.${1 + (i % 12)}`, 50_000 + i, 502));
      away.time += 2;
    }
    assert.deepEqual(away.kinds(), [], 'twelve devices are away, and tried again and again');
  });

  it('finds ports of a controller that are tried, not those of any other host', () => {
    const ports = [102, ...Array.from({ length: 20 }, (_, i) => 20 + i)];
    const scene = new Scene();
    for (const port of ports) scene.frame(syn(STRANGER, PLC, 50_000, port));
    assert.deepEqual(scene.kinds(), ['port-scan']);
    const web = new Scene();
    for (const port of ports.slice(1)) web.frame(syn(STRANGER, PLC, 50_000, port));
    assert.deepEqual(web.kinds(), []);
  });

  it('finds connections that are never completed, and too many that are', () => {
    const half = new Scene();
    poll(half.line(STRANGER, PLC, modbus), 1);
    for (let i = 0; i < 150; i++) {
      half.frame(syn(STRANGER, PLC, 10_000 + i, 502));
      half.frame(accept(PLC, STRANGER, 502, 10_000 + i));
      half.time += 0.01;
    }
    assert.deepEqual(half.kinds(), ['half-open-flood']);
    const whole = new Scene();
    poll(whole.line(STRANGER, PLC, modbus), 1);
    for (let i = 0; i < 350; i++) {
      whole.frame(syn(STRANGER, PLC, 10_000 + i, 502));
      whole.frame(accept(PLC, STRANGER, 502, 10_000 + i));
      whole.frame(ack(STRANGER, PLC, 10_000 + i, 502));
      whole.time += 0.01;
    }
    assert.deepEqual(whole.kinds(), ['connection-flood']);
  });

  it('keeps to its bounds when sources are forged', () => {
    const scene = new Scene();
    for (let i = 0; i < 100_000; i++) {
      scene.frame(syn(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, PLC, i & 0xffff, 502));
      scene.time += 0.0001;
    }
    const [flood, ...others] = scene.findings();
    assert.deepEqual(others, []);
    assert.equal(flood!.kind, 'detect.half-open-flood');
    assert.match(flood!.message, /sources/);
  });
});

describe('S7 reads', () => {
  it('of many items in a message are a poll, however many', () => {
    const scene = new Scene();
    const line = scene.line(HMI, PLC, s7comm);
    for (let i = 0; i < 100; i++) {
      const items = Array.from({ length: 10 }, (_, n) => ({
        area: Area.DB,
        db: 1,
        address: n * 32,
        size: Size.real,
      }));
      line.ask(readVariables(i, items));
      line.ask(readSzl(1000 + i, 0x0011));
    }
    assert.deepEqual(scene.kinds(), []);
  });
});
