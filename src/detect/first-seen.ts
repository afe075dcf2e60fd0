/**
 * What was never seen before: pairs, functions, objects, writers, engineers. Speaks only against something that is
 * known: a baseline, or what was learned in the learning period. What it has spoken of is known from then on.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { VERBS } from '../operation/verb.ts';
import { finish, mix } from '../packet/hash.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { isChange, isControl, isEngineering } from './deeds.ts';
import { KINDS } from './finding-kinds.ts';
import type { Known, KnownPair } from './known.ts';
import type { Pair } from './parties.ts';
import type { Raiser } from './raiser.ts';
import type { Roles } from './tuning.ts';

/** Objects whose hashes are remembered, of a pair and of all, so that they need not be named again; then a pair begins anew. */
const MAX_HASHES = 1 << 13;
const MAX_ALL_HASHES = 1 << 20;
/** Clients that are known to engineer. */
const MAX_ENGINEERS = 1 << 13;

export class FirstSeen {
  readonly #protocols: readonly Protocol[];
  readonly #known: Known;
  readonly #raiser: Raiser;
  readonly #roles: Roles;
  /** Engineering hosts are named in the tuning file: then all others are unexpected, whatever was learned. */
  readonly #engineersNamed: boolean;
  #hashes = 0;

  constructor(
    protocols: readonly Protocol[],
    known: Known,
    raiser: Raiser,
    roles: Roles,
    engineersNamed: boolean,
  ) {
    this.#protocols = protocols;
    this.#known = known;
    this.#raiser = raiser;
    this.#roles = roles;
    this.#engineersNamed = engineersNamed;
  }

  /** A request. */
  look(op: Operation, pair: Pair): void {
    if (op.side !== Side.client) return;
    const hash = hashOf(op);
    const { functionsSeen, objectsSeen } = pair;
    // Nearly every operation ends here: it is one that was looked up before.
    if (op.fn !== 0 && functionsSeen.has(op.fn) && objectsSeen.has(hash)) return;
    functionsSeen.add(op.fn);
    if (objectsSeen.size >= MAX_HASHES || this.#hashes >= MAX_ALL_HASHES) {
      this.#hashes -= objectsSeen.size;
      objectsSeen.clear();
    }
    objectsSeen.add(hash);
    this.#hashes++;
    if (pair.host.scanner) return;
    this.#lookUp(op, pair);
  }

  #lookUp(op: Operation, pair: Pair): void {
    const protocol = this.#protocols[op.protocol]!;
    const known = this.#known;
    const told = !known.learning;
    const before = known.pair(pair.client, pair.server, protocol.name);
    const entry = before ?? known.learnPair(pair.client, pair.server, protocol.name);
    if (entry === undefined) return;
    if (told && before === undefined) pair.isNew = true;
    const fresh = known.add(entry, entry.functions, functionName(op, protocol));
    const object = objectName(op, protocol);
    const freshObject = object !== '' && known.add(entry, entry.objects, object);
    if (told) this.#tell(op, pair, fresh, freshObject, protocol);
    this.#writer(op, pair, entry, told);
    this.#engineer(op, pair, told);
  }

  #tell(op: Operation, pair: Pair, freshFunction: boolean, freshObject: boolean, protocol: Protocol): void {
    const { client, server } = pair;
    const who = `${client} and ${server}`;
    if (pair.isNew) {
      // All that a new client does is one finding.
      if (freshFunction || freshObject) {
        this.#raiser.raise(
          KINDS.newPair,
          pair,
          op,
          () => `${who} talk ${protocol.title}, and never did before`,
        );
      }
    } else if (freshFunction) {
      const name = functionName(op, protocol);
      this.#raiser.raise(
        KINDS.newFunction,
        pair,
        op,
        () => `${client} asks ${server} for ${name}, and never did before`,
      );
    } else if (freshObject) {
      const changes = isChange[op.verb]!;
      const verb = changes ? 'changes' : 'addresses';
      const rating = changes
        ? ({ severity: 'medium', because: 'an object that this station never changed is changed' } as const)
        : undefined;
      const what = objectName(op, protocol);
      this.#raiser.raise(
        KINDS.newObject,
        pair,
        op,
        () => `${client} ${verb} objects of ${server} that it never did before: ${what}`,
        rating,
      );
    }
  }

  #writer(op: Operation, pair: Pair, entry: KnownPair, told: boolean): void {
    if (!isControl[op.verb] || entry.writes) return;
    entry.writes = true;
    if (!told) return;
    this.#raiser.raise(
      KINDS.newWriter,
      pair,
      op,
      () => `${pair.client} writes to ${pair.server}, and never did before`,
    );
  }

  #engineer(op: Operation, pair: Pair, told: boolean): void {
    if (!isEngineering[op.verb]) return;
    const { client, server } = pair;
    const { engineers } = this.#known;
    const known = engineers.has(client);
    if (!known && engineers.size < MAX_ENGINEERS) engineers.add(client);
    if (this.#roles.is(client, 'engineering')) return;
    if (!this.#engineersNamed && (known || !told)) return;
    this.#raiser.raise(
      KINDS.engineeringSession,
      pair,
      op,
      () => `${client} uses engineering functions of ${server}, and is no engineering station that is known`,
    );
  }
}

/** A function as a baseline names it. */
export function functionName(op: Operation, protocol: Protocol): string {
  const { name } = protocol.functions[op.fn]!;
  return op.fn === 0 ? `${name} ${op.code}${op.subcode < 0 ? '' : `/${op.subcode}`}` : name;
}

/** An object with its station, and whether it is read or changed, as a baseline names it; '' where there is none. */
function objectName(op: Operation, protocol: Protocol): string {
  const object = protocol.objects.format(op);
  return object === '' ? '' : `${protocol.stations.format(op.station)} ${VERBS[op.verb]!.name} ${object}`;
}

/** A number for what is done to which object. */
function hashOf(op: Operation): number {
  let hash = mix(mix(mix(op.station, op.space), op.area), op.address);
  hash = mix(mix(hash, op.extent), op.verb);
  for (let i = 0; i < op.nameLength; i++) hash = mix(hash, op.nameView.getUint8(op.nameAt + i));
  return finish(hash);
}
