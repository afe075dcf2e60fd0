/**
 * The sessions that are remembered: by their cell of the flow table, and a bounded number of them. When they are too
 * many, one that has been quiet makes room: a hand goes round over all of them, takes the first that no payload came for
 * since it last came by, and clears the mark of the others. Payload marks one session, so the hand makes no more steps
 * than there were segments. Those that are over, and their conversations, are used for others: with connections of a few
 * packets it is making and collecting them that takes the time.
 *
 * @module
 */

import type { Streams } from '../packet/streams.ts';
import type { Conversation, ConversationLimits, Protocol } from '../protocol/protocol.ts';
import { Session } from './session.ts';

/** Sessions, and conversations of a protocol with certain limits, that are kept to be used again. */
const MAX_SPARE = 256;

/** Conversations of one protocol, opened with the same limits, that are over. */
interface Spare {
  readonly protocol: Protocol;
  readonly limits: ConversationLimits;
  readonly conversations: Conversation[];
}

export class Sessions {
  /** By cell of the flow table. */
  readonly byFlow: (Session | undefined)[] = [];
  // The same without gaps, in no order.
  readonly #all: Session[] = [];
  #hand = 0;
  readonly #spare: Session[] = [];
  /** Few: two limits for each protocol. */
  readonly #spareConversations: Spare[] = [];
  #made = 0;

  get size(): number {
    return this.#all.length;
  }

  /** A new session of the connection in cell `flow`. */
  open(flow: number, streams: Streams): Session {
    const session = this.#spare.pop() ?? new Session(streams);
    session.begin(flow, ++this.#made);
    // Without holes, whatever number comes first: V8 makes a dictionary of an array that is mostly holes.
    while (this.byFlow.length <= flow) this.byFlow.push(undefined);
    this.byFlow[flow] = session;
    session.place = this.#all.length;
    this.#all.push(session);
    return session;
  }

  /** Gives the session a conversation of its protocol. */
  converse(session: Session, protocol: Protocol, limits: ConversationLimits): void {
    session.limits = limits;
    session.conversation = this.#spareOf(protocol, limits).pop() ?? protocol.open(limits);
  }

  /** Forgets a session. Whoever still has it must not look at it any more. */
  remove(session: Session): void {
    this.byFlow[session.flow] = undefined;
    const last = this.#all.pop()!;
    if (last !== session) {
      this.#all[session.place] = last;
      last.place = session.place;
    }
    const { conversation, limits, protocol } = session;
    if (conversation !== undefined) {
      const spare = this.#spareOf(protocol!, limits!);
      if (spare.length < MAX_SPARE) {
        conversation.reset();
        spare.push(conversation);
      }
    }
    if (this.#spare.length < MAX_SPARE) this.#spare.push(session);
  }

  #spareOf(protocol: Protocol, limits: ConversationLimits): Conversation[] {
    for (let i = 0; i < this.#spareConversations.length; i++) {
      const spare = this.#spareConversations[i]!;
      if (spare.protocol === protocol && spare.limits === limits) return spare.conversations;
    }
    const made: Spare = { protocol, limits, conversations: [] };
    this.#spareConversations.push(made);
    return made.conversations;
  }

  /** One that has been quiet, to make room. */
  quiet(): Session {
    for (;;) {
      if (this.#hand >= this.#all.length) this.#hand = 0;
      const session = this.#all[this.#hand++]!;
      if (!session.touched) return session;
      session.touched = false;
    }
  }
}
