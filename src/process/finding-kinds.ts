/**
 * Findings about readings: what all of a kind have in common.
 *
 * @module
 */

import type { FindingKind } from '../operation/finding.ts';

const COMPARE =
  'Read the value on the controller itself or on a local gauge, by another way than this source, and compare.';

export const PROCESS_KINDS = {
  range: {
    name: 'process.range',
    title: 'Reading outside its range',
    severity: 'high',
    because: 'the plant is where its owner says that it must not be',
    technique: 'T0831',
    advice:
      'Bring the plant back into its range by its own procedures; then look for who changed what before it left.',
  },
  outlier: {
    name: 'process.outlier',
    title: 'Single reading far from its neighbours',
    severity: 'low',
    because: 'one wild reading is more often a bad contact than an intruder, but forged readings begin so',
    technique: 'T0856',
    advice: 'Check the transmitter and its wiring; if there are several, compare with another instrument.',
  },
  drift: {
    name: 'process.drift',
    title: 'Slow drift of a reading',
    severity: 'medium',
    because: 'a process that is moved slowly enough raises no alarm of its own',
    technique: 'T0831',
    advice:
      'Compare with related readings: if they moved too the process has changed, otherwise the transmitter.',
  },
  shift: {
    name: 'process.shift',
    title: 'Lasting shift of a reading',
    severity: 'medium',
    because: 'the process runs where it never ran while its profile was learned',
    technique: 'T0831',
    advice:
      'Ask operations whether this is intended; if so learn the profile again, otherwise look at recent commands.',
  },
  oscillation: {
    name: 'process.oscillation',
    title: 'Oscillating reading',
    severity: 'medium',
    because: 'swings wear machines out, and are what changed controller settings first show',
    technique: 'T0831',
    advice: 'Put the loop into manual if it threatens the machine; compare its settings with those approved.',
  },
  stuck: {
    name: 'process.stuck',
    title: 'Reading stands still',
    severity: 'medium',
    because: 'what is shown no longer follows the process',
    technique: 'T0856',
    advice: COMPARE,
  },
  quiet: {
    name: 'process.quiet',
    title: 'Reading has lost its noise',
    severity: 'medium',
    because: 'a transmitter is never so quiet: the value is smoothed, held or made up',
    technique: 'T0856',
    advice: COMPARE,
  },
  replay: {
    name: 'process.replay',
    title: 'Readings repeat earlier ones',
    severity: 'critical',
    because: 'noise never repeats itself: recorded readings are being played to whoever reads them',
    technique: 'T0856',
    advice: `Do not trust this display. ${COMPARE} Bring the process to a safe state by what can be seen on site.`,
  },
  unresponsive: {
    name: 'process.unresponsive',
    title: 'Reading does not answer to a command',
    severity: 'high',
    because: 'either the command has no effect or its effect is not shown',
    technique: 'T0832',
    advice: `Look at the machine itself. ${COMPARE}`,
  },
  disagreement: {
    name: 'process.disagreement',
    title: 'The same tag differs between two readers',
    severity: 'critical',
    because: 'one of the two is being told something that is not so',
    technique: 'T0856',
    advice:
      'Trust neither until the value has been read on site; then look at what lies between the wrong one and the device.',
  },
} as const satisfies Record<string, FindingKind>;

export type ProcessKind = keyof typeof PROCESS_KINDS;
