/**
 * What a gateway has done, in messages. One record for each listener, counted up by its sessions.
 *
 * @module
 */

export class Counts {
  sessions = 0;
  /** Connections turned away because of a limit. */
  rejected = 0;
  /** Requests and notices passed on, and answers passed back. */
  passed = 0;
  /** Passed, with an alert. */
  alerted = 0;
  /** Denied by the policy; in monitor mode they passed nevertheless. */
  denied = 0;
  /** Not understood, or with lengths that disagree. */
  malformed = 0;
  /** Answers without, or not fitting, a request. */
  unpaired = 0;
  /** Refused because too much was waiting, or the controller could not be reached. */
  unserved = 0;
  /** Requests whose answer did not come in time. */
  unanswered = 0;

  add(other: Counts): void {
    this.sessions += other.sessions;
    this.rejected += other.rejected;
    this.passed += other.passed;
    this.alerted += other.alerted;
    this.denied += other.denied;
    this.malformed += other.malformed;
    this.unpaired += other.unpaired;
    this.unserved += other.unserved;
    this.unanswered += other.unanswered;
  }
}
