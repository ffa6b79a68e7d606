/** What an object of a run is, by its name below the run's folder. */
export type Place =
  | { readonly kind: 'file' | 'late' | 'otherPlan' }
  | { readonly kind: 'page'; readonly page: number }
  | { readonly kind: 'part'; readonly page: number }
  | { readonly kind: 'input'; readonly sha256: string }
  | { readonly kind: 'item'; readonly page: number; readonly name: string; readonly number: number }
  | { readonly kind: 'correction' | 'change'; readonly number: number }
  | { readonly kind: 'unasked' };

const FILES: ReadonlySet<string> = new Set([
  'job.json',
  'begun.json',
  'plan/plan.json',
  'report.json',
  'report.md',
  'bill.jsonl',
  'bill-rows.jsonl',
  'errors.jsonl',
  'index.html',
  '_SUCCESS',
  '_FAILED',
]);

/**
 * Reads the name of an object.
 *
 * @param digest - of the plan that counts; a planner that lost a race may have left pages of another
 */
export function placeOf(name: string, digest: string): Place {
  if (FILES.has(name)) return { kind: 'file' };
  const item = /^items\/(\d{5,})\/((\d{7,})-[^/]+)$/.exec(name);
  if (item !== null) {
    return { kind: 'item', page: Number(item[1]), name: item[2] ?? '', number: Number(item[3]) };
  }
  const page = /^plan\/([^/]+)\/page-(\d{5,})\.jsonl$/.exec(name);
  if (page !== null) {
    return page[1] === digest ? { kind: 'page', page: Number(page[2]) } : { kind: 'otherPlan' };
  }
  const part = /^results\/part-(\d{5,})\.jsonl$/.exec(name);
  if (part !== null) return { kind: 'part', page: Number(part[1]) };
  if (/^gallery\/(page-\d{4,}\.html|thumbnails-\d{5,}\.jsonl)$/.test(name)) return { kind: 'file' };
  const input = /^inputs\/([0-9a-f]{64})$/.exec(name);
  if (input !== null) return { kind: 'input', sha256: input[1] ?? '' };
  const numbered = /^(corrections|changes)\/(\d{5,})\.json$/.exec(name);
  if (numbered !== null) {
    return { kind: numbered[1] === 'changes' ? 'change' : 'correction', number: Number(numbered[2]) };
  }
  return /^late\/\d{7,}-[^/]+$/.test(name) ? { kind: 'late' } : { kind: 'unasked' };
}

/** What an item has left, beside artifacts. */
export interface ItemNames {
  readonly record?: string;
  /** By the name of the call: empty for an item's only one. */
  readonly steps: ReadonlyMap<string, string>;
  readonly attempts: ReadonlyMap<string, string>;
  readonly requests: ReadonlyMap<string, string>;
  /** All others whose names an artifact could have. */
  readonly artifacts: readonly string[];
  /** What cannot be anything of the item. */
  readonly strange: readonly string[];
}

/**
 * Sorts the names that begin with an item's number.
 *
 * @param steps - ids of its steps; none for an item of one call
 */
export function itemNames(
  names: readonly string[],
  { number, id }: { readonly number: number; readonly id: string },
  steps: readonly string[],
): ItemNames {
  const own = `${String(number).padStart(7, '0')}-${id}.`;
  const found = {
    steps: new Map<string, string>(),
    attempts: new Map<string, string>(),
    requests: new Map<string, string>(),
  };
  const artifacts: string[] = [];
  const strange: string[] = [];
  let record: string | undefined;
  for (const name of names) {
    const { part, kind } = splitRest(name.startsWith(own) ? name.slice(own.length) : '');
    const isCall = part === '' ? steps.length === 0 : isPartOf(part, steps);
    if (part === '' && kind === 'record.json') record = name;
    else if (kind === 'step.json' && part !== '' && isCall) found.steps.set(part, name);
    else if (kind === 'attempts.json' && isCall) found.attempts.set(part, name);
    else if (kind === 'request.json' && part !== '' && isCall) found.requests.set(part, name);
    else if (/^[A-Za-z0-9]+$/.test(kind) && (part === '' || isCall)) artifacts.push(name);
    else strange.push(name);
  }
  return { ...(record === undefined ? {} : { record }), ...found, artifacts, strange };
}

function splitRest(rest: string): { readonly part: string; readonly kind: string } {
  const match =
    /^(?:(.+)\.)?((?:record|step|attempts|request)\.json)$/.exec(rest) ?? /^(?:(.+)\.)?([^.]+)$/.exec(rest);
  return { part: match?.[1] ?? '', kind: match?.[2] ?? '' };
}

function isPartOf(part: string, steps: readonly string[]): boolean {
  const [step = '', ...more] = part.split('.');
  return steps.includes(step) && /^(?:\d+\.)?(?:r\d+\.)?$/.test(more.map((one) => `${one}.`).join(''));
}

/** The name of a call among those of its item. */
export function partOf({
  step,
  index,
  repair,
}: {
  readonly step?: string | undefined;
  readonly index?: number | undefined;
  readonly repair?: number | undefined;
}): string {
  return [step, index, repair === undefined ? undefined : `r${repair}`]
    .filter((one) => one !== undefined)
    .join('.');
}
