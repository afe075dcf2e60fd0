/**
 * One attack in a process of its own, so that its memory can be told: `node child.ts NAME PACKETS` prints figures as JSON.
 *
 * @module
 */

import { Inspection } from '../../src/monitor/inspection.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { ATTACKS } from './attacks.ts';
import { Sender } from './sender.ts';

export interface AttackFigures {
  readonly packets: number;
  /** Most memory that the process ever had, in bytes. */
  readonly peak: number;
  /** Of that, what a process that reads nothing has. */
  readonly idle: number;
  readonly givenUp: number;
  readonly seconds: number;
}

const [name, packets] = process.argv.slice(2);
const attack = ATTACKS.find(candidate => candidate.name === name)!;
const inspection = new Inspection({ protocols: PROTOCOLS });
const sender = new Sender(inspection.frames);
const idle = process.memoryUsage.rss();
const begun = performance.now();
attack.send(sender, Number(packets));
const seconds = (performance.now() - begun) / 1000;
const givenUp = attack.givenUp(inspection.finish());
const peak = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({ packets: sender.packets, peak, idle, givenUp, seconds } satisfies AttackFigures),
);
