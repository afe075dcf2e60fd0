/**
 * What Modbus addresses (MODBUS Application Protocol V1.1b3, 4.3 data model; 6.14, 6.18 and 6.21 for the rest).
 *
 * @module
 */

import type { Space } from '../protocol.ts';
import { Fc } from './functions.ts';

/** Rows of {@link SPACES}. */
export const Spaces = {
  none: 0,
  coil: 1,
  discrete: 2,
  input: 3,
  holding: 4,
  file: 5,
  fifo: 6,
  identity: 7,
} as const;

export const SPACES: readonly Space[] = [
  { name: '', bits: 0, areas: false, meaning: 'no object' },
  { name: 'coil', bits: 1, areas: false, meaning: 'coils: bits that can be read and written' },
  { name: 'discrete', bits: 1, areas: false, meaning: 'discrete inputs: bits that can be read' },
  { name: 'input', bits: 16, areas: false, meaning: 'input registers: 16-bit words that can be read' },
  {
    name: 'holding',
    bits: 16,
    areas: false,
    meaning: 'holding registers: 16-bit words that can be read and written',
  },
  { name: 'file', bits: 16, areas: true, meaning: 'records, 16-bit words, of the file of that number' },
  { name: 'fifo', bits: 16, areas: false, meaning: 'queues of registers, by the address of their count' },
  { name: 'identity', bits: 8, areas: false, meaning: 'objects of the device identification, texts' },
];

/** Spaces by function code, of the functions that have one range of objects. */
const SPACE_OF_CODE = new Uint8Array(256);
SPACE_OF_CODE[Fc.readCoils] = Spaces.coil;
SPACE_OF_CODE[Fc.readDiscreteInputs] = Spaces.discrete;
SPACE_OF_CODE[Fc.readHoldingRegisters] = Spaces.holding;
SPACE_OF_CODE[Fc.readInputRegisters] = Spaces.input;
SPACE_OF_CODE[Fc.writeMultipleCoils] = Spaces.coil;
SPACE_OF_CODE[Fc.writeMultipleRegisters] = Spaces.holding;

/** Space that function `code` addresses. */
export function spaceOf(code: number): number {
  return SPACE_OF_CODE[code]!;
}
