import type { Entry, FilePath, Job, JobChecks } from '../../manifest/job.ts';
import { localClock } from '../../manifest/local-clock.ts';
import type { Place, Problem } from '../../manifest/problem.ts';
import type { TemplateScope } from '../../manifest/template.ts';
import { expandBatch } from '../batch/expand-batch.ts';
import type { JobFiles } from '../job-files.ts';
import type { PlanSource } from '../plan.ts';
import type { Row } from '../sources/row.ts';
import { combinationsAtMost, entryCombinations } from './entry-matrix.ts';
import { entryRows } from './entry-rows.ts';
import { compileEntry, type EntryFiller } from './expand-entry.ts';
import type { ExpandedItem, ItemPlace } from './expanded-item.ts';
import { createIdRegister } from './id-register.ts';
import { itemProblem, rowProblem } from './item-problem.ts';
import { createProblemLimiter } from './problem-limiter.ts';
import { itemPath } from './step-place.ts';
import { whyEmpty } from './why-empty.ts';

export interface ExpandContext {
  /** Names the job file in problems. */
  readonly file: string;
  /** Where a value stands in the job file. */
  readonly placeOf: (path: FilePath) => Place;
  /** What `run.time` is, ISO 8601. */
  readonly time: string;
  readonly checks: JobChecks;
  readonly files: JobFiles;
  /** Learns of each data file what it was. @default nobody does */
  readonly noteSource?: (source: PlanSource) => void;
}

/** A row of the job, or what is wrong with one. */
export type Expansion =
  | { readonly kind: 'item'; readonly item: ExpandedItem }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'warning'; readonly problem: Problem };

/** Items that a job may have. */
const MAX_ITEMS = 1_000_000;

/**
 * Spreads a job out into its items, one at a time: for each entry its rows, for each of these the combinations of its
 * matrix (the job's outside the entry's), and of each the samples. A data file is read once for its entry, and never more
 * than some rows of it are in memory.
 */
export async function* expandJob(job: Job, context: ExpandContext): AsyncGenerator<Expansion> {
  if (job.batch !== undefined) return yield* expandBatch(job.batch, context);
  const base = baseScope(job, context.time);
  const ids = createIdRegister();
  const slips = createProblemLimiter();
  const empty = new Map<string, Problem>();
  const count = { items: 0, problems: 0, isFull: false };
  const tell = (problem: Problem): Expansion => {
    count.problems += 1;
    return { kind: 'problem', problem };
  };

  for (const entry of job.entries) {
    const at = (path: FilePath): ItemPlace => ({ file: context.file, ...context.placeOf(path) });
    const filler = compileEntry(entry, job, base, context);
    if ('faults' in filler) {
      for (const fault of filler.faults) yield tell(itemProblem(fault, {}, entry, context.file).problem);
      continue;
    }
    if (count.items + combinationsAtMost(job, entry) * filler.samples > MAX_ITEMS) {
      yield tell({ ...at(entry.path), code: 'item-limit', message: tooMany });
      return;
    }
    const idPlace = at([...itemPath(entry.path), 'id']);
    const before = { ...count };
    const expansions = rowExpander(entry, filler, entryCombinations(job, entry), idPlace);
    if (entry.from === undefined) yield* expansions(undefined);
    else {
      for await (const rows of entryRows(entry, entry.from, context)) {
        for (const row of rows) {
          if (count.isFull) break;
          if (row.kind === 'row') yield* expansions(row);
          else if (row.kind === 'problem') yield tell(row.problem);
          else {
            const problem = slips.take(`${row.code} ${row.file}`, rowProblem(row, context.file));
            if (problem !== undefined) yield tell(problem);
          }
        }
        if (slips.isFull()) break;
        if (count.isFull) {
          yield tell({ ...at([...itemPath(entry.path), 'from']), code: 'item-limit', message: tooMany });
          return;
        }
      }
    }
    if (count.items > before.items || count.problems > before.problems) continue;
    const { path, message } = whyEmpty(job, entry);
    // Prompts of one item are entries of their own.
    const place = at(path);
    empty.set(`${place.line}:${place.column}`, { ...place, code: 'entry-empty', message });
  }
  for (const problem of [...slips.finish(), ...ids.finish()]) yield tell(problem);
  if (count.items === 0 && count.problems === 0) {
    for (const problem of empty.values()) yield tell(problem);
  } else for (const problem of empty.values()) yield { kind: 'warning', problem };

  function rowExpander(
    entry: Entry,
    filler: EntryFiller,
    combinations: ReturnType<typeof entryCombinations>,
    idPlace: ItemPlace,
  ): (row: Row | undefined) => Generator<Expansion> {
    return function* expandRow(row) {
      for (const combination of combinations()) {
        for (let sample = 1; sample <= filler.samples; sample += 1) {
          count.isFull = count.items === MAX_ITEMS;
          if (count.isFull) return;
          count.items += 1;
          const result = filler.make({ number: count.items, row, combination, sample });
          if ('item' in result) {
            const { item } = result;
            const problem = ids.register(item, row === undefined ? idPlace : item.place);
            const told = problem && slips.take(`${problem.code} ${entry.path.join()}`, problem);
            if (problem === undefined) yield { kind: 'item', item };
            else if (told !== undefined) yield tell(told);
            continue;
          }
          for (const fault of result.faults) {
            const { problem, slip, isOnce } = itemProblem(fault, { row, combination }, entry, context.file);
            const told = slips.take(slip, problem, isOnce);
            if (told !== undefined) yield tell(told);
          }
          if (slips.isFull()) return;
        }
      }
    };
  }
}

const tooMany = `a job has up to ${MAX_ITEMS.toLocaleString('en')} items, and this would be more; split it`;

function baseScope({ vars = {}, timezone = 'UTC' }: Job, time: string): TemplateScope {
  const moment = new Date(time);
  return {
    ...vars,
    vars,
    run: {
      time: moment.toISOString().replace('.000Z', 'Z'),
      date: localClock(moment, timezone).slice(0, 10),
    },
  };
}
