/** A folder of a bucket. */
export interface S3Folder {
  readonly bucket: string;
  /** Without slashes at its ends; empty where it is the bucket itself. */
  readonly prefix: string;
}

/** Reads `s3://bucket/prefix`; `undefined` where it is none, or names what keys of runs cannot begin with. */
export function parseS3Folder(text: string): S3Folder | undefined {
  const [, bucket, rest = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  const prefix = rest.replace(/\/+$/, '');
  const names = prefix === '' ? [] : prefix.split('/');
  const isFolder = names.every((name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name));
  return bucket === undefined || !isFolder || names[0] === 'emulated' ? undefined : { bucket, prefix };
}
