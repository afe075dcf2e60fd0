/**
 * Listeners of a policy: where a gateway in proxy mode stands in for its hosts.
 *
 * @module
 */

import { isIP } from 'node:net';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Listener } from '../model.ts';
import { readProtocol } from './conduits.ts';
import type { Entry, Place, Reader } from './reader.ts';
import type { Places } from './zones.ts';

export const LISTENER_KEYS = ['listen', 'to', 'protocol', 'port'] as const;

const EXAMPLE = '`listen: 127.0.0.1:1502`';

export function readListeners(
  reader: Reader,
  place: Place,
  places: Places,
  protocols: readonly Protocol[],
): Listener[] {
  const listeners: Listener[] = [];
  const taken = new Map<string, number>();
  for (const item of reader.list(
    place,
    'listeners',
    '`- { listen: 127.0.0.1:1502, to: plc-7, protocol: modbus }`',
  ) ?? []) {
    const fields = reader.fields(
      item,
      'the listener',
      LISTENER_KEYS,
      '`{ listen: 127.0.0.1:1502, to: plc-7, protocol: modbus }`',
    );
    if (fields === undefined) continue;
    for (const key of ['listen', 'to', 'protocol'] as const) {
      if (!fields.has(key)) {
        const example =
          key === 'listen'
            ? EXAMPLE
            : key === 'to'
              ? '`to: plc-7`'
              : `\`protocol: ${protocols[0]?.name ?? 'modbus'}\``;
        reader.problem(item.at, `the listener has no ${key}; write ${example}`);
      }
    }
    const listen = readAddress(reader, fields.get('listen'));
    const to = fields.get('to');
    const host = to && places.single(reader, to.value, 'to');
    const protocol = readProtocol(reader, fields.get('protocol'), protocols);
    const portField = fields.get('port');
    const port = portField ? reader.integer(portField.value, 'port', 1, 65535) : protocol?.ports[0];
    if (listen === undefined) continue;
    const line = reader.line(item.at);
    const key = `${listen.address} ${listen.port}`;
    const first = taken.get(key);
    if (first !== undefined && listen.port !== 0) {
      const text = fields.get('listen')!.value;
      reader.problem(
        text.at,
        `${listen.address}:${listen.port} is already listened on (line ${first}); choose another port`,
      );
    }
    taken.set(key, line);
    if (host === undefined || protocol === undefined || port === undefined) continue;
    listeners.push({
      ...listen,
      target: host.name,
      protocol,
      upstream: { address: host.network.text, port },
      line,
    });
  }
  return listeners;
}

function readAddress(
  reader: Reader,
  field: Entry | undefined,
): { address: string; port: number } | undefined {
  if (field === undefined) return undefined;
  const text = reader.text(field.value, 'listen', EXAMPLE);
  if (text === undefined) return undefined;
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text.trim());
  const address = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3] ?? -1);
  if (match === null || isIP(address) === 0 || port > 65535) {
    return reader.problem(
      field.value.at,
      `listen is '${text}'; write an address and a port, such as ${EXAMPLE} or \`listen: "[::1]:1502"\``,
    );
  }
  return { address, port };
}
