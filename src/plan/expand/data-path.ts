/** A data file as its problems name it: from where the job file is named from, so that editors find it. */
export function dataPath(jobFile: string, path: string): string {
  if (path.startsWith('s3://')) return path;
  return jobFile.slice(0, Math.max(jobFile.lastIndexOf('/'), jobFile.lastIndexOf('\\')) + 1) + path;
}
