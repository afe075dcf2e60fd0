/**
 * `npm run bench`: how fast captures are read, and what standing in line costs, beside what a user would take
 * instead. See bench/README.md.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CAPTURE_NAMES } from './captures.ts';
import type { Figures } from './figures.ts';
import { benchGateway, type GatewayFigures } from './gateway.ts';
import { benchInspect, type InspectFigures } from './inspect.ts';
import { type Machine, machine } from './machine.ts';
import { report } from './report.ts';

const HELP = `usage: npm run bench -- [micro|workers|download|live|process|memory] [OPTION …]

  micro              the micro-benches instead (decoding, deciding, reading values)
  workers            what a second thread gains in reading captures instead
  download           a program download instead: under a permit, beside one that is simply allowed
  live               packets off a cable instead, as fast as they can be sent; takes root
  process            the statistics of readings instead: false alarms and delays on the simulated plants
  memory             the monitor's memory under attacks on it instead; --quick for their short versions
  --only PART        inspect or gateway alone
  --quick            a short run: smaller captures, fewer and shorter rounds; its figures are no basis for claims
  --json             the figures as data
  --readme           puts the figures into bench/README.md, in place of those that are there; those of process, with
                     their plots, into docs/
  --jobs N           simulated plants at a time, for process (1)
  --packets N        packets of each capture (8,000,000)
  --rounds N         rounds of reading captures (5)
  --seed N           other captures (1)
  --capture NAME     one capture alone: modbus, mix, short, disturbed, recorded or office (all; may be repeated)
  --recordings DIR   the folder of recorded captures (COFFERDAM_CAPTURES)
  --suricata DIR     a folder that bench/peers/suricata-chroot.sh has put Suricata into (the system's own)
  --folder DIR       where captures are kept and used again (a folder of the system's temporary one)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    packets: { type: 'string' },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    capture: { type: 'string', multiple: true, default: [] },
    recordings: { type: 'string', default: process.env.COFFERDAM_CAPTURES },
    suricata: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(tmpdir(), 'cofferdam-bench') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else if (positionals[0] === 'micro') {
  await import('./micro.ts');
} else if (positionals[0] === 'download') {
  await import('./download.ts');
} else if (positionals[0] === 'workers') {
  const { quick, folder, recordings } = values;
  const { benchWorkers } = await import('./workers.ts');
  const figures = await benchWorkers({
    packets: Number(values.packets ?? (quick ? 400_000 : 8_000_000)),
    seed: Number(values.seed),
    rounds: Number(values.rounds ?? (quick ? 1 : 5)),
    only: values.capture,
    folder,
    recordings,
    progress: line => console.error(line),
  });
  console.log(figures);
} else if (positionals[0] === 'live') {
  const { quick, folder } = values;
  const { benchLive } = await import('./live.ts');
  const packets = Number(values.packets ?? (quick ? 200_000 : 2_000_000));
  const progress = (line: string) => console.error(line);
  console.log(
    await benchLive({ packets, seed: Number(values.seed), rounds: quick ? 1 : 3, folder, progress }),
  );
} else if (positionals[0] === 'memory') {
  const { benchMemory } = await import('./attacks/run.ts');
  console.log(await benchMemory(values.quick));
} else if (positionals[0] === 'process') {
  const { quick, readme, jobs, folder } = values;
  if (quick && readme) throw new Error('--readme: the figures of a --quick run are none to publish');
  const { benchReadings } = await import('./readings/main.ts');
  const seed = 100 * Number(values.seed) + 1;
  const progress = (line: string) => console.error(line);
  console.log(await benchReadings({ seed, quick, write: readme, jobs: Number(jobs), folder, progress }));
} else {
  const figures = await measure();
  if (values.json) console.log(JSON.stringify(figures, null, 2));
  else console.log(report(figures, 'text'));
  if (values.readme) updateReadme(report(figures, 'markdown'));
}

/** Replaces what stands between the marks. */
function updateReadme(figures: string): void {
  const readme = new URL('README.md', import.meta.url);
  const marked = /(<!-- figures -->\n)[\s\S]*(<!-- end of figures -->)/;
  const text = readFileSync(readme, 'utf8');
  writeFileSync(
    readme,
    text.replace(marked, (_, begin, end) => `${begin}\n${figures}\n\n${end}`),
  );
}

async function measure(): Promise<Figures> {
  const { only, quick, folder, capture, recordings, suricata } = values;
  if (quick && values.readme) throw new Error('--readme: the figures of a --quick run are none to publish');
  if (only !== undefined && only !== 'inspect' && only !== 'gateway') {
    throw new Error(`--only ${only}: there are inspect and gateway`);
  }
  const strange = capture.find(name => !CAPTURE_NAMES.includes(name));
  if (strange !== undefined) throw new Error(`--capture ${strange}: there are ${CAPTURE_NAMES.join(', ')}`);
  const progress = (line: string) => console.error(line);
  const figures: { machine: Machine; inspect?: InspectFigures; gateway?: GatewayFigures } = {
    machine: machine(),
  };
  if (only !== 'gateway') {
    figures.inspect = await benchInspect({
      packets: Number(values.packets ?? (quick ? 400_000 : 8_000_000)),
      fewer: quick ? 50_000 : 500_000,
      seed: Number(values.seed),
      only: capture,
      recordings,
      suricata,
      rounds: Number(values.rounds ?? (quick ? 2 : 5)),
      folder,
      progress,
    });
  }
  if (only !== 'inspect') {
    figures.gateway = await benchGateway({
      rounds: quick ? 2 : 10,
      seconds: quick ? 0.5 : 2,
      warmUp: quick ? 0.3 : 0.5,
      connections: [1, 64],
      progress,
    });
  }
  return figures;
}
