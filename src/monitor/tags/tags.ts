/**
 * Collects which objects are read and written, with which values: a tap of a reading. Reads count when they are answered,
 * writes when they are asked for; values when the device answers with yes.
 *
 * @module
 */

import { type Operation, Outcome, Phase, type Sink } from '../../operation/operation.ts';
import { readNumber, ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { plain } from '../../protocol/phrase.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import { KeyTable } from '../key-table.ts';
import { Clients } from './clients.ts';
import { PAGE_SIZE, Pages } from './page.ts';
import { isNumeric, Plane, planeType } from './plane.ts';

export interface TagLimits {
  /** Pages of 16 objects of a number; 1 KB each. */
  readonly pages: number;
  /** Objects of another kind: texts, bytes, names. */
  readonly named: number;
  /** Different refusals. */
  readonly refusals: number;
  /** Planes: kinds of objects at a station. */
  readonly planes: number;
}

export const TAG_LIMITS: TagLimits = { pages: 1 << 15, named: 1 << 13, refusals: 1 << 12, planes: 1 << 14 };

/** Where the server's address is in a key. */
const SERVER = 16;

/** Clients that are kept of a named object, and characters of its value. */
const MAX_CLIENTS = 16;
const MAX_VALUE = 64;

/** An object whose value is no number: text, bytes, a number of 64 bits; or that has a name for an address. */
export interface NamedObject {
  readonly server: string;
  readonly protocol: number;
  readonly station: number;
  readonly object: string;
  type: ValueType;
  reads: number;
  writes: number;
  changes: number;
  latest: string | null;
  readonly readers: Set<string>;
  readonly writers: Set<string>;
  from: number;
  to: number;
}

/** What a device refused to read or to write. */
export interface Refusal {
  readonly server: string;
  readonly protocol: number;
  readonly station: number;
  readonly object: string;
  readonly space: number;
  readonly area: number;
  readonly address: number;
  readonly extent: number;
  readonly verb: Verb;
  readonly error: string;
  count: number;
  readonly from: number;
  to: number;
}

export class Tags implements Sink {
  readonly protocols: readonly Protocol[];
  readonly pages = new Pages();
  readonly clients = new Clients();
  readonly planes: Plane[] = [];
  readonly named = new Map<string, NamedObject>();
  readonly refusals = new Map<string, Refusal>();
  /** Values, and refusals, for which there was no room. */
  lostValues = 0;
  lostRefusals = 0;

  readonly #current: Current;
  readonly #limits: TagLimits;
  /** Numbers of the planes, by what they are of: the server's address and protocol, station, space, type and area. */
  readonly #table = new KeyTable();
  // Id of the session that was last met, and what is of it.
  #session = 0;
  #client = '';
  #server = '';
  /** Version of IP of its server's address, which the table's key has. */
  #version = 0;
  /** The plane that was met last in that session, and what it is of. */
  #plane: Plane | undefined;
  #key = -1;

  constructor(protocols: readonly Protocol[], current: Current, limits: TagLimits = TAG_LIMITS) {
    this.protocols = protocols;
    this.#current = current;
    this.#limits = limits;
  }

  operation(op: Operation): void {
    const reads = op.verb === Verb.read || op.verb === Verb.report || op.verb === Verb.subscribe;
    const writes = op.verb === Verb.write || op.verb === Verb.operate;
    if (!(reads || writes) || (op.space === 0 && op.nameLength === 0)) return;
    if (this.#current.session.id !== this.#session) this.#meet();
    if (op.outcome === Outcome.failed) {
      this.#refused(op);
      return;
    }
    const asked = op.phase === Phase.request;
    if ((reads && asked) || (op.valueCount === 0 && !(writes && asked))) return;
    if (op.nameLength > 0 || !isNumeric(op.valueType)) this.#name(op, writes, asked);
    else this.#numbers(op, writes, asked);
  }

  #meet(): void {
    const { session } = this.#current;
    this.#session = session.id;
    this.#client = session.clientAddress;
    this.#server = session.serverAddress;
    this.#plane = undefined;
    this.#table.clear();
    this.#version = session.addresses(this.#table.key, SERVER);
  }

  #numbers(op: Operation, writes: boolean, asked: boolean): void {
    const plane = this.#planeOf(op);
    if (plane === undefined) {
      this.lostValues += op.valueCount;
      return;
    }
    const client = plane.client(this.#client);
    const { pages } = this;
    const { valueView: view, valueAt: at, valueType: type, address, time } = op;
    // Packed bits come in whole bytes: what is over was not asked for.
    const count =
      op.extent > 0 ? Math.min(op.valueCount, Math.floor(op.extent / plane.width)) : op.valueCount;
    for (let i = 0; i < count; i++) {
      const cell = plane.cellOf(address + i * plane.width);
      if (cell < 0) {
        this.lostValues++;
        continue;
      }
      let page = plane.page(cell);
      if (page < 0) {
        if (pages.size >= this.#limits.pages) {
          this.lostValues++;
          continue;
        }
        page = plane.add(cell);
      }
      const index = cell % PAGE_SIZE;
      if (!writes) pages.read(page, index, client, time);
      else if (asked) pages.write(page, index, client, time);
      if (!asked) pages.value(page, index, readNumber(view, at, type, i));
    }
  }

  #planeOf(op: Operation): Plane | undefined {
    const type = planeType(op.valueType);
    // 16 bits of station, 6 of space, 5 of type, 24 of area: a whole number without loss.
    const key = (((op.station & 0xffff) * 64 + op.space) * 32 + type) * 0x100_0000 + (op.area & 0xff_ffff);
    if (key === this.#key && this.#plane?.protocol === op.protocol) return this.#plane;
    // In place of the client's address.
    const { key: bytes } = this.#table;
    bytes.setFloat64(0, key);
    bytes.setFloat64(8, 0);
    const word = op.protocol * 8 + this.#version;
    const number = this.#table.find(word);
    if (number < 0 && this.planes.length >= this.#limits.planes) return undefined;
    const plane = number < 0 ? this.#add(op, type, word) : this.planes[number]!;
    this.#plane = plane;
    this.#key = key;
    return plane;
  }

  #add(op: Operation, type: ValueType, word: number): Plane {
    this.#table.add(word);
    const row = this.protocols[op.protocol]!.spaces[op.space]!;
    const { protocol, station, space, area } = op;
    const made = new Plane(
      { server: this.#server, protocol, station, space, area, type, runs: [], pages: [], clients: [] },
      row,
      this,
    );
    this.planes.push(made);
    return made;
  }

  #name(op: Operation, writes: boolean, asked: boolean): void {
    const protocol = this.protocols[op.protocol]!;
    const object = plain(protocol.objects.format(op));
    const key = `${this.#server} ${op.protocol} ${op.station} ${object}`;
    let known = this.named.get(key);
    if (known === undefined) {
      if (this.named.size >= this.#limits.named) {
        this.lostValues++;
        return;
      }
      known = {
        server: this.#server,
        protocol: op.protocol,
        station: op.station,
        object,
        type: op.valueType,
        reads: 0,
        writes: 0,
        changes: 0,
        latest: null,
        readers: new Set(),
        writers: new Set(),
        from: op.time,
        to: op.time,
      };
      this.named.set(key, known);
    }
    known.to = op.time;
    if (op.valueType !== ValueType.none) known.type = op.valueType;
    const clients = writes ? known.writers : known.readers;
    if (clients.size < MAX_CLIENTS) clients.add(this.#client);
    if (!writes) known.reads++;
    else if (asked) known.writes++;
    if (asked || op.valueCount === 0 || op.valueType === ValueType.mask) return;
    const value = plain(op.valueCount === 1 ? String(op.value(0)) : op.values().join(' ')).slice(
      0,
      MAX_VALUE,
    );
    if (known.latest !== null && known.latest !== value) known.changes++;
    known.latest = value;
  }

  #refused(op: Operation): void {
    const protocol = this.protocols[op.protocol]!;
    const object = plain(protocol.objects.format(op));
    const key = `${this.#server} ${op.protocol} ${op.station} ${object} ${op.verb} ${op.error}`;
    const known = this.refusals.get(key);
    if (known !== undefined) {
      known.count++;
      known.to = op.time;
      return;
    }
    if (this.refusals.size >= this.#limits.refusals) {
      this.lostRefusals++;
      return;
    }
    const { station, space, area, address, extent, verb, time } = op;
    this.refusals.set(key, {
      server: this.#server,
      protocol: op.protocol,
      station,
      object,
      space,
      area,
      address,
      extent,
      verb,
      error: protocol.errorName(op.error),
      count: 1,
      from: time,
      to: time,
    });
  }
}
