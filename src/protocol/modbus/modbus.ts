/**
 * Modbus/TCP, with UMAS inside its function 90.
 *
 * @module
 */

import type { Protocol } from '../protocol.ts';
import { ModbusConversation } from './conversation.ts';
import { errorName } from './errors.ts';
import { frameLength, MAX_MESSAGE } from './frame.ts';
import { FUNCTIONS, NUMBERS } from './functions.ts';
import { identity } from './identity.ts';
import { objects, stations } from './objects.ts';
import { program } from './program.ts';
import { recognise, resync } from './recognise.ts';
import { SPACES } from './spaces.ts';
import { tagReader } from './tag-reader.ts';
import { umasReader } from './umas-reader.ts';

export const modbus: Protocol = {
  name: 'modbus',
  title: 'Modbus/TCP',
  standard: 'MODBUS Application Protocol V1.1b3; MODBUS Messaging on TCP/IP Implementation Guide V1.0b',
  ports: [502],
  functions: FUNCTIONS,
  numbers: NUMBERS,
  spaces: SPACES,
  objects,
  stations,
  program,
  maxMessage: MAX_MESSAGE,
  recognise,
  frame: (_side, view, at, end) => frameLength(view, at, end),
  resync,
  open: (limits, fresh = false) => new ModbusConversation(limits, fresh),
  errorName,
  identity,
  readBack: umasReader,
  readTags: tagReader,
};
