import type { Job, JobChecks } from '../manifest/job.ts';
import type { ExpandedItem, ExpandedStep } from './expand/expanded-item.ts';
import type { PlanFault } from './plan-fault.ts';

/** What the API's list of models says about an item. */
export interface ModelFindings {
  /** What keeps it from being planned. */
  readonly faults: readonly PlanFault[];
  readonly warnings: readonly PlanFault[];
}

/** Checks items against the API's list of models. */
export type ModelChecker = (item: Pick<ExpandedItem, 'steps'>) => ModelFindings;

const nothing: ModelFindings = { faults: [], warnings: [] };

/** @param allowUnknown - a model that the API does not list is a warning then */
export function createModelChecker(
  job: Pick<Job, 'batch'>,
  { modelProblems }: Pick<JobChecks, 'modelProblems'>,
  allowUnknown: boolean,
): ModelChecker {
  if (modelProblems === undefined) return () => nothing;
  const way = job.batch === undefined ? '' : ' (`--model NAME` asks another one for every line)';
  return ({ steps }) => {
    const faults: PlanFault[] = [];
    const warnings: PlanFault[] = [];
    for (const [step, each] of steps.entries()) {
      for (const { code, message, param, isWarning } of modelProblems(
        each.kind,
        each.params,
        hasPictures(each),
      )) {
        const isUnknown = code === 'model-unknown';
        const list = isWarning === true || (isUnknown && allowUnknown) ? warnings : faults;
        const path = param === 'images' ? ['images'] : ['params', param];
        list.push({ code, message: isUnknown ? message + way : message, step, path });
      }
    }
    return faults.length + warnings.length === 0 ? nothing : { faults, warnings };
  };
}

function hasPictures(step: ExpandedStep): boolean {
  if (step.kind === 'image') return false;
  if ((step.images?.length ?? 0) > 0) return true;
  return step.messages.some(
    ({ content }) =>
      Array.isArray(content) &&
      content.some(
        (part: unknown) =>
          typeof part === 'object' && part !== null && 'type' in part && part.type === 'image_url',
      ),
  );
}
