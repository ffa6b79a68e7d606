import type { FilePath, Step } from '../../manifest/job.ts';
import type { Place } from '../../manifest/problem.ts';

/**
 * Where a value of a step stands in the job file: at its own key, under that of a shorthand, or in the defaults; else the
 * place of the step.
 *
 * @param path - way to the value, below the step as the plan knows it
 */
export function stepPlace(step: Step, path: FilePath, placeOf: (path: FilePath) => Place): Place {
  return findStepPlace(step, path, placeOf) ?? placeOf(step.path);
}

/** The same; `undefined` where the value does not stand in the file. */
export function findStepPlace(
  step: Step,
  path: FilePath,
  placeOf: (path: FilePath) => Place,
): Place | undefined {
  for (const candidate of candidates(step, path)) {
    const place = placeOf(candidate);
    const above = placeOf(candidate.slice(0, -1));
    if (place.line !== above.line || place.column !== above.column) return place;
  }
  return undefined;
}

/** The way to the item that an entry is of, which may be one of several prompts in it. */
export function itemPath(path: FilePath): FilePath {
  return path.at(-2) === 'prompts' ? path.slice(0, -2) : path;
}

function candidates(step: Step, [key = '', ...below]: FilePath): readonly FilePath[] {
  const at = (...path: FilePath): FilePath => [...itemPath(step.path), ...path];
  const prompt = itemPath(step.path) === step.path ? [] : [step.path];
  const [first = '', ...rest] = below;
  if (key === 'prompt') return [...prompt, at('image')];
  if (key === 'params') {
    const where = first === 'extra' ? [at('extra', ...rest)] : [at('params', ...below)];
    return [...where, at(...below), ['defaults', step.kind, ...below]];
  }
  if (key !== 'messages' || step.kind !== 'text') return [at(key, ...below)];
  const index = Number(first);
  if (step.messages[index]?.role === 'system') {
    return [at('messages', ...below), at('system'), ['defaults', 'text', 'system']];
  }
  // A system message of its own key was put before the others.
  return [...prompt, at('messages', index, ...rest), at('messages', index - 1, ...rest), at('text')];
}
