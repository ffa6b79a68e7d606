const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  ELOOP: 'its links go round in a circle',
};

/** Why a file could not be read, in words; the system's code where there are none for it. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'Unknown';
  return reasons[code] ?? code;
}
