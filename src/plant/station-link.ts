/**
 * What a station does all day: asks a controller, counts what comes of it, and connects again when it must.
 *
 * @module
 */

import { ClientError, type ProtocolClient, type Reply } from './protocol-client.ts';

/** What became of a station's requests, and of its connections. */
export class StationCounts {
  requests = 0;
  /** Answered as asked. */
  answers = 0;
  /** Answered with an error of the protocol. */
  errors = 0;
  timeouts = 0;
  /** Requests lost because the connection broke, or could not be made. */
  lost = 0;
  connects = 0;
  /** Connections made after the first. */
  reconnects = 0;

  /** True if every request was answered as asked, over one connection to each controller. */
  get undisturbed(): boolean {
    return this.errors === 0 && this.timeouts === 0 && this.lost === 0 && this.reconnects === 0;
  }
}

export class StationLink {
  readonly #counts: StationCounts;
  readonly #open: () => Promise<ProtocolClient>;
  #client: ProtocolClient | undefined;
  #connected = 0;
  #closed = false;

  /** `open` connects and does what the protocol wants done first. */
  constructor(counts: StationCounts, open: () => Promise<ProtocolClient>) {
    this.#counts = counts;
    this.#open = open;
  }

  /** Asks for something; undefined where no good answer came, which is counted. */
  async ask(request: (client: ProtocolClient) => Promise<Reply>): Promise<Reply | undefined> {
    const counts = this.#counts;
    if (this.#closed) return undefined;
    counts.requests++;
    try {
      const reply = await request(await this.#connection());
      if (reply.error === 0) {
        counts.answers++;
        return reply;
      }
      counts.errors++;
    } catch (error) {
      // What is asked while the station itself shuts down is nobody's loss.
      if (this.#closed) counts.requests--;
      else if (error instanceof ClientError && error.failure === 'timeout') {
        counts.timeouts++;
        // An answer that comes late would be taken for that of the next request.
        this.#client?.close();
      } else counts.lost++;
    }
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.#client?.close();
  }

  async #connection(): Promise<ProtocolClient> {
    if (this.#client?.connected) return this.#client;
    this.#client = await this.#open();
    if (this.#closed) this.#client.close();
    this.#counts.connects++;
    if (this.#connected++ > 0) this.#counts.reconnects++;
    return this.#client;
  }
}
