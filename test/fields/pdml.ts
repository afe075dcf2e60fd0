/**
 * tshark's dissection of a capture as it prints it (PDML), one packet at a time: the output of a large capture does not
 * fit into memory.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A field: its name, what people are shown, and its bytes in hexadecimal. */
export interface PdmlField {
  readonly name: string;
  readonly show: string;
  readonly value: string;
}

/** A protocol in a packet, its fields in order, those of all depths. */
export interface PdmlProtocol {
  readonly name: string;
  readonly fields: readonly PdmlField[];
}

const PROTOCOL = /^\s*<proto name="([^"]*)"/;
const FIELD = /^\s*<field name="([^"]*)"/;
const SHOW = / show="([^"]*)"/;
const VALUE = / value="([^"]*)"/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/** The packets of a capture that `filter` takes, with the protocols of `wanted`; on the ports `modbus` are Modbus too. */
export async function* dissected(
  path: string,
  filter: string,
  wanted: string,
  modbus: readonly number[],
): AsyncGenerator<readonly PdmlProtocol[]> {
  const args = ['-n', '-r', path, '-Y', filter, '-T', 'pdml', '-J', wanted];
  if (modbus.length > 0) args.push('-o', `mbtcp.tcp.port:502,${modbus.join(',')}`);
  const tshark = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let packet: { name: string; fields: PdmlField[] }[] = [];
  for await (const line of createInterface({ input: tshark.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    const [, field] = FIELD.exec(line) ?? [];
    if (field !== undefined) {
      const show = plain(SHOW.exec(line)?.[1] ?? '');
      packet.at(-1)?.fields.push({ name: field, show, value: (VALUE.exec(line)?.[1] ?? '').toLowerCase() });
      continue;
    }
    const [, protocol] = PROTOCOL.exec(line) ?? [];
    if (protocol !== undefined) packet.push({ name: protocol, fields: [] });
    else if (line === '</packet>') {
      yield packet;
      packet = [];
    }
  }
}

function plain(text: string): string {
  return text.replace(/&([a-z]+|#x27);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
}

/** The packets whose segment tshark takes for a repeated one, or for one that came late. */
export async function repeatedFrames(path: string): Promise<Set<number>> {
  const kinds = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'];
  const filter = kinds.map(kind => `tcp.analysis.${kind}`).join('||');
  const args = ['-n', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  const tshark = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const frames = new Set<number>();
  for await (const line of createInterface({ input: tshark.stdout })) frames.add(Number(line));
  return frames;
}
