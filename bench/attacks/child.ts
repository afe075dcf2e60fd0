/**
 * One attack in a process of its own, so that its memory can be told: `node child.ts NAME PACKETS` prints figures as JSON.
 *
 * @module
 */

import { Assets } from '../../src/monitor/assets/assets.ts';
import { collectedOf } from '../../src/monitor/assets/collected.ts';
import { inventoryJson } from '../../src/monitor/assets/inventory.ts';
import type { Current } from '../../src/monitor/current.ts';
import { Inspection, type Tap } from '../../src/monitor/inspection.ts';
import type { Summary } from '../../src/monitor/summary.ts';
import { tagsJson } from '../../src/monitor/tags/tag-records.ts';
import { Tags } from '../../src/monitor/tags/tags.ts';
import { ANNOUNCEMENTS, PROTOCOLS } from '../../src/protocol/registry.ts';
import { ATTACKS, type Lost } from './attacks.ts';
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
let assets: Assets | undefined;
let tags: Tags | undefined;
const idle = process.memoryUsage.rss();
const { summary, sent, seconds } = read();
const givenUp = attack.givenUp(summary, lost());
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ packets: sent, peak, idle, givenUp, seconds } satisfies AttackFigures));

/** As the commands do: what was read lets go of its tables before it is put into words. */
function read(): { summary: Summary; sent: number; seconds: number } {
  let current: Current | undefined;
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: (its): Tap => {
      current = its;
      if (attack.collector === 'assets') {
        assets = new Assets({ protocols: PROTOCOLS, announcements: ANNOUNCEMENTS, current });
        return { operations: assets, packets: assets };
      }
      if (attack.collector === 'tags') tags = new Tags(PROTOCOLS, current);
      return tags === undefined ? {} : { operations: tags };
    },
  });
  const sender = new Sender(inspection.frames);
  const begun = performance.now();
  attack.send(sender, Number(packets));
  const seconds = (performance.now() - begun) / 1000;
  const summary = inspection.finish();
  current!.leave();
  return { summary, sent: sender.packets, seconds };
}

function lost(): Lost {
  if (assets !== undefined) {
    const collected = collectedOf(assets);
    for (const _ of inventoryJson(collected, PROTOCOLS));
    return { ...collected.lost };
  }
  if (tags === undefined) return {};
  for (const _ of tagsJson(tags));
  return { values: tags.lostValues, refusals: tags.lostRefusals };
}
