/**
 * `cofferdam start --plant rotor-hall`: the rotor hall day by day, as lines of text.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { LiveHall, type LiveHallOptions } from '../drill/rotor-hall/live-hall.ts';
import type { RotorHall } from '../plant/rotor-hall/rotor-hall.ts';
import { CASCADES, cascadeOf, MONITOR } from '../plant/rotor-hall/tags.ts';
import { loadPolicy } from '../policy/parse.ts';
import { stopSignal } from './stop-signal.ts';

/** Milliseconds between two lines about the hall. */
const PERIOD = 5000;

export interface HallWords extends Pick<LiveHallOptions, 'seed' | 'speed' | 'defended' | 'fixedPorts'> {
  /** File of the policy. */
  readonly policy: string;
}

/** Runs until told to stop. */
export async function startHall({ policy: file, ...options }: HallWords): Promise<number> {
  const policy = await loadPolicy(file);
  const stop = stopSignal();
  let live: LiveHall | undefined;
  const line = (text: string): void => {
    console.log(`${(live?.hall.time ?? 0).toFixed(1).padStart(8)} s  ${text}`);
  };
  const hostAt = (address: string): string => policy.hostsAt(address)[0]?.name ?? address;
  live = await LiveHall.start({
    ...options,
    policy,
    adjusted: ({ tag, value, done }) =>
      line(`operator  ${done ? 'sets' : '✗ could not set'} ${tag.name} = ${value.toFixed(1)} ${tag.unit}`),
    compared: (cascade, differences) =>
      line(
        `engineer  ${cascade}: ${differences.map(({ block, what }) => `${block} ${what}`).join(', ') || 'every block as in the project'}`,
      ),
    gatewayTold: event => {
      if (event.event === 'verdict' && event.verdict === 'deny') {
        line(`gateway   denied ${hostAt(event.client)} → ${event.target}: ${event.reason}`);
      }
    },
  });
  line(`${policy.plant}, ${options.defended ? 'behind Cofferdam' : 'UNDEFENDED'}. Ctrl-C ends it.`);
  for (const name of [...CASCADES, MONITOR] as const) {
    const { address, port } = live.endpoints[name];
    line(`${name} at ${address}:${port} (${name === MONITOR ? 'Modbus' : 'S7comm'})`);
  }
  const timer = setInterval(() => line(`hall      ${hallText(live.hall)}`), PERIOD);
  try {
    await sleep(0x7fff_ffff, undefined, { signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    clearInterval(timer);
    await live.stop();
    stop.release();
  }
  return 0;
}

/** The hall in one line, as it is (not as a station sees it). */
function hallText({ drives, controllers }: RotorHall): string {
  const cascades = CASCADES.map(cascade => {
    const own = drives.filter((_, index) => cascadeOf(index) === cascade);
    const { cpu, fault } = controllers[cascade];
    const speeds = own.map(({ turns }) => turns.toFixed(0)).join(' ');
    const stopped = cpu.running
      ? ''
      : ` STOP${fault === undefined ? '' : `: ${fault.cause} (${fault.block})`}`;
    return `${cascade} ${speeds} Hz${stopped}`;
  });
  const most = Math.max(...drives.map(({ vibration }) => vibration));
  const wrecked = drives.filter(({ consequences }) => consequences.wrecked).length;
  return [
    ...cascades,
    `vibration up to ${most.toFixed(1)} mm/s`,
    ...(wrecked > 0 ? [`${wrecked} WRECKED`] : []),
  ].join(' · ');
}
