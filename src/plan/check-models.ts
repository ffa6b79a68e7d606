import type { Job, JobChecks } from '../manifest/job.ts';
import type { Problem } from '../manifest/problem.ts';
import type { ExpandedItem, ExpandedStep } from './expand/expanded-item.ts';

/** Checks items against the API's list of models; what was said once is not said again of every row. */
export interface ModelChecker {
  /** What keeps an item from being planned. */
  check(item: ExpandedItem): readonly Problem[];
  warnings(): readonly Problem[];
}

/** @param allowUnknown - a model that the API does not list is a warning then */
export function createModelChecker(job: Job, checks: JobChecks, allowUnknown: boolean): ModelChecker {
  const told = new Set<string>();
  const warnings: Problem[] = [];
  const way = job.batch === undefined ? '' : ' (`--model NAME` asks another one for every line)';
  return {
    check({ steps, place }) {
      const problems: Problem[] = [];
      for (const step of steps) {
        const found = checks.modelProblems?.(step.kind, step.params, hasPictures(step)) ?? [];
        for (const { code, message, isWarning } of found) {
          if (told.has(message)) continue;
          told.add(message);
          const isUnknown = code === 'model-unknown';
          const list = isWarning === true || (isUnknown && allowUnknown) ? warnings : problems;
          list.push({ ...place, code, message: isUnknown ? message + way : message });
        }
      }
      return problems;
    },
    warnings: () => warnings,
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
