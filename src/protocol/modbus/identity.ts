/**
 * Names of the objects of a device identification (MODBUS Application Protocol V1.1b3, 6.21).
 *
 * @module
 */

const NAMES = [
  'VendorName',
  'ProductCode',
  'MajorMinorRevision',
  'VendorUrl',
  'ProductName',
  'ModelName',
  'UserApplicationName',
] as const;

/** The names' bytes, by object id; other objects are reserved or the vendor's own. */
export const IDENTITY_NAMES: readonly DataView[] = NAMES.map(name => {
  const bytes = new TextEncoder().encode(name);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
});
