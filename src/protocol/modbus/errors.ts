/**
 * Why a server failed (MODBUS Application Protocol V1.1b3, 7; code 7 is of earlier editions).
 *
 * @module
 */

export const ExceptionCode = {
  illegalFunction: 1,
  illegalDataAddress: 2,
  illegalDataValue: 3,
  serverDeviceFailure: 4,
  acknowledge: 5,
  serverDeviceBusy: 6,
  negativeAcknowledge: 7,
  memoryParityError: 8,
  gatewayPathUnavailable: 10,
  gatewayTargetFailed: 11,
} as const;

/** A UMAS error in `Operation.error` is this plus the first byte that follows the answer. */
export const UMAS_ERROR = 0x100;

const NAMES: Readonly<Record<number, string>> = {
  [ExceptionCode.illegalFunction]: 'illegal function',
  [ExceptionCode.illegalDataAddress]: 'illegal data address',
  [ExceptionCode.illegalDataValue]: 'illegal data value',
  [ExceptionCode.serverDeviceFailure]: 'server device failure',
  [ExceptionCode.acknowledge]: 'acknowledge',
  [ExceptionCode.serverDeviceBusy]: 'server device busy',
  [ExceptionCode.negativeAcknowledge]: 'negative acknowledge',
  [ExceptionCode.memoryParityError]: 'memory parity error',
  [ExceptionCode.gatewayPathUnavailable]: 'gateway path unavailable',
  [ExceptionCode.gatewayTargetFailed]: 'gateway target device failed to respond',
};

/** Name of an error code as `Operation.error` carries it; '' for 0. */
export function errorName(error: number): string {
  if (error === 0) return '';
  if (error >= UMAS_ERROR) return `UMAS error 0x${(error - UMAS_ERROR).toString(16).padStart(2, '0')}`;
  return NAMES[error] ?? `exception ${error}`;
}
