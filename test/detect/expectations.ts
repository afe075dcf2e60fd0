/**
 * What the recorded captures must make the detectors say, each capture read by itself, without a baseline: decided from
 * the notes of the captures' list, from tshark and from the protocols' standards, not from what the code finds.
 *
 * A capture that is not listed must raise nothing: ordinary traffic, and protocols that are not decoded yet.
 *
 * @module
 */

import type { KINDS } from '../../src/detect/finding-kinds.ts';

export interface Expectation {
  /** Name below the folder of captures. */
  readonly capture: string;
  /** Kinds that it must raise, with the reason. */
  readonly must: readonly (readonly [keyof typeof KINDS, string])[];
  /** What is in it that no detector here can tell from ordinary traffic, and why. */
  readonly unseen?: string;
  /** Read against what this client does in another capture of the same plant. */
  readonly baseline?: { readonly capture: string; readonly client: string };
}

const LISTEN_ONLY = 'diagnostics 4, force listen only mode, three times (V1.1b3, 6.8.1)';
const RESTART = 'diagnostics 1, restart communications option, three times';
const CLEAR = 'diagnostics 10, clear counters, twice';
const OVER =
  'requests 43/14 and exceptions with a byte more than the standard gives them, at 10.0.0.8 (6.21, 7)';

/** The process of the Queensland University of Technology: the operator is .20, the intruder .66. */
const HMI = { capture: 's7comm/s7comm-flood-water-tank.pcap', client: '10.10.10.20' };

export const EXPECTATIONS: readonly Expectation[] = [
  // --- Modbus ---
  {
    capture: 'modbus/modbus-quickdraw-part1.pcap',
    must: [
      ['silenced', LISTEN_ONLY],
      ['restart', RESTART],
      ['indicatorRemoval', CLEAR],
      ['malformed', OVER],
      [
        'strayAnswers',
        'ten exceptions (busy, acknowledge) within half a minute to requests that nobody sent',
      ],
    ],
  },
  {
    capture: 'modbus/modbus-diagnostics.pcap',
    must: [
      ['silenced', LISTEN_ONLY],
      ['restart', RESTART],
      ['indicatorRemoval', CLEAR],
      ['malformed', OVER],
    ],
  },
  {
    capture: 'modbus/modbus-quickdraw-part2.pcap',
    must: [
      ['functionScan', 'functions 0 to 127 one after the other, nearly all refused with exception 1'],
      ['unknownFunction', 'most of them are reserved or a vendor’s'],
      ['malformed', 'tshark: two malformed requests; quantities of 0 and beyond 2000, lengths that disagree'],
    ],
  },
  {
    capture: 'modbus/modbus-fake-command.pcap',
    must: [['blindWrite', 'the one write of 192.168.1.101 among the poll by .100: the injected command']],
  },
  {
    capture: 'modbus/modbus-device-identification.pcap',
    must: [
      [
        'malformed',
        'the answer to 43/14 has conformity level 0, which there is none of, and three bytes over (6.21)',
      ],
    ],
  },
  {
    capture: 'modbus/modbus-cnc-upload.pcap',
    must: [],
    unseen: 'the command channel is no control protocol, and the poll beside it is undisturbed',
  },
  {
    capture: 'modbus/modbus-frostygoop-reads.pcapng',
    must: [],
    unseen: 'one client reads one range of coils once a second for 50 s, as a poll does',
  },

  // --- UMAS ---
  {
    capture: 'umas/umas-modicon-program.pcap',
    must: [['upload', 'INITIALIZE_DOWNLOAD, 53 DOWNLOAD_BLOCK, END: the program is read out']],
  },

  // --- S7comm ---
  ...[
    's7comm/s7comm-download-block.pcap',
    's7comm/s7comm-download-block-cut.pcap',
    's7comm/s7comm-download-ob1.pcap',
  ].map(capture => ({
    capture,
    must: [
      ['download', 'request download, download block, download ended'],
      ['programChange', '_INSE makes the block active'],
    ] as const,
  })),
  { capture: 's7comm/s7comm-stop-step7.pcap', must: [['stop', 'function 0x29']] },
  {
    capture: 's7comm/s7comm-profile.pcap',
    must: [
      ['stop', 'function 0x29'],
      ['restart', 'P_PROGRAM with the argument C: cold restart'],
      ['timeChange', 'set clock'],
      ['malformed', 'frame 29: the header counts 16 bytes, 78 more follow within the TPKT'],
    ],
  },
  {
    capture: 's7comm/s7comm-snap7-everything.pcap',
    must: [
      ['stop', 'function 0x29'],
      ['restart', 'P_PROGRAM with the argument C: cold restart'],
      ['timeChange', 'set clock'],
      ['upload', 'start upload, upload, end upload of several blocks'],
      ['programChange', '_MODU copies RAM to ROM'],
    ],
  },
  {
    capture: 's7comm/s7comm-flood-water-tank.pcap',
    must: [
      ['writeFlood', '230 writes a second of one byte'],
      ['blindWrite', '10.10.10.66 only writes; 10.10.10.20 polls'],
    ],
  },
  {
    capture: 's7comm/s7comm-change-threshold.pcap',
    must: [['blindWrite', '10.10.10.66 only writes; 10.10.10.20 polls']],
  },
  {
    capture: 's7comm/s7comm-conveyor-reset.pcap',
    must: [['blindWrite', '10.10.10.66 only writes; 10.10.10.20 polls']],
  },
  ...['s7comm/s7comm-emergency-stop.pcap', 's7comm/s7comm-reactor-off.pcap'].flatMap(capture => [
    { capture, must: [], unseen: 'four packets: two writes and their answers, and nobody beside them' },
    {
      capture,
      baseline: HMI,
      must: [
        ['newPair', 'the intruder’s host is new'],
        ['newWriter', 'and it writes'],
      ] as const,
    },
  ]),
  {
    capture: 's7comm/s7comm-change-threshold.pcap',
    baseline: HMI,
    must: [
      ['newPair', 'the intruder’s host is new'],
      ['newWriter', 'and it writes'],
      ['blindWrite', '10.10.10.66 only writes; 10.10.10.20 polls'],
    ],
  },
];
