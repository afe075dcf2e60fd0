/**
 * Host names of the compressor station's stations, as the shipped policy has them.
 *
 * @module
 */

export const OPERATOR = 'hmi-1';
export const ENGINEER = 'eng-1';
/** The compressor maker's access: it may read, and the intruder sits on it. */
export const VENDOR = 'vendor-1';

export const STATIONS = [OPERATOR, ENGINEER, VENDOR] as const;
