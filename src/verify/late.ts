import type { Artifact, AttemptRecord, ItemCost, StepResult } from '../records/record.ts';
import type { ResultLine } from '../report/result-line.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { checkOnce, costOf, isSame, noSum, sumOfAttempts, sumOfCost, wordsOf } from './check-attempts.ts';
import { shown, type Findings } from './findings.ts';
import { isMissing } from './fold.ts';
import { hashOf, isObjects, type RunReader } from './reading.ts';

/** What an attempt brought once its item had another result, or its run an end. */
export interface LateAnswer {
  /** Name of its object below the run's folder. */
  readonly object: string;
  /** When the store took it. */
  readonly stored: Date;
  readonly number: number;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly part?: { readonly step: string; readonly index?: number; readonly repair?: number };
  readonly attempts: readonly AttemptRecord[];
  readonly cost?: ItemCost;
  readonly artifact?: Artifact;
}

/** Reads what came late to a run, by the numbers of the items. */
export async function readLate(
  store: ObjectStore,
  reader: RunReader,
  findings: Findings,
): Promise<Map<number, LateAnswer[]>> {
  const found = new Map<number, LateAnswer[]>();
  for await (const { key, modified } of store.list(`${reader.root}late/`)) {
    const object = key.slice(reader.root.length);
    if (!/\.(?:attempt|record|step)\.json$/.test(object)) continue;
    const content = (await reader.json(object)) as unknown as LateAnswer | undefined;
    if (content === undefined) continue;
    if (!isObjects(content.attempts) || typeof content.number !== 'number' || !isWhole(content.artifact)) {
      findings.add('object-unreadable', object, 'the attempts of an item', shown(content));
      continue;
    }
    checkOnce(findings, object, content.attempts);
    const sum = sumOfAttempts(content.attempts);
    const told = content.cost === undefined ? sum : sumOfCost(content.cost);
    if (sum === undefined || told === undefined) {
      findings.add('money-malformed', object, 'charges as decimal text', shown(content.attempts));
    } else if (!isSame(sum, told)) findings.add('sum-wrong', object, wordsOf(sum), wordsOf(told));
    if (content.artifact !== undefined) await checkArtifact(reader, findings, content.artifact);
    found.set(content.number, [
      ...(found.get(content.number) ?? []),
      { ...content, object, stored: modified },
    ]);
  }
  return found;
}

/**
 * Names of what an item has left, below its page's folder, after its run was closed: of each record a copy lies in `late/`, which
 * is what counts.
 *
 * @param line - of the item in the results; without it, all that has a copy
 */
export function namesApart(late: readonly LateAnswer[], line?: ResultLine): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { object, part, artifact } of late) {
    if (!object.endsWith('.record.json')) continue;
    const isKnown =
      part === undefined
        ? line !== undefined && !isMissing(line)
        : line?.steps?.some((step) => isPart(step, part) && step.status !== 'cancelled') === true;
    if (isKnown) continue;
    const name = object.slice('late/'.length);
    names.add(part === undefined ? name : name.replace(/\.record\.json$/, '.step.json'));
    if (artifact !== undefined) names.add(artifact.key.slice(artifact.key.lastIndexOf('/') + 1));
  }
  return names;
}

function isWhole(artifact: Artifact | undefined): boolean {
  return artifact === undefined || (isObjects([artifact]) && typeof artifact.key === 'string');
}

async function checkArtifact(
  reader: RunReader,
  findings: Findings,
  { key, sha256, bytes }: Artifact,
): Promise<void> {
  const object = key.slice(reader.root.length);
  const body = key.startsWith(reader.root) ? await reader.bytes(object) : undefined;
  if (body === undefined || (hashOf(body) === sha256 && body.byteLength === bytes)) return;
  findings.add('object-damaged', object, `${bytes} bytes with sha256 ${sha256}`, `sha256 ${hashOf(body)}`);
}

/**
 * A result line with what came late to its item: the result stays, its attempts and its cost tell all that is known. What
 * stands for an attempt that has left nothing but a hole is told by what it brought.
 */
export function withLate(line: ResultLine, late: readonly LateAnswer[]): ResultLine {
  let { attempts, steps } = line;
  for (const { part, kind, model, attempts: brought } of late) {
    for (const attempt of brought) {
      const own = part === undefined ? attempt : { ...attempt, ...part, model };
      const told = attempts.findIndex((known) => isOneOf(known, own));
      const place = told < 0 && isMissing(line) ? holeFor(attempts, own, brought) : told;
      attempts = place < 0 ? [...attempts, own] : attempts.with(place, own);
    }
    if (part === undefined) continue;
    const same = attempts.filter((attempt) => isPart(attempt, part));
    const figures = { cost: costOfAll(same), attempts: same.length };
    const place = (steps ?? []).findIndex((step) => isPart(step, part));
    const step: StepResult = { ...part, kind, model, status: 'cancelled', ...figures, throttled: 0 };
    const known = steps?.[place];
    steps = known === undefined ? [...(steps ?? []), step] : steps?.with(place, { ...known, ...figures });
  }
  if (late.length === 0) return line;
  return { ...line, attempts, cost: costOfAll(attempts), ...(steps === undefined ? {} : { steps }) };
}

// A call that was given up is counted by a hole, which does not know of what was told to slow down before it.
function holeFor(
  attempts: readonly AttemptRecord[],
  own: AttemptRecord,
  brought: readonly AttemptRecord[],
): number {
  const known = attempts.filter((attempt) => isPart(attempt, own));
  if (own.at === undefined || known.some(({ attempt }) => attempt === own.attempt)) return -1;
  const holes = known.filter(
    ({ at, attempt }) =>
      at === undefined && attempt < own.attempt && !brought.some((one) => one.attempt === attempt),
  );
  const last = holes.at(-1);
  return last === undefined ? -1 : attempts.indexOf(last);
}

/** The attempts that came late to a line: those that it does not list itself, save as a hole. */
export function broughtTo({ attempts }: ResultLine, late: readonly LateAnswer[]): readonly AttemptRecord[] {
  return late
    .flatMap(({ part, attempts: brought }) => brought.map((attempt) => ({ ...attempt, ...part })))
    .filter((own) => !attempts.some((known) => known.at !== undefined && isOneOf(known, own)));
}

/** Whether an attempt is told by another one: they have one number, and no two times. */
export function isOneOf(known: Partial<AttemptRecord>, attempt: AttemptRecord): boolean {
  const isSameTime = known.at === undefined || known.at === attempt.at;
  return isPart(known, attempt) && known.attempt === attempt.attempt && isSameTime;
}

function isPart(
  left: Partial<AttemptRecord> | StepResult,
  right: Partial<AttemptRecord> | StepResult,
): boolean {
  return left.step === right.step && left.index === right.index && left.repair === right.repair;
}

function costOfAll(attempts: readonly AttemptRecord[]): ItemCost {
  return costOf(sumOfAttempts(attempts) ?? noSum);
}
