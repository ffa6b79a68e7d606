/** What can be wrong with a run, and what to do about it. */
export const remedies = {
  'plan-missing': 'Without its plan a run cannot be checked: put it back from a copy of the bucket.',
  'plan-changed': 'Look for who has changed the plan: what the run was to send is not certain any more.',
  'job-wrong': 'Look for who has changed the job file of the run; put it back from a copy of the bucket.',
  'object-missing': 'Put it back from a copy of the bucket, or make the item again in another run.',
  'object-damaged': 'Put it back from a copy of the bucket, or make the item again in another run.',
  'object-unreadable': 'Put it back from a copy of the bucket.',
  'object-unasked':
    'Nothing in the run names it: look at what it is and who has put it there, then remove it.',
  'object-late':
    'A run never changes after its marker: look for who has written it, and for what it was before.',
  'file-changed': 'It is not what the run has closed with: look for who has changed it.',
  'item-missing': 'The item has neither a record nor a reason to have none: make it again in another run.',
  'item-doubled': 'A plan names each item once: the run cannot be trusted. Please report it.',
  'record-wrong': 'The record is not of what was planned: look for who has changed the one or the other.',
  'record-changed': 'The record is not what the results were made of: look for who has changed it.',
  'digest-wrong': 'The digest does not name the bytes that were sent: look for who has changed them.',
  'money-malformed': 'Money is decimal text with at most eight places, never a number. Please report it.',
  'sum-wrong':
    'What attempts have cost does not add up to the cost. Please report it, unless somebody edited it.',
  'attempt-doubled': 'What it has cost counts twice. Please report it, unless somebody edited it.',
  'charge-wrong': 'By its own usage and prices the charge is another one. Please report it.',
  'steps-wrong': 'The item is not what its calls come to. Please report it, unless somebody edited it.',
  'result-missing': 'An item has no line in the results. Please report it, unless somebody edited them.',
  'result-doubled':
    'An item has several lines in the results. Please report it, unless somebody edited them.',
  'result-differs': 'The line is not what the item has left. Please report it, unless somebody edited it.',
  'bill-differs':
    'The bill is not what the attempts of the records come to. Please report it, unless somebody edited it.',
  'errors-differ':
    'The list of errors is not that of the failed items. Please report it, unless somebody edited it.',
  'report-differs':
    'The report is not what the records come to. Please report it, unless somebody edited it.',
  'marker-differs':
    'The marker is not what the records come to. Please report it, unless somebody edited it.',
  'state-wrong': 'How the run ended does not fit what it has left. Please report it.',
  'correction-wrong':
    'The correction does not fit the records, so no bill can count it: look for where it comes from.',
  'budget-exceeded': 'More was spent than the budget allowed at that time. Please report it.',
  'meter-drift':
    'Other use of the account in that time counts too, of whatever key, and a key of another account tells of that. Where there was neither, please report it.',
  'balance-drift':
    'Other use of the key while the run went on counts too, and so does a change of its budget. Where there was neither, please report it.',
} as const;

export type FindingCode = keyof typeof remedies;

/** One thing that is wrong. */
export interface Finding {
  readonly code: FindingCode;
  /** Key of the object below the run's folder; where it is about none, what it is about. */
  readonly object: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** Findings that are told; a bucket may be wrong in a hundred thousand ways. */
const MOST = 1_000;
/** Of one kind and one object. */
const MOST_ALIKE = 20;

/** Takes what is wrong. */
export interface Findings {
  add(code: FindingCode, object: string, expected: string, found: string): void;
  readonly all: () => readonly Finding[];
  /** How many more there are than are told. */
  readonly untold: () => number;
}

/** A list without any. */
export function createFindings(): Findings {
  const told: Finding[] = [];
  const alike = new Map<string, number>();
  let untold = 0;
  return {
    add(code, object, expected, found) {
      const name = `${code} ${object}`;
      const known = alike.get(name) ?? 0;
      if (told.length >= MOST || known >= MOST_ALIKE) {
        untold += 1;
        return;
      }
      alike.set(name, known + 1);
      told.push({ code, object, expected, found, remedy: remedies[code] });
    },
    all: () => told,
    untold: () => untold,
  };
}

const LONG = 120;

/** A value as a finding shows it. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

/** Names a member in which two values differ, with both; the whole values where that is none. */
export function firstDifference(
  expected: unknown,
  found: unknown,
  path = '',
): { readonly expected: string; readonly found: string } {
  const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null;
  if (isBranch(expected) && isBranch(found)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      if (JSON.stringify(expected[name]) !== JSON.stringify(found[name])) {
        return firstDifference(expected[name], found[name], path === '' ? name : `${path}.${name}`);
      }
    }
  }
  const where = path === '' ? '' : `${path}: `;
  return { expected: `${where}${shown(expected)}`, found: `${where}${shown(found)}` };
}
