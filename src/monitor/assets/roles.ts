/**
 * What an asset is for, by rules from what it did and said; each with its reason, and never surer than that. The rules
 * speak of verbs, stations and what a packet shows by itself, of no protocol. They are listed in docs/assets.md.
 *
 * @module
 */

import { VERBS, Verb, VerbGroup } from '../../operation/verb.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Fact } from './fact-list.ts';
import type { Group, Grouping } from './grouping.ts';
import type { CollectedLink as Link } from './link-list.ts';
import type { Proof } from './proof.ts';
import { CERTAINTIES, type Certainty, type Role } from './records.ts';

/** Reads of a client that never writes, from which on it may be a historian. */
const MANY_READS = 20;

const OPERATES: readonly Verb[] = [Verb.write, Verb.operate, Verb.settime, Verb.acknowledge];
const READS: readonly Verb[] = [Verb.read, Verb.subscribe];
/** What engineering tools do, and an intruder who has one. */
const ENGINEERS: readonly Verb[] = VERBS.filter(
  ({ group }) => group === VerbGroup.program || group === VerbGroup.state || group === VerbGroup.configure,
).map(({ verb }) => verb);

/** What is known of an asset. */
export interface Evidence {
  readonly protocols: readonly Protocol[];
  readonly group: Group;
  readonly sendsFor: Grouping['sendsFor'];
  readonly uses: readonly Link[];
  readonly serves: readonly Link[];
  readonly facts: readonly Fact[];
}

export function rolesOf({ protocols, group, sendsFor, uses, serves, facts }: Evidence): Role[] {
  const { hosts, devices } = group;
  const roles: Role[] = [];
  const add = (role: string, certainty: Certainty, reason: string, proof: Proof) => {
    roles.push({ role, certainty, reason, proof });
  };
  for (const one of [...hosts, ...devices]) {
    for (const [role, { reason, proof }] of one.shown) {
      if (roles.every(known => known.role !== role || known.reason !== reason))
        add(role, 'shown', reason, proof);
    }
  }
  const title = (link: Link) => protocols[link.protocol]!.title;

  const served = serves.filter(({ verbs }) => verbs.some(({ done }) => done > 0));
  const engineered = firstOf(served, ENGINEERS, 'done');
  const identified = facts.find(({ name, station }) => station !== '' && CONTROLLER_FACTS.has(name));
  const works = firstOf(served, [...READS, ...OPERATES, Verb.report, Verb.fileread], 'done');
  if (engineered !== undefined) {
    add(
      'controller',
      'shown',
      `lets others ${engineered.verb} in ${title(engineered.link)}`,
      engineered.proof,
    );
  } else if (identified !== undefined) {
    add(
      'controller',
      works === undefined ? 'possible' : 'likely',
      `tells its ${identified.name} by ${identified.source}`,
      identified.proof,
    );
  } else if (works !== undefined) {
    add(
      'controller',
      'possible',
      `answers ${works.verb} in ${title(works.link)}; may be a field device, a drive or a server too`,
      works.proof,
    );
  }
  for (const link of served) {
    if (link.stations.size < 2) continue;
    const [, second] = link.stations.values();
    const word = protocols[link.protocol]!.stations.word;
    add(
      'gateway',
      'likely',
      `answers for ${link.stations.size} different values of ${word} in ${title(link)}`,
      second!,
    );
    break;
  }

  const programs = firstOf(uses, ENGINEERS, 'done');
  const wanted = firstOf(uses, ENGINEERS, 'asked');
  if (programs !== undefined) {
    add(
      'engineering station',
      // What it did is shown; what it is, is not: an intruder does the same.
      'possible',
      `was let to ${programs.verb} ${programs.link.server} in ${title(programs.link)}, as an engineering station is, or an intruder`,
      programs.proof,
    );
  } else if (wanted !== undefined) {
    add(
      'engineering station',
      'possible',
      `asked to ${wanted.verb} ${wanted.link.server} in ${title(wanted.link)}; no answer with yes was seen`,
      wanted.proof,
    );
  }
  const writes = firstOf(uses, OPERATES, 'done') ?? firstOf(uses, OPERATES, 'asked');
  const reads = firstOf(uses, READS, 'done') ?? firstOf(uses, READS, 'asked');
  const alsoServes = works !== undefined;
  if (writes !== undefined && reads !== undefined && !alsoServes) {
    add(
      'operator station',
      programs === undefined ? 'likely' : 'possible',
      `reads from and does ${writes.verb} at ${serversOf(uses)} in ${title(writes.link)}`,
      writes.proof,
    );
  } else if (writes !== undefined && !alsoServes) {
    add(
      'operator station',
      'possible',
      `does ${writes.verb} at ${writes.link.server} in ${title(writes.link)} and was not seen to read`,
      writes.proof,
    );
  } else if (reads !== undefined && !alsoServes && wanted === undefined) {
    const done = uses.flatMap(({ verbs }) => verbs.filter(({ verb }) => READS.includes(verb)));
    const count = done.reduce((sum, { asked, done }) => sum + Math.max(asked, done), 0);
    if (count >= MANY_READS)
      add(
        'historian',
        'possible',
        `only reads, ${count} items from ${serversOf(uses)}; may be a display too`,
        reads.proof,
      );
  } else if (reads !== undefined && alsoServes) {
    add(
      'gateway',
      'possible',
      `serves in ${title(works.link)} and reads from ${serversOf(uses)} itself; controllers that talk to each other do so too`,
      reads.proof,
    );
  }
  if (roles.every(({ role }) => role !== 'network device')) network(sendsFor, devices, add);
  return roles.sort((a, b) => CERTAINTIES.indexOf(a.certainty) - CERTAINTIES.indexOf(b.certainty));
}

/** Facts that programmable devices tell, with a station of their own. */
const CONTROLLER_FACTS: ReadonlySet<string> = new Set(['order number', 'module type', 'hardware', 'model']);

/** A hardware address that sends for several addresses which it does not claim. */
function network(
  sendsFor: Grouping['sendsFor'],
  devices: Group['devices'],
  add: (role: string, certainty: Certainty, reason: string, proof: Proof) => void,
): void {
  for (const { mac } of devices) {
    const sent = sendsFor.get(mac) ?? [];
    if (sent.length < 2) continue;
    const proof = sent[1]!.macs.find(one => one.mac === mac)!.proof;
    add(
      'network device',
      sent.length > 3 ? 'likely' : 'possible',
      `sends packets of ${sent.length} addresses that it does not claim, as a router does`,
      proof,
    );
  }
}

/** The first link and verb of some that were asked for, or done. */
function firstOf(
  links: readonly Link[],
  verbs: readonly Verb[],
  what: 'asked' | 'done',
): { link: Link; verb: string; proof: Proof } | undefined {
  for (const verb of verbs) {
    for (const link of links) {
      const of = link.verbs.find(one => one.verb === verb);
      const proof = what === 'asked' ? of?.firstAsked : of?.firstDone;
      if (proof !== undefined) return { link, verb: VERBS[verb]!.name, proof };
    }
  }
  return undefined;
}

function serversOf(links: readonly Link[]): string {
  const servers = new Set(links.map(({ server }) => server));
  return servers.size === 1 ? [...servers][0]! : `${servers.size} servers`;
}
