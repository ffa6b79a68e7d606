const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Names that Windows keeps for devices, whatever their case and extension. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** What an item's id must be, for people. */
const idRule = 'an id has up to 100 of A-Z a-z 0-9 . _ - and starts with a letter or digit';

/** Says what is wrong with an id, as written or as filled in; `undefined` when nothing is. */
export function idProblem(id: string): string | undefined {
  if (!idPattern.test(id)) return idRule;
  return isDeviceName(id) ? 'Windows keeps this name for a device; choose another' : undefined;
}

/** Whether a file of this name could not be made on Windows. */
export function isDeviceName(name: string): boolean {
  return deviceName.test(name);
}
