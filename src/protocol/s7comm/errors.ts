/**
 * Error codes as `Operation.error` carries them: a return code of an item (up to 0xff), or error class × 256 +
 * code of a Job's answer, or the error code of a Userdata response. The names are the manufacturer's.
 *
 * @module
 */

const NAMES: Readonly<Record<number, string>> = {
  1: 'hardware error',
  3: 'accessing the object not allowed',
  5: 'invalid address',
  6: 'data type not supported',
  7: 'data type inconsistent',
  10: 'object does not exist',
  272: 'invalid block number',
  273: 'invalid request length',
  274: 'invalid parameter',
  275: 'invalid block type',
  276: 'block not found',
  277: 'block already exists',
  278: 'block is write-protected',
  281: 'incorrect password',
  32769: 'service not possible in the current state of the block',
  32771: 'error while transferring the block',
  33024: 'service unknown to the remote module',
  33028: 'service not implemented, or frame error',
  33284: 'type of the object inconsistent',
  33537: 'not enough memory',
  33538: 'too few resources',
  33540: 'no further parallel upload possible',
  33541: 'function not available',
  33542: 'not enough work memory',
  33793: 'invalid sequence of services',
  33794: 'service not possible in the state of the addressed object',
  33796: 'function cannot be performed',
  34048: 'wrong frame',
  34051: 'service cancelled',
  34561: 'address error at the partner',
  34562: 'service not supported by the module',
  34563: 'access to the object refused',
  34564: 'object damaged',
  53409: 'function not permitted in the current protection level',
  53410: 'not possible now: memory is being modified',
  53761: 'syntax error in the block name',
  53762: 'syntax error in the parameters',
  53769: 'block not found on the module',
  53772: 'organisation block cannot be copied: no such priority class',
  53774: 'no further block available',
  53776: 'invalid block number',
  53824: 'coordination rules violated',
  53825: 'function not permitted in the current protection level',
  53826: 'protection violation while processing F blocks',
  54273: 'information function not available',
  54274: 'information function not available',
  54277: 'service not supported, or syntax error in the parameters',
  54278: 'information not available now',
  54785: 'syntax error in the parameters',
  54786: 'incorrect password',
  54788: 'the connection is legitimised already',
  54789: 'the connection is enabled already',
  54790: 'no password is set',
  55297: 'at least one address is invalid',
  55298: 'job does not exist',
  55299: 'illegal job status',
  55300: 'illegal cycle time',
  55301: 'no more cyclic jobs can be set up',
  55303: 'function aborted: the read cycle takes too long',
  56321: 'invalid date or time',
};

const CLASSES: Readonly<Record<number, string>> = {
  129: 'application relationship',
  130: 'object definition',
  131: 'no resources available',
  132: 'error on service processing',
  133: 'error on supplies',
  135: 'access error',
};

/** Name of an error code, or what is known of it. */
export function errorName(error: number): string {
  const code = `0x${error.toString(16).padStart(error > 0xff ? 4 : 2, '0')}`;
  const name = NAMES[error] ?? CLASSES[error >> 8];
  return name === undefined ? code : `${code} ${name}`;
}
