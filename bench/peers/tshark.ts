/**
 * tshark, as fast as it dissects, and with the fields that a list of operations needs at least.
 *
 * @module
 */

import { firstLine } from '../process.ts';
import type { Command, Peer } from './peer.ts';

const FIELDS = [
  'frame.time_epoch',
  'ip.src',
  'ip.dst',
  'tcp.srcport',
  'tcp.dstport',
  'mbtcp.unit_id',
  'modbus.func_code',
  'modbus.reference_num',
  'modbus.word_cnt',
  's7comm.header.rosctr',
  's7comm.param.func',
  's7comm.param.itemcount',
];

export const tshark: Peer = {
  name: 'tshark',
  version: /\d+\.\d+\.\d+/.exec(firstLine('tshark', ['--version']) ?? '')?.[0],
  advice: 'apt install tshark',
  commands(path, disturbed) {
    const order = disturbed ? ['-o', 'tcp.reassemble_out_of_order:TRUE'] : [];
    const fields = FIELDS.flatMap(field => ['-e', field]);
    return [
      command('tshark, protocol hierarchy', ['-n', ...order, '-q', '-z', 'io,phs'], path),
      command('tshark, twelve fields', ['-n', ...order, '-T', 'fields', ...fields], path),
    ];
  },
};

function command(name: string, args: readonly string[], path: string): Command {
  return {
    name,
    program: 'tshark',
    args: [...args, '-r', path],
    shown: `tshark ${args.join(' ')} -r FILE`,
    slow: true,
  };
}
