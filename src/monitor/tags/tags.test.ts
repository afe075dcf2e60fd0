import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dialogue, memorySource, pcap, type Record } from '../../packet/capture-bytes.fixture.ts';
import { parsePolicy } from '../../policy/parse.ts';
import {
  bitsResponse,
  exceptionResponse,
  readRequest,
  registersResponse,
  writeRegister,
} from '../../protocol/modbus/encode.ts';
import { PROTOCOLS } from '../../protocol/registry.ts';
import { Inspection } from '../inspection.ts';
import { plantCapture } from '../plant-capture.fixture.ts';
import { describeTags } from './describe-tags.ts';
import { proposedTags } from './propose-tags.ts';
import { eachStation, eachTagRow, type Row, refusalRecords } from './tag-records.ts';
import { TAG_LIMITS, type TagLimits, Tags } from './tags.ts';
import { csvLine } from './tags-csv.ts';

async function collect(capture: Uint8Array, limits: TagLimits = TAG_LIMITS): Promise<Tags> {
  let tags: Tags | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => {
      tags = new Tags(PROTOCOLS, current, limits);
      return { operations: tags };
    },
  });
  await inspection.read(memorySource('made', capture));
  inspection.finish();
  return tags!;
}

/** A capture of one Modbus connection: requests and answers in turns, a second between exchanges. */
function exchanges(...pairs: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  const dialogue = new Dialogue(502);
  const records: Record[] = [];
  for (const [i, pair] of pairs.entries()) {
    for (const [side, payload] of pair.entries()) {
      records.push({ seconds: 1000 + i, frame: dialogue.frame(side, payload) });
    }
  }
  return pcap(records);
}

const to = (transaction: number) => ({ transaction, unit: 1 });

function read(i: number, address: number, values: readonly number[]): [Uint8Array, Uint8Array] {
  return [readRequest(to(i), 3, address, values.length), registersResponse(to(i), 3, values)];
}

function brief({ record }: Row): string {
  const { object, least, greatest, latest, reads, writes, changes, errors } = record;
  return `${object}: ${least} to ${greatest}, ${latest}; ${reads} reads, ${writes} writes, ${changes} changes, ${errors} errors`;
}

describe('tags', () => {
  it('counts each register of a range by itself, with its values, writers and refusals', async () => {
    const write = writeRegister(to(3), 11, 7);
    const tags = await collect(
      exchanges(
        read(0, 10, [1, 2]),
        read(1, 11, [5, 9]),
        read(2, 10, [1, 65_535]),
        [write, write],
        [readRequest(to(4), 3, 12, 2), exceptionResponse(to(4), 3, 2)],
      ),
    );
    const rows = [...eachTagRow(tags)];
    assert.deepEqual(rows.map(brief), [
      'holding 10: 1 to 1, 1; 2 reads, 0 writes, 0 changes, 0 errors',
      'holding 11: 2 to 65535, 7; 3 reads, 1 writes, 3 changes, 0 errors',
      'holding 12: 9 to 9, 9; 1 reads, 0 writes, 0 changes, 1 errors',
    ]);
    assert.deepEqual(rows[1]!.record.writers, ['10.0.0.1']);
    assert.deepEqual(
      [rows[1]!.record.first, rows[1]!.record.last, rows[1]!.record.readsPerSecond],
      [1000, 1003, 1],
    );
    assert.deepEqual(
      refusalRecords(tags).map(({ object, verb, error, count }) => [object, verb, error, count]),
      [['holding 12-13', 'read', 'illegal data address', 1]],
    );
  });

  it('counts bits that were asked for, not those that fill up the last byte', async () => {
    const bits = [true, false, true];
    const tags = await collect(exchanges([readRequest(to(0), 1, 8, 3), bitsResponse(to(0), 1, bits)]));
    assert.deepEqual(
      [...eachTagRow(tags)].map(({ record }) => [record.object, record.latest]),
      [
        ['coil 8', 1],
        ['coil 9', 0],
        ['coil 10', 1],
      ],
    );
  });

  it('sums up quiet neighbours in one line, and says what found no room', async () => {
    const sweep = Array.from({ length: 524 }, (_, i) => read(i, i * 125, new Array(125).fill(3)));
    const whole = await collect(exchanges(...sweep));
    const rows = [...eachTagRow(whole)];
    assert.equal(rows.length, 65_500);
    const shown = { refusals: [], policyTags: [], lostValues: 0, lostRefusals: 0 };
    assert.match(
      [...describeTags({ stations: eachStation(whole), ...shown })].join(''),
      /holding 0 to holding 65499 .* 65500 objects, none of which changed/,
    );
    const bounded = await collect(exchanges(...sweep), { ...TAG_LIMITS, pages: 10 });
    assert.equal([...eachTagRow(bounded)].length, 160);
    assert.equal(bounded.lostValues, 65_500 - 160);
  });

  it('guesses a float where the lower word moves and the upper one does not, as a guess', async () => {
    const float = (value: number) => {
      const view = new DataView(new ArrayBuffer(4));
      view.setFloat32(0, value);
      return [view.getUint16(0), view.getUint16(2)];
    };
    const steady = Array.from({ length: 12 }, (_, i) => read(i, 0, [...float(20 + i / 100), 40 + i, 7]));
    const rows = [...eachTagRow(await collect(exchanges(...steady)))];
    assert.deepEqual(
      rows.map(({ record }) => record.guess),
      ['float32 20.11, high word first?', undefined, undefined, undefined],
    );
  });

  it('proposes tags that a policy takes as they are', async () => {
    const rows = [...eachTagRow(await collect(plantCapture()))];
    const { policy, problems } = parsePolicy([...proposedTags(rows, PROTOCOLS)].join(''), 'proposed.yaml');
    assert.deepEqual(problems, []);
    assert.ok(policy!.tags.size > 8);
    // With the names of a policy nothing new is left.
    const named = [...eachTagRow(await collect(plantCapture()), policy)];
    assert.ok(named.every(({ record }) => record.tag !== null || record.changes + record.writes === 0));
    assert.deepEqual([...proposedTags(named, PROTOCOLS, policy)], []);
  });

  it('writes no formula into CSV', async () => {
    const [row] = [...eachTagRow(await collect(exchanges(read(0, 1, [1]))))];
    assert.match(csvLine({ ...row!.record, object: '=1+1' }), /,'=1\+1,/);
    assert.match(csvLine({ ...row!.record, latest: -5 }), /,-5,/);
  });
});
