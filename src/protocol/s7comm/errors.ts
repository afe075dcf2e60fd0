/**
 * Error codes as `Operation.error` carries them: a return code of an item (up to 0xff), or error class × 256 +
 * code of a Job's answer, or the error code of a Userdata response. The names are the manufacturer's.
 *
 * @module
 */

/** What is added to the reason of a disconnect request, X.224 13.5.3 d, to tell it from the codes of S7. */
export const DISCONNECTED = 0x10000;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x01, 'hardware error'],
  [0x03, 'accessing the object not allowed'],
  [0x05, 'invalid address'],
  [0x06, 'data type not supported'],
  [0x07, 'data type inconsistent'],
  [0x0a, 'object does not exist'],
  [0x0110, 'invalid block number'],
  [0x0111, 'invalid request length'],
  [0x0112, 'invalid parameter'],
  [0x0113, 'invalid block type'],
  [0x0114, 'block not found'],
  [0x0115, 'block already exists'],
  [0x0116, 'block is write-protected'],
  [0x0119, 'incorrect password'],
  [0x8001, 'service not possible in the current state of the block'],
  [0x8003, 'error while transferring the block'],
  [0x8100, 'service unknown to the remote module'],
  [0x8104, 'service not implemented, or frame error'],
  [0x8204, 'type of the object inconsistent'],
  [0x8301, 'not enough memory'],
  [0x8302, 'too few resources'],
  [0x8304, 'no further parallel upload possible'],
  [0x8305, 'function not available'],
  [0x8306, 'not enough work memory'],
  [0x8401, 'invalid sequence of services'],
  [0x8402, 'service not possible in the state of the addressed object'],
  [0x8404, 'function cannot be performed'],
  [0x8500, 'wrong frame'],
  [0x8503, 'service cancelled'],
  [0x8701, 'address error at the partner'],
  [0x8702, 'service not supported by the module'],
  [0x8703, 'access to the object refused'],
  [0x8704, 'object damaged'],
  [0xd002, 'illegal job variant'],
  [0xd003, 'debugging function not supported by the module'],
  [0xd004, 'illegal job status'],
  [0xd041, 'illegal status list'],
  [0xd042, 'illegal tag address'],
  [0xd043, 'referenced job not found'],
  [0xd044, 'illegal tag value'],
  [0xd063, 'trigger event occupied'],
  [0xd081, 'function not permitted in the current mode'],
  [0xd0a1, 'function not permitted in the current protection level'],
  [0xd0a2, 'not possible now: memory is being modified'],
  [0xd0a4, 'forcing is established already'],
  [0xd0a5, 'referenced job not found'],
  [0xd0a6, 'job cannot be disabled or enabled'],
  [0xd0a7, 'job cannot be deleted'],
  [0xd201, 'syntax error in the block name'],
  [0xd202, 'syntax error in the parameters'],
  [0xd209, 'block not found on the module'],
  [0xd20c, 'organisation block cannot be copied: no such priority class'],
  [0xd20e, 'no further block available'],
  [0xd210, 'invalid block number'],
  [0xd240, 'coordination rules violated'],
  [0xd241, 'function not permitted in the current protection level'],
  [0xd242, 'protection violation while processing F blocks'],
  [0xd401, 'information function not available'],
  [0xd402, 'information function not available'],
  [0xd405, 'service not supported, or syntax error in the parameters'],
  [0xd406, 'information not available now'],
  [0xd601, 'syntax error in the parameters'],
  [0xd602, 'incorrect password'],
  [0xd604, 'the connection is legitimised already'],
  [0xd605, 'the connection is enabled already'],
  [0xd606, 'no password is set'],
  [0xd801, 'at least one address is invalid'],
  [0xd802, 'job does not exist'],
  [0xd803, 'illegal job status'],
  [0xd804, 'illegal cycle time'],
  [0xd805, 'no more cyclic jobs can be set up'],
  [0xd807, 'function aborted: the read cycle takes too long'],
  [0xdc01, 'invalid date or time'],
  [0x10000, 'disconnected'],
  [0x10001, 'disconnected: congestion at the TSAP'],
  [0x10002, 'disconnected: nobody listens at the TSAP'],
  [0x10003, 'disconnected: address unknown'],
  [0x10080, 'disconnected normally'],
  [0x10081, 'disconnected: congestion of the transport entity'],
  [0x10082, 'disconnected: negotiation failed'],
  [0x10085, 'disconnected: protocol error'],
  [0x10088, 'disconnected: connection refused'],
]);

const CLASSES: ReadonlyMap<number, string> = new Map([
  [0x81, 'application relationship'],
  [0x82, 'object definition'],
  [0x83, 'no resources available'],
  [0x84, 'error on service processing'],
  [0x85, 'error on supplies'],
  [0x87, 'access error'],
]);

/** Name of an error code, or what is known of it. */
export function errorName(error: number): string {
  const code = `0x${error.toString(16).padStart(error > 0xff ? 4 : 2, '0')}`;
  const name = NAMES.get(error) ?? CLASSES.get(error >> 8);
  return name === undefined ? code : `${code} ${name}`;
}
