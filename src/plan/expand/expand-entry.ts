import { idProblem } from '../../manifest/item-id.ts';
import type { Entry, FilePath, Job, Values } from '../../manifest/job.ts';
import { quoted } from '../../manifest/printable.ts';
import type { TemplateScope } from '../../manifest/template.ts';
import type { Row } from '../sources/row.ts';
import { dataPath } from './data-path.ts';
import { compileStep, type StepFiller } from './compile-step.ts';
import { compileValue, type Filler } from './compile-value.ts';
import type { ExpandContext } from './expand-job.ts';
import type { ExpandedItem, ItemPlace } from './expanded-item.ts';
import { FillFault } from './fill-fault.ts';
import { itemVars } from './item-vars.ts';
import { itemPath, stepPlace } from './step-place.ts';

/** What one item of an entry is made from. */
export interface ItemMaking {
  readonly number: number;
  readonly row?: Row | undefined;
  readonly combination?: Values | undefined;
  /** From 1. */
  readonly sample: number;
}

/** What is wrong with an item, and where the slip is in the job file. */
export interface ItemFault {
  readonly fault: FillFault;
  readonly place: ItemPlace;
}

/** An entry whose templates have been read. */
export interface EntryFiller {
  readonly samples: number;
  /** Makes an item, or says everything that is wrong with it. */
  make(making: ItemMaking): { readonly item: ExpandedItem } | { readonly faults: readonly ItemFault[] };
}

/** Reads the templates of an entry. What is wrong with one is wrong with every item. */
export function compileEntry(
  entry: Entry,
  job: Job,
  base: TemplateScope,
  context: ExpandContext,
): EntryFiller | { readonly faults: readonly ItemFault[] } {
  const timezone = job.timezone ?? 'UTC';
  const at = (path: FilePath): ItemPlace => ({ file: context.file, ...context.placeOf(path) });
  const faults: ItemFault[] = [];
  const attempt = <Result>(
    work: () => Result,
    place: (fault: FillFault) => ItemPlace,
  ): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FillFault)) throw error;
      faults.push({ fault: error, place: place(error) });
      return undefined;
    }
  };
  const idPlace = (): ItemPlace => at([...itemPath(entry.path), 'id']);
  const placeIn =
    (index: number) =>
    ({ path }: FillFault): ItemPlace => {
      const step = entry.steps[index];
      const place = step === undefined ? context.placeOf(entry.path) : stepPlace(step, path, context.placeOf);
      return { file: context.file, ...place };
    };
  const id = attempt(() => compileValue(entry.id, ['id'], { timezone, keepTypes: false }), idPlace);
  const steps = entry.steps.map((step, index) =>
    attempt(() => compileStep(step, context.checks, timezone), placeIn(index)),
  );
  if (id === undefined || faults.length > 0) return { faults };
  const samples = entry.samples ?? (Array.isArray(entry.seed) ? entry.seed.length : 1);
  const entryPlace = at(entry.path);
  let combined: { readonly of: Values | undefined; readonly scope: Record<string, unknown> } | undefined;

  // One scope serves all rows and samples of a combination: it is read at once, and kept by nobody.
  function scopeOf({ number, row, combination, sample }: ItemMaking): TemplateScope {
    if (combined === undefined || combined.of !== combination) {
      const matrix = combination === undefined ? {} : { ...combination, matrix: combination };
      combined = { of: combination, scope: { ...base, ...matrix } };
    }
    const { scope } = combined;
    if (row !== undefined) scope['row'] = row.values;
    scope['sample'] = sample;
    scope['item'] = { number };
    return scope;
  }

  function make(making: ItemMaking): ReturnType<EntryFiller['make']> {
    const { number, row, combination, sample } = making;
    const scope = scopeOf(making);
    faults.length = 0;
    const named = attempt(() => fillId(id as Filler, scope, samples > 1 ? sample : undefined), idPlace);
    const filled = steps.map((step, index) =>
      attempt(() => (step as StepFiller).fill(scope), placeIn(index)),
    );
    if (faults.length > 0) return { faults: [...faults] };
    const vars = itemVars(combination, row?.values);
    const { seed } = entry;
    return {
      item: {
        number,
        ...(named === undefined ? {} : { id: named }),
        ...(samples === 1 ? {} : { sample }),
        ...(vars === undefined ? {} : { vars }),
        ...(seed === undefined ? {} : { seed }),
        steps: filled.filter((step) => step !== undefined),
        place:
          row === undefined
            ? entryPlace
            : { file: dataPath(context.file, row.file), line: row.line, column: 1 },
        origin: { entry, row, combination },
      },
    };
  }
  return { samples, make };
}

function fillId(id: Filler, scope: TemplateScope, sample: number | undefined): string | undefined {
  const base = id.fill(scope) as string | undefined;
  if (base === undefined) return undefined;
  const filled = sample === undefined ? base : `${base}.s${sample}`;
  const problem = id.isConstant && sample === undefined ? undefined : idProblem(filled);
  if (problem === undefined) return filled;
  throw new FillFault('id-invalid', `the id ${quoted(filled)} cannot be one: ${problem}`, ['id'], id.names);
}
