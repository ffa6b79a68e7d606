import type { Marker } from '../../records/run-store.ts';

/** Objects that name others of their run. What was planned and answered names none, and its digest must stay. */
const naming =
  /^(?:items\/\d+\/[^/]+\.(?:record|step|attempts|request)\.json|late\/[^/]+\.(?:record|attempt)\.json|results\/[^/]+\.jsonl|(?:bill|errors)\.jsonl|report\.json|_SUCCESS|_FAILED)$/;
/** Members by which they do. */
const members = ['key', 'marker'] as const;

/** Whether an object may name others of its run. */
export function namesOthers(name: string): boolean {
  return naming.test(name);
}

/**
 * An object of a run as it is where the run's folder has another name: keys of the run begin with that one, and all other bytes
 * stay what they are. These objects are JSON without spaces, and a quotation mark in a text has a backslash before it: so what
 * is looked for stands nowhere but where a member begins.
 *
 * @param name - of the object, below the folder
 * @param from - folder of the run, with a slash at its end
 * @param to - the other one
 */
export function relocate(name: string, body: Uint8Array, from: string, to: string): Uint8Array {
  if (from === to || !namesOthers(name)) return body;
  const text = Buffer.from(body).toString('utf8');
  return Buffer.from(
    members.reduce((whole, member) => whole.replaceAll(`"${member}":"${from}`, `"${member}":"${to}`), text),
  );
}

/**
 * The marker of a run that was moved: it vouches for what the objects are now.
 *
 * @param moved - the marker as `relocate` gives it
 * @param digests - sha256 of the objects there, by their keys there
 */
export function sealMoved(moved: Uint8Array, digests: ReadonlyMap<string, string>): Uint8Array {
  const marker = JSON.parse(Buffer.from(moved).toString('utf8')) as Marker;
  const seal = <File extends { readonly key: string; readonly sha256: string }>(file: File): File => ({
    ...file,
    sha256: digests.get(file.key) ?? file.sha256,
  });
  const { parts, files } = marker;
  const sealed = { ...marker, parts: parts.map(seal), ...(files && { files: files.map(seal) }) };
  return Buffer.from(`${JSON.stringify(sealed)}\n`);
}
