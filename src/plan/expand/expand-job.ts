import type { Entry, FilePath, Job } from '../../manifest/job.ts';
import { localClock } from '../../manifest/local-clock.ts';
import type { Problem } from '../../manifest/problem.ts';
import type { TemplateScope } from '../../manifest/template-names.ts';
import { expandBatch } from '../batch/expand-batch.ts';
import type { Row } from '../sources/row.ts';
import { createGiveWay } from '../give-way.ts';
import { createEmptyMatrices } from './empty-matrix.ts';
import { combinationsAtMost, entryCombinations } from './entry-matrix.ts';
import { entryRows } from './entry-rows.ts';
import { compileEntry, type EntryFiller } from './expand-entry.ts';
import type { ItemPlace } from './expanded-item.ts';
import type { ExpandContext, Expansion } from './expansion.ts';
import { createIdRegister } from './id-register.ts';
import { itemProblem, rowProblem } from './item-problem.ts';
import { createProblemLimiter } from './problem-limiter.ts';
import { itemPath } from './step-place.ts';
import { whyEmpty } from './why-empty.ts';

/** Items that a job may have. */
const MAX_ITEMS = 1_000_000;
/** Items of an entry, one after the other, that are wrong and tell nothing new: the others of it are not looked at. */
const WRONG_IN_A_ROW = 1_000;

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
  const emptyMatrixOf = createEmptyMatrices(job);
  const empty = new Map<string, Problem>();
  const giveWay = createGiveWay();
  const count = { items: 0, problems: 0, repeated: 0, isFull: false };
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
    const excluded = await emptyMatrixOf(entry);
    if (excluded !== undefined) {
      noteEmpty(at([...excluded, 'exclude']), nothingLeft);
      continue;
    }
    const idPlace = at([...itemPath(entry.path), 'id']);
    const before = { ...count };
    count.repeated = 0;
    const expansions = rowExpander(entry, filler, entryCombinations(job, entry), idPlace);
    if (entry.from === undefined) yield* told(expansions(undefined));
    else {
      for await (const rows of entryRows(entry, entry.from, context)) {
        for (const row of rows) {
          if (count.isFull) break;
          if (row.kind === 'row') yield* told(expansions(row));
          else if (row.kind === 'problem') yield tell(row.problem);
          else {
            const problem = slips.take(`${row.code} ${row.file}`, rowProblem(row, context.file));
            if (problem !== undefined) yield tell(problem);
          }
        }
        if (slips.isFull() || count.repeated >= WRONG_IN_A_ROW) break;
        if (count.isFull) {
          yield tell({ ...at([...itemPath(entry.path), 'from']), code: 'item-limit', message: tooMany });
          return;
        }
      }
    }
    if (count.items > before.items || count.problems > before.problems) continue;
    const { path, message } = whyEmpty(entry);
    noteEmpty(at(path), message);
  }
  for (const problem of [...slips.finish(), ...ids.finish()]) yield tell(problem);
  if (count.items === 0 && count.problems === 0) {
    for (const problem of empty.values()) yield tell(problem);
  } else for (const problem of empty.values()) yield { kind: 'warning', problem };

  // Prompts of one item are entries of their own.
  function noteEmpty(place: ItemPlace, message: string): void {
    empty.set(`${place.line}:${place.column}`, { ...place, code: 'entry-empty', message });
  }

  // Whoever takes what is told gives way; of a long stretch in which nothing is, nobody would.
  async function* told(expansions: Iterable<Expansion | undefined>): AsyncGenerator<Expansion> {
    for (const expansion of expansions) {
      const turn = expansion === undefined ? giveWay() : undefined;
      if (turn !== undefined) await turn;
      if (expansion !== undefined) yield expansion;
    }
  }

  // Where there is nothing to tell of a combination, `undefined` says that it was looked at.
  function rowExpander(
    entry: Entry,
    filler: EntryFiller,
    combinations: ReturnType<typeof entryCombinations>,
    idPlace: ItemPlace,
  ): (row: Row | undefined) => Generator<Expansion | undefined> {
    return function* expandRow(row) {
      for (const combination of combinations()) {
        if (combination === null) {
          yield undefined;
          continue;
        }
        for (let sample = 1; sample <= filler.samples; sample += 1) {
          count.isFull = count.items === MAX_ITEMS;
          if (count.isFull) return;
          count.items += 1;
          const result = filler.make({ number: count.items, row, combination, sample });
          if ('item' in result) {
            const { item } = result;
            const problem = ids.register(item, row === undefined ? idPlace : item.place);
            const repeated = problem && slips.take(`${problem.code} ${entry.path.join()}`, problem);
            count.repeated = 0;
            if (problem === undefined) yield { kind: 'item', item };
            else yield repeated && tell(repeated);
            continue;
          }
          count.repeated += 1;
          for (const fault of result.faults) {
            const { problem, slip, isOnce } = itemProblem(fault, { row, combination }, entry, context.file);
            const first = slips.take(slip, problem, isOnce);
            if (first !== undefined) count.repeated = 0;
            yield first && tell(first);
          }
          if (slips.isFull() || count.repeated >= WRONG_IN_A_ROW) return;
        }
      }
    };
  }
}

const nothingLeft =
  'no item comes of this: `exclude` leaves no combination of the matrix; take out what excludes too much';
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
