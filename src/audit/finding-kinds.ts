/**
 * What an audit can find.
 *
 * @module
 */

import type { FindingKind } from '../operation/finding.ts';

const STOP_AND_ASK =
  'Treat the controller as changed by an intruder until somebody who may change it says otherwise: keep both versions, tell who owns it, and do not trust what the engineering station shows of it.';

export const AUDIT_FINDINGS = {
  changed: {
    name: 'audit.block-changed',
    title: 'A block is not the approved one',
    severity: 'critical',
    because: 'the controller runs code, or has data, that nobody approved',
    technique: 'T0889',
    advice: `${STOP_AND_ASK} The comparison of the two versions shows what was changed.`,
  },
  added: {
    name: 'audit.block-added',
    title: 'A block that nobody approved is in the controller',
    severity: 'critical',
    because: 'code that nobody approved may run, and other blocks may call it',
    technique: 'T0889',
    advice: STOP_AND_ASK,
  },
  missing: {
    name: 'audit.block-missing',
    title: 'An approved block is not in the controller',
    severity: 'critical',
    because: 'what the block did is not done, or it is hidden from whoever lists blocks',
    technique: 'T0889',
    advice: STOP_AND_ASK,
  },
  unreadable: {
    name: 'audit.block-unreadable',
    title: 'A block that could be read cannot be read any more',
    severity: 'critical',
    because: 'what is hidden may be changed: nothing can be said of what the block does',
    technique: 'T0851',
    advice:
      'Find out whether its protection was changed by somebody who may; where not, treat the controller as changed by an intruder, and compare it by other means (memory card, manufacturer).',
  },
  program: {
    name: 'audit.program-changed',
    title: 'The controller says itself that its program is another',
    severity: 'critical',
    because: 'the controller runs what nobody approved; its blocks could not be compared',
    technique: 'T0889',
    advice: STOP_AND_ASK,
  },
  firmware: {
    name: 'audit.firmware-changed',
    title: 'The firmware is not the one that was approved',
    severity: 'critical',
    because: 'whoever has the firmware decides what the controller says of its program',
    technique: 'T0857',
    advice: `${STOP_AND_ASK} An audit of a controller whose firmware was changed proves nothing.`,
  },
  protection: {
    name: 'audit.protection-changed',
    title: 'The protection, or the mode selector, is not as approved',
    severity: 'critical',
    because: 'the controller may now take programs that it would not have taken before',
    technique: 'T0858',
    advice:
      'Look at the mode selector and who has its key; set the protection as it was, and read the program back.',
  },
  identity: {
    name: 'audit.identity-changed',
    title: 'The controller is not the one that was approved',
    severity: 'high',
    because: 'another module, or somebody in between, may be answering; or its configuration changed',
    technique: 'T0830',
    advice:
      'Look at the module and its memory card; where it was replaced, read the program of the new one as trusted.',
  },
  mode: {
    name: 'audit.mode-changed',
    title: 'The run mode is not the approved one',
    severity: 'high',
    because: 'a controller that does not run controls nothing',
    technique: 'T0858',
    advice:
      'Ask the operators whether they know; look at the diagnostic buffer before anybody starts it again.',
  },
  clock: {
    name: 'audit.clock-off',
    title: 'The clock is off',
    severity: 'medium',
    because: 'records of what happened when are wrong, and what goes by the clock happens at the wrong time',
    technique: 'T0855',
    advice:
      'Find out what sets the clock; a jump without a known reason is worth a look at who wrote to the controller.',
  },
  implausible: {
    name: 'audit.implausible',
    title: 'The controller contradicts itself, or would not say something',
    severity: 'high',
    because: 'a controller that is honest does not; part of the audit says nothing',
    technique: 'T0851',
    advice:
      'Read the program again when nobody works on the controller; where it stays, treat it as changed by an intruder.',
  },
  unaudited: {
    name: 'audit.not-done',
    title: 'The controller could not be audited',
    severity: 'high',
    because: 'nothing is known of its program as long as nobody reads it',
    technique: 'T0814',
    advice:
      'See that the controller can be reached and takes the connection; an audit that fails again and again is a reason to go there.',
  },
} as const satisfies Record<string, FindingKind>;
