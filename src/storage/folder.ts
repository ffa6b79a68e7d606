/** A folder of the bucket, as people reach it. */
export interface Folder {
  /** As `s3://bucket/…/`. */
  readonly uri: string;
  /** As a browser opens it, where that is known. */
  readonly url?: string;
}

/**
 * Names a folder for people.
 *
 * @param root - its key, with a slash at its end
 * @param publicUrl - below which a browser finds the bucket's objects, without a slash at its end
 */
export function folderAt(bucket: string, root: string, publicUrl: string | undefined): Folder {
  return {
    uri: `s3://${bucket}/${root}`,
    ...(publicUrl === undefined ? {} : { url: `${publicUrl}/${root}` }),
  };
}
