/** Where a job's runs live in the bucket. */
export interface JobLocation {
  /** Folder of all jobs, without slashes at its ends; may be empty or have several segments. */
  readonly prefix: string;
  /** Emulated runs live below `emulated/`, so that they never mix with real ones. */
  readonly emulated: boolean;
  readonly job: string;
}

/** Where a run lives in the bucket. */
export interface RunLocation extends JobLocation {
  readonly runId: string;
}

/** Every key of one run. Keys are ASCII and ours: no part of them comes from a model's answer. */
export interface RunKeys {
  /** The run's folder, with a slash at its end. */
  readonly root: string;
  readonly job: string;
  /** Which execution has begun the run. */
  readonly begun: string;
  readonly plan: string;
  /** Items of one page of a plan, one JSON line each; the plan's digest keeps two plans of a run apart. */
  page(plan: string, page: number): string;
  /** Folder of the local files that prompts use, with a slash at its end. */
  readonly inputs: string;
  /** A local file that prompts use, by the sha256 of its bytes. */
  input(sha256: string): string;
  /** Folder of one page's items, with a slash at its end: listed once to learn what is already there. */
  itemPrefix(page: number): string;
  /** Last write of an item: how it succeeded or failed. */
  record(page: number, number: number, id: string): string;
  /** What is listed to find all that an item has left. */
  itemObjects(page: number, number: number, id: string): string;
  /** Last write of one call of an item that has several. */
  step(page: number, number: number, id: string, part: CallPart): string;
  /** What a call's attempts may have cost so far, as long as it has no record. */
  attempts(page: number, number: number, id: string, part?: CallPart): string;
  /** What an item's call answered with. `extension` has no dot. */
  artifact(page: number, number: number, id: string, extension: string, part?: CallPart): string;
  /** The bytes of a call that depends on another step, fixed before its first send. */
  request(page: number, number: number, id: string, part?: CallPart): string;
  /** One page's share of the results, rebuilt from the records. */
  part(page: number): string;
  readonly errors: string;
  readonly report: string;
  /** The report for people, in Markdown. */
  readonly reportText: string;
  readonly bill: string;
  /** The bill of a run whose results were collected, as it was known then: a line an attempt, and what it was for. */
  readonly billRows: string;
  /** Page of the run's gallery, numbered from 1: the first is what opens the run. */
  gallery(page: number): string;
  /** Small pictures of one page's images, one JSON line each. */
  thumbnails(page: number): string;
  readonly success: string;
  readonly failed: string;
  /** Folder of what came after another result of its item, or after the marker, with a slash at its end. */
  readonly latePrefix: string;
  /** One of these, by its own file name. */
  late(name: string): string;
  /** Folder of what settles charges after the end, with a slash at its end. */
  readonly corrections: string;
  /** One correction of the bill, numbered from 1. */
  correction(number: number): string;
  /** Folder of what was changed of the run while it went on, with a slash at its end. */
  readonly changes: string;
  /** One change, numbered from 1. */
  change(number: number): string;
}

/** Which call of an item that has several. */
export interface CallPart {
  readonly step: string;
  /** Position in the list that the step goes over, from 0. */
  readonly index?: number;
  /** Which of the calls that mend an answer, from 1. */
  readonly repair?: number;
}

/**
 * The keys of a run.
 *
 * @throws RangeError when a part could not be a safe key: not ASCII letters, digits, dot, underscore or hyphen, starting
 * with a letter or digit, at most 128 long. Authors' names are checked with the job; this is the last guard.
 */
export function runKeys(location: RunLocation): RunKeys {
  const root = `${jobPrefix(location)}${segment(location.runId)}/`;
  const itemPrefix = (page: number): string => `${root}items/${digits(page, 5)}/`;
  const item = (page: number, number: number, id: string): string =>
    `${itemPrefix(page)}${digits(number, 7)}-${segment(id)}`;
  return {
    root,
    job: `${root}job.json`,
    begun: `${root}begun.json`,
    plan: `${root}plan/plan.json`,
    page: (plan, page) => `${root}plan/${segment(plan)}/page-${digits(page, 5)}.jsonl`,
    inputs: `${root}inputs/`,
    input: (sha256) => `${root}inputs/${segment(sha256)}`,
    itemPrefix,
    record: (page, number, id) => `${item(page, number, id)}.record.json`,
    itemObjects: (page, number, id) => `${item(page, number, id)}.`,
    step: (page, number, id, part) => `${item(page, number, id)}${suffix(part)}.step.json`,
    attempts: (page, number, id, part) => `${item(page, number, id)}${suffix(part)}.attempts.json`,
    artifact: (page, number, id, extension, part) =>
      `${item(page, number, id)}${suffix(part)}.${segment(extension)}`,
    request: (page, number, id, part) => `${item(page, number, id)}${suffix(part)}.request.json`,
    part: (page) => `${root}results/part-${digits(page, 5)}.jsonl`,
    errors: `${root}errors.jsonl`,
    report: `${root}report.json`,
    reportText: `${root}report.md`,
    bill: `${root}bill.jsonl`,
    billRows: `${root}bill-rows.jsonl`,
    gallery: (page) => (page === 1 ? `${root}index.html` : `${root}gallery/page-${digits(page, 4)}.html`),
    thumbnails: (page) => `${root}gallery/thumbnails-${digits(page, 5)}.jsonl`,
    success: `${root}_SUCCESS`,
    failed: `${root}_FAILED`,
    latePrefix: `${root}late/`,
    late: (name) => `${root}late/${segment(name, 255)}`,
    corrections: `${root}corrections/`,
    correction: (number) => `${root}corrections/${digits(number, 5)}.json`,
    changes: `${root}changes/`,
    change: (number) => `${root}changes/${digits(number, 5)}.json`,
  };
}

/**
 * Whether a key is of what items have left. The words of the bucket may name anything else: who may write to the prefix shall
 * have nothing read for them that lies outside of it.
 *
 * @param folder - of the run, of its job, or of all jobs: with a slash at its end unless it is the bucket itself
 */
export function isOfItems(folder: string, key: string): boolean {
  const name = '[A-Za-z0-9][A-Za-z0-9._-]*';
  const below = new RegExp(`^(?:${name}/){0,2}items/\\d{5,}/${name}$`, 'u');
  return key.startsWith(folder) && below.test(key.slice(folder.length));
}

/** Whether a key lies in a folder for every server: for some, dots and slashes lead out of it. */
export function isWithin(folder: string, key: string): boolean {
  return key.startsWith(folder) && !/(?:^|\/)\.{0,2}(?:\/|$)/u.test(key.slice(folder.length));
}

/** Folder of all runs of a job, with a slash at its end. */
export function jobPrefix(location: JobLocation): string {
  return `${rootPrefix(location)}${segment(location.job)}/`;
}

/** Folder of what a job's schedule keeps, with a slash at its end. A run's folder starts with the job's name and a hyphen. */
export function schedulePrefix(location: JobLocation): string {
  return `${jobPrefix(location)}schedule/`;
}

/** One version of the job that a schedule runs. */
export function keptJobKey(location: JobLocation, digest: string): string {
  return `${schedulePrefix(location)}${segment(digest)}.json`;
}

/** A data file or a picture of the job that a schedule runs, by the sha256 of its bytes. */
export function keptInputKey(location: JobLocation, sha256: string): string {
  return `${schedulePrefix(location)}inputs/${segment(sha256)}`;
}

/**
 * What is listed to find how many times of a schedule were missed.
 *
 * @param createdAt - when the schedule was made, ISO 8601
 */
export function missedPrefix(location: JobLocation, createdAt: string): string {
  return `${schedulePrefix(location)}missed/${digits(Date.parse(createdAt), 13)}-`;
}

/** That so many were missed. */
export function missedKey(location: JobLocation, createdAt: string, count: number): string {
  return `${missedPrefix(location, createdAt)}${digits(count, 9)}.json`;
}

/** Folder of all jobs, with a slash at its end unless it is the bucket itself. */
export function rootPrefix(location: Pick<RunLocation, 'prefix' | 'emulated'>): string {
  const segments = location.prefix === '' ? [] : location.prefix.split('/').map((name) => segment(name));
  // It would let a real run write among the emulated ones.
  if (segments[0] === 'emulated') throw new RangeError('a prefix cannot start with "emulated"');
  return [...(location.emulated ? ['emulated'] : []), ...segments].map((name) => `${name}/`).join('');
}

/** The object on which the store's promises are tried at start. Readers of data skip names that start with `_`. */
export function probeKey(location: Pick<RunLocation, 'prefix' | 'emulated'>): string {
  return `${rootPrefix(location)}_probe`;
}

/** What an item's record key says, read back from a listing. */
export interface RecordKey {
  readonly number: number;
  readonly id: string;
}

/** Reads number and id back from a record's key; `undefined` for every other key. */
export function parseRecordKey(key: string): RecordKey | undefined {
  const match = /\/items\/\d{5,}\/(\d{7,})-([^/]+)\.record\.json$/u.exec(key);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { number: Number(match[1]), id: match[2] };
}

/** Which call of an item a key's last part belongs to, as it stands between the item's id and the kind of object. */
export function partName({ step, index, repair }: CallPart): string {
  const name = index === undefined ? segment(step) : `${segment(step)}.${digits(index, 1)}`;
  return repair === undefined ? name : `${name}.r${digits(repair, 1)}`;
}

function suffix(part: CallPart | undefined): string {
  return part === undefined ? '' : `.${partName(part)}`;
}

function segment(name: string, longest = 128): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/u.test(name) || name.length > longest) {
    throw new RangeError(`"${name}" cannot be part of a storage key`);
  }
  return name;
}

function digits(value: number, width: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} cannot number a storage key`);
  return String(value).padStart(width, '0');
}
