/**
 * ndpiReader, nDPI's own example: it names the protocol of each flow from its first packets, and then counts packets.
 * It reads no message, and stands here as the quickest of those that look into packets at all.
 *
 * @module
 */

import { firstLine } from '../process.ts';
import type { Peer } from './peer.ts';

export const ndpi: Peer = {
  name: 'ndpiReader',
  version: /\d+\.\d+\.\d+/.exec(firstLine('ndpiReader', ['-h']) ?? '')?.[0],
  advice: 'apt install libndpi-bin',
  commands: path => [
    {
      name: 'ndpiReader, names protocols only',
      program: 'ndpiReader',
      args: ['-q', '-i', path],
      shown: 'ndpiReader -q -i FILE',
      slow: false,
    },
  ],
};
