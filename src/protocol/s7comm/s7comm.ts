/**
 * S7 communication, the protocol of the S7-300 and S7-400 controllers and of those that speak it for their sake.
 *
 * @module
 */

import type { Protocol } from '../protocol.ts';
import { SPACES } from './areas.ts';
import { S7Conversation } from './conversation.ts';
import { errorName } from './errors.ts';
import { frame, MAX_MESSAGE, resync } from './frame.ts';
import { FUNCTIONS, JOB_NUMBERS, USERDATA_NUMBERS } from './functions.ts';
import { identity } from './identity.ts';
import { objects } from './objects.ts';
import { Rosctr } from './pdu.ts';
import { program } from './program.ts';
import { programReader } from './program-reader.ts';
import { recognise } from './recognise.ts';
import { stations } from './station.ts';
import { tagReader } from './tag-reader.ts';

export const s7comm: Protocol = {
  name: 's7comm',
  title: 'S7comm',
  standard: 'S7 communication (no public standard) over ITU-T X.224 class 0 and RFC 1006',
  ports: [102],
  functions: FUNCTIONS,
  kinds: [
    { name: 'job', kinds: [Rosctr.job, Rosctr.ack, Rosctr.ackData], numbers: JOB_NUMBERS },
    { name: 'userdata', kinds: [Rosctr.userdata], numbers: USERDATA_NUMBERS },
  ],
  spaces: SPACES,
  objects,
  stations,
  program,
  maxMessage: MAX_MESSAGE,
  recognise,
  frame,
  resync,
  open: (limits, fresh = false) => new S7Conversation(limits, fresh),
  errorName,
  identity,
  readBack: programReader,
  readTags: tagReader,
};
