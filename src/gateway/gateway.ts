/**
 * The gateway in proxy mode: a listener for each endpoint that the policy protects, one clock for all sessions, and
 * the exchange of the policy while they run.
 *
 * @module
 */

import type net from 'node:net';
import type { Finding } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import { SIDES, type Side } from '../operation/side.ts';
import type { Listener as Endpoint } from '../policy/model.ts';
import type { Policy } from '../policy/policy.ts';
import { PolicyState } from '../policy/state.ts';
import {
  closedFinding,
  openedFinding,
  type RefusedOpening,
  refusedOpeningFinding,
} from '../program/break-glass-findings.ts';
import { Desk } from '../program/desk.ts';
import type { DeskPermits } from '../program/desk-permits.ts';
import { changesProgram, Loading } from '../program/loading.ts';
import { Seat } from '../program/seat.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { BreakGlass, type Installed, type Open } from './break-glass.ts';
import { Cause, type Fate, NOTES, Note } from './cause.ts';
import { now } from './clock.ts';
import { Counts } from './counts.ts';
import { type GatewayEvent, type ListenerEvent, type Mode, type Party, verdictEvent } from './event.ts';
import { LIMITS, type Limits } from './limits.ts';
import { Link, type LinkOwner, plainAddress } from './link.ts';
import { Listener, type ListenerOwner } from './listener.ts';
import type { Onlooker, Passing } from './onlooker.ts';
import { PolicyJudge } from './policy-judge.ts';
import type { Reports } from './session.ts';

export interface GatewayOptions {
  readonly policy: Policy;
  readonly mode: Mode;
  /** Receives everything that there is to tell. */
  readonly tell: (event: GatewayEvent) => void;
  readonly reports?: Reports;
  readonly limits?: Partial<Limits>;
  /** Where permits are kept; without it nothing passes that needs one. */
  readonly permits?: DeskPermits;
  /** What is in the store that opens conduits by break-glass. */
  readonly openings?: () => Installed;
  /** Looks at what passes. */
  readonly onlooker?: Onlooker;
  /** Is told since when (seconds since 1970) a controller's program is being changed, and by undefined when no longer. */
  readonly loading?: (endpoint: Endpoint, since: number | undefined) => void;
  /** Where to listen instead of where the policy says; port 0 is any free one. */
  readonly listenAt?: (endpoint: Endpoint) => { readonly address: string; readonly port: number };
}

/** Milliseconds between two looks at what took too long: the precision of all times in {@link Limits}. */
const TICK = 250;

export class Gateway implements LinkOwner, ListenerOwner {
  readonly mode: Mode;
  readonly limits: Limits;
  readonly #options: GatewayOptions;
  #policy: Policy;
  /** By host: what all sessions of one controller share. */
  #states = new Map<string, PolicyState>();
  /** By host: what is being loaded into each controller. */
  readonly #desks = new Map<string, Desk>();
  readonly #seats = new Map<Link, Seat>();
  readonly #glass: BreakGlass | undefined;
  readonly #listeners = new Set<Listener>();
  /** Listeners that are closed but still have links. */
  readonly #leaving = new Set<Listener>();
  readonly #home = new Map<Link, Listener>();
  readonly #passing = new Map<Link, Passing>();
  /** By host: work on its program, and the endpoint where it began. */
  readonly #loadings = new Map<string, { readonly loading: Loading; readonly endpoint: Endpoint }>();
  readonly #past = new Counts();
  #sessions = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  #idle: (() => void) | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#policy = options.policy;
    this.mode = options.mode;
    this.limits = { ...LIMITS, ...options.limits };
    const { openings } = options;
    const told = {
      tell: (what: 'begins' | 'ends', open: Open) => this.#tellGlass(what, open),
      refused: (refused: RefusedOpening) => this.#tellFinding(refusedOpeningFinding(refused, now())),
    };
    this.#glass = openings && new BreakGlass(openings, told);
  }

  /** The policy in force. */
  get policy(): Policy {
    return this.#policy;
  }

  /** Where clients are served. */
  get listeners(): readonly Listener[] {
    return [...this.#listeners];
  }

  /** What has been done so far. */
  get counts(): Counts {
    const sum = new Counts();
    sum.add(this.#past);
    for (const listener of this.#listeners) sum.add(listener.counts);
    for (const listener of this.#leaving) sum.add(listener.counts);
    return sum;
  }

  /** Sessions that are open. */
  get sessions(): number {
    return this.#home.size;
  }

  /** Begins to listen everywhere; where one address cannot be had, nowhere, and rejects with the system's error. */
  async open(): Promise<void> {
    try {
      for (const endpoint of this.#policy.listeners) await this.#listen(endpoint);
    } catch (error) {
      for (const listener of this.#listeners) listener.close();
      this.#listeners.clear();
      throw error;
    }
    for (const listener of this.#listeners) this.#tellListening(listener);
    this.#glass?.tick();
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /**
   * Exchanges the policy. Sessions whose endpoint is unchanged live on under the new one, with what is known of
   * values and rates where the tag or rule still exists; the others are closed. Where a new address cannot be
   * listened on, that is told, and the rest holds.
   */
  async reload(policy: Policy): Promise<void> {
    this.#policy = policy;
    const states = new Map<string, PolicyState>();
    for (const [target, state] of this.#states) states.set(target, new PolicyState(policy, state));
    this.#states = states;
    const wanted = new Map(policy.listeners.map(endpoint => [place(endpoint), endpoint]));
    const added: Endpoint[] = [];
    for (const listener of this.#listeners) {
      const endpoint = wanted.get(place(listener.endpoint));
      wanted.delete(place(listener.endpoint));
      if (endpoint !== undefined && sameUpstream(endpoint, listener.endpoint)) {
        listener.endpoint = endpoint;
        for (const link of listener.links) this.#rejudge(listener, link);
      } else {
        this.#leave(listener, Note.removed);
        this.#desks.get(listener.endpoint.target)?.clear();
        if (endpoint !== undefined) added.push(endpoint);
      }
    }
    for (const endpoint of [...added, ...wanted.values()]) {
      try {
        this.#tellListening(await this.#listen(endpoint));
      } catch (error) {
        this.#tellListener('failed', endpoint, endpoint.address, endpoint.port, 0, (error as Error).message);
      }
    }
  }

  /**
   * Stops listening, takes no more requests, gives the answers under way {@link Limits.drain} seconds to come, and
   * ends all sessions. Resolves when the last one is gone.
   */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    for (const listener of this.#listeners) listener.close();
    const deadline = setTimeout(() => {
      for (const link of this.#home.keys()) link.destroy();
    }, this.limits.drain * 1000);
    for (const link of this.#home.keys()) link.drain();
    if (this.#home.size > 0) {
      await new Promise<void>(resolve => {
        this.#idle = resolve;
      });
    }
    clearTimeout(deadline);
    clearInterval(this.#timer);
  }

  // --- what listeners and links say ---

  link(listener: Listener, socket: net.Socket): Link {
    const { protocol, upstream } = listener.endpoint;
    const seat = this.#seat(listener.endpoint);
    const link = new Link(socket, upstream, this, {
      number: ++this.#sessions,
      protocol,
      index: PROTOCOLS.indexOf(protocol),
      judge: this.#judge(listener, plainAddress(socket.remoteAddress ?? ''), seat),
      enforce: this.mode === 'enforce',
      reports: this.#options.reports ?? 'changes',
      counts: listener.counts,
    });
    this.#home.set(link, listener);
    this.#passing.set(link, {
      session: link.number,
      clientAddress: link.address,
      serverAddress: upstream.address,
      clientName: `${link.address}:${socket.remotePort}`,
      serverName: `${upstream.address}:${upstream.port}`,
      serverHost: listener.endpoint.target,
    });
    if (seat !== undefined) this.#seats.set(link, seat);
    this.#options.tell({
      event: 'opened',
      time: now(),
      ...this.#party(link),
      what: '',
      from: 'client',
      count: 0,
    });
    return link;
  }

  stranger(listener: Listener, address: string): boolean {
    return this.mode === 'enforce' && this.#judge(listener, address).closed;
  }

  rejected(listener: Listener, count: number): void {
    this.#tellListener('rejected', listener.endpoint, listener.address, listener.port, count, '');
  }

  failed(listener: Listener, error: Error): void {
    this.#tellListener('failed', listener.endpoint, listener.address, listener.port, 0, error.message);
  }

  verdict(link: Link, op: Operation, decision: number, cause: Cause, fate: Fate): void {
    const { protocol } = this.#home.get(link)!.endpoint;
    const { judge } = link.session;
    const party = this.#party(link);
    this.#options.tell(verdictEvent(party, this.mode, protocol, judge, op, decision, cause, fate));
    const finding = cause === Cause.policy ? judge.finding(op, decision, link.address) : undefined;
    if (finding !== undefined) this.#options.tell({ event: 'finding', time: op.time, ...party, finding });
  }

  passed(link: Link, op: Operation): void {
    this.#options.onlooker?.passed(op, this.#passing.get(link)!);
    const { endpoint } = this.#home.get(link)!;
    if (changesProgram(op, endpoint.protocol)) this.#changing(endpoint, op);
  }

  note(link: Link, what: Note, side: Side, count: number): void {
    this.#options.tell({
      event: 'note',
      time: now(),
      ...this.#party(link),
      what: NOTES[what]!,
      from: SIDES[side],
      count,
    });
  }

  gone(link: Link, why: Note): void {
    const party = this.#party(link);
    const listener = this.#home.get(link)!;
    this.#home.delete(link);
    this.#passing.delete(link);
    this.#loadings.get(party.target)?.loading.left(link.number);
    this.#seats.get(link)?.left(link.number);
    this.#seats.delete(link);
    listener.gone(link);
    if (this.#leaving.has(listener) && listener.links.size === 0) {
      this.#leaving.delete(listener);
      this.#past.add(listener.counts);
    }
    this.#options.tell({
      event: 'closed',
      time: now(),
      ...party,
      what: NOTES[why]!,
      from: 'client',
      count: 0,
    });
    if (this.#home.size === 0) this.#idle?.();
  }

  async #listen(endpoint: Endpoint): Promise<Listener> {
    const { address, port } = this.#options.listenAt?.(endpoint) ?? endpoint;
    const listener = new Listener(endpoint, this);
    await listener.listen(address, port);
    this.#listeners.add(listener);
    return listener;
  }

  #leave(listener: Listener, why: Note): void {
    listener.close();
    this.#listeners.delete(listener);
    this.#leaving.add(listener);
    listener.destroy(why);
    this.#tellListener('unlistened', listener.endpoint, listener.address, listener.port, 0, '');
    if (listener.links.size === 0) {
      this.#leaving.delete(listener);
      this.#past.add(listener.counts);
    }
  }

  /** A session without a way to the controller, to which something is allowed now, must be opened anew. */
  #rejudge(listener: Listener, link: Link): void {
    const judge = this.#judge(listener, link.address, this.#seats.get(link));
    link.session.judge = judge;
    if (!link.reaches && !judge.closed) link.session.close(false, Note.removed);
  }

  #tick(): void {
    const time = now();
    this.#glass?.tick();
    for (const [target, { loading, endpoint }] of this.#loadings) {
      if (loading.since(time) !== undefined) continue;
      this.#loadings.delete(target);
      this.#options.loading?.(endpoint, undefined);
    }
    for (const listener of this.#listeners) listener.tick(time);
    for (const listener of this.#leaving) listener.tick(time);
  }

  /** Somebody works on a controller's program. */
  #changing(endpoint: Endpoint, op: Operation): void {
    const known = this.#loadings.get(endpoint.target);
    const { loading } = known ?? { loading: new Loading() };
    loading.passed(op, endpoint.protocol);
    if (known !== undefined) return;
    this.#loadings.set(endpoint.target, { loading, endpoint });
    this.#options.loading?.(endpoint, op.time);
  }

  /** A place for a new session at the desk of its controller. */
  #seat({ target, protocol }: Endpoint): Seat | undefined {
    const { permits } = this.#options;
    if (permits === undefined) return undefined;
    let desk = this.#desks.get(target);
    if (desk === undefined) {
      desk = new Desk(target, permits);
      this.#desks.set(target, desk);
    }
    return new Seat(desk, protocol);
  }

  #judge(listener: Listener, client: string, seat?: Seat): PolicyJudge {
    const { target, protocol } = listener.endpoint;
    let state = this.#states.get(target);
    if (state === undefined) {
      state = new PolicyState(this.#policy);
      this.#states.set(target, state);
    }
    const route = this.#policy.route(client, target, protocol.name);
    return new PolicyJudge(this.#policy, route, state, seat, this.#glass);
  }

  #party(link: Link): Party {
    const { target, protocol } = this.#home.get(link)!.endpoint;
    return { session: link.number, client: link.address, target, protocol: protocol.name };
  }

  #tellGlass(what: 'begins' | 'ends', open: Open): void {
    const { id, from, to, protocol, reason, requester, approvers, notAfter, passed } = open;
    const known = this.#policy.conduits.some(
      conduit =>
        conduit.protocol.name === protocol &&
        conduit.to.some(host => host.name === to) &&
        conduit.from.some(host => from.includes(host.name)),
    );
    const until = notAfter / 1000;
    const about = { id, from, to, protocol, reason, requester, approvers, until, passed, known };
    this.#options.tell({ event: 'break-glass', time: now(), what, ...about });
    if (!known) {
      const why = 'the policy has no such conduit, so nothing is opened';
      if (what === 'begins') this.#tellFinding(refusedOpeningFinding({ key: id, opening: open, why }, now()));
    } else if (what === 'begins') this.#tellFinding(openedFinding(open, now()));
    else this.#tellFinding(closedFinding(open, now(), passed));
  }

  #tellFinding(finding: Finding): void {
    this.#options.tell({ event: 'finding', time: now(), finding });
  }

  #tellListening({ endpoint, address, port }: Listener): void {
    this.#tellListener('listening', endpoint, address, port, 0, '');
  }

  #tellListener(
    event: ListenerEvent['event'],
    endpoint: Endpoint,
    address: string,
    port: number,
    count: number,
    what: string,
  ): void {
    const { target, protocol } = endpoint;
    this.#options.tell({ event, time: now(), address, port, target, protocol: protocol.name, count, what });
  }
}

/** What makes two endpoints of an old and a new policy the same one. */
function place(endpoint: Endpoint): string {
  return `${endpoint.address} ${endpoint.port} ${endpoint.target} ${endpoint.protocol.name}`;
}

function sameUpstream(a: Endpoint, b: Endpoint): boolean {
  return a.upstream.address === b.upstream.address && a.upstream.port === b.upstream.port;
}
