/**
 * Who talks to whom, and what detectors remember of it. Bounded: when a table is full, those that came into it first
 * make room, and should they talk again, begin anew.
 *
 * @module
 */

import type { FindingKind } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import type { Group } from './grouping.ts';
import { Search } from './search.ts';
import type { Roles } from './tuning.ts';
import { Distinct, Window } from './window.ts';

/** The connection of the operation that a detector is being handed. */
export interface Talk {
  readonly clientAddress: string;
  readonly serverAddress: string;
  /** Address and port. */
  readonly clientName: string;
  readonly serverName: string;
}

/** Says which it is. */
export interface CurrentTalk {
  readonly session: Talk;
}

/** A client, whomever it talks to. */
export class Client {
  readonly client: string;
  /** What it searches, tries and breaks is expected of it. */
  readonly scanner: boolean;
  /** Findings about it whatever it talks to, by kind, while they go on. */
  readonly groups = new Map<FindingKind, Group>();
  readonly operated = new Distinct();
  readonly written = new Distinct();

  constructor(client: string, scanner: boolean) {
    this.client = client;
    this.scanner = scanner;
  }
}

/** A server, whoever talks to it. */
export class Device {
  readonly reading = new Window();
  /** When it was last read, often enough to say that somebody watches it. */
  watched = Number.NEGATIVE_INFINITY;
}

/** What a client does with a server in one protocol. */
export class Pair {
  readonly client: string;
  readonly server: string;
  /** Index in the registry. */
  readonly protocol: number;
  readonly host: Client;
  readonly device: Device;
  /** Findings so far, by kind, while they go on. */
  readonly groups = new Map<FindingKind, Group>();

  /** Requests to read, and to write or command. */
  reads = 0;
  writes = 0;

  // Load.
  readonly requests = new Window();
  readonly changes = new Window();
  readonly acknowledged = new Window();

  // Enumeration.
  readonly refusedFunctions = new Search();
  readonly refusedObjects = new Search();
  readonly refusedCredentials = new Window();
  readonly silentStations = new Search();
  readonly answering = new Set<number>();
  lastStation = -1;
  /** The object where the last request to read ended, and how many in a row began where the last one ended. */
  nextPlace = -1;
  nextAddress = -1;
  inARow = 0;
  rowSince = 0;

  // Anomalies.
  readonly malformed = new Window();
  readonly unknown = new Window();
  readonly stray = new Window();

  /** Rows of the function table, and hashes of objects, that were looked up in what is known. */
  readonly functionsSeen = new Set<number>();
  readonly objectsSeen = new Set<number>();
  /** It is not in the baseline, which was told. */
  isNew = false;

  constructor(client: string, server: string, protocol: number, host: Client, device: Device) {
    this.client = client;
    this.server = server;
    this.protocol = protocol;
    this.host = host;
    this.device = device;
  }
}

/** Entries of each table. */
const LIMIT = 1 << 14;

export class Parties {
  readonly #current: CurrentTalk;
  readonly #roles: Roles;
  readonly #flows = new Map<number, Pair>();
  readonly #pairs = new Map<string, Pair>();
  readonly #clients = new Map<string, Client>();
  readonly #devices = new Map<string, Device>();
  // The last one: most operations are of the same connection as the one before.
  #flow = -1;
  #pair: Pair | undefined;

  constructor(current: CurrentTalk, roles: Roles) {
    this.#current = current;
    this.#roles = roles;
  }

  /** The connection of the operation in hand. */
  get talk(): Talk {
    return this.#current.session;
  }

  /** The pair whose operation it is. */
  of(op: Operation): Pair {
    if (op.flow === this.#flow && this.#pair!.protocol === op.protocol) return this.#pair!;
    this.#flow = op.flow;
    let pair = this.#flows.get(op.flow);
    if (pair === undefined || pair.protocol !== op.protocol) {
      const { clientAddress, serverAddress } = this.#current.session;
      pair = entry(this.#pairs, `${clientAddress} ${serverAddress} ${op.protocol}`, () => {
        const host = entry(
          this.#clients,
          clientAddress,
          () => new Client(clientAddress, this.#roles.is(clientAddress, 'scanners')),
        );
        const device = entry(this.#devices, `${serverAddress} ${op.protocol}`, () => new Device());
        return new Pair(clientAddress, serverAddress, op.protocol, host, device);
      });
      if (this.#flows.size >= LIMIT) this.#flows.clear();
      this.#flows.set(op.flow, pair);
    }
    this.#pair = pair;
    return pair;
  }

  /** Has the client read or changed anything of the server, in any of so many protocols? */
  acquainted(client: string, server: string, protocols: number): boolean {
    for (let protocol = 0; protocol < protocols; protocol++) {
      const pair = this.#pairs.get(`${client} ${server} ${protocol}`);
      if (pair !== undefined && pair.reads + pair.writes > 0) return true;
    }
    return false;
  }
}

/** The entry of `key`, made where there is none. */
export function entry<K, V>(table: Map<K, V>, key: K, make: () => V, limit = LIMIT): V {
  let value = table.get(key);
  if (value === undefined) {
    if (table.size >= limit) makeRoom(table);
    value = make();
    table.set(key, value);
  }
  return value;
}

/** Forgets the eighth of the entries that came first: one at a time, a map of V8 would search for the first each time. */
function makeRoom<K>(table: Map<K, unknown>): void {
  let spare = table.size >> 3;
  for (const key of table.keys()) {
    table.delete(key);
    if (--spare <= 0) return;
  }
}
