import type { ItemKind, Job, JobChecks, LoadedJob, ParamProblem } from '../../src/manifest/job.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import type { Problem } from '../../src/manifest/problem.ts';

const numbers: Readonly<Record<ItemKind, readonly string[]>> = {
  text: ['temperature', 'max_tokens', 'seed'],
  image: ['width', 'height', 'seed'],
};
const others: Readonly<Record<ItemKind, readonly string[]>> = {
  text: ['model', 'response_format', 'logit_bias'],
  image: ['model', 'nologo', 'safe'],
};

/** A small API of the tests' own: a few parameters, and image prompts that travel in a path. */
const apiRules: JobChecks = {
  paramProblems: (kind, params) =>
    Object.entries(params).flatMap(([param, value]): readonly ParamProblem[] => {
      if (numbers[kind].includes(param)) {
        return typeof value === 'number'
          ? []
          : [{ param, code: 'param-invalid', message: `${param} is a number` }];
      }
      if (param === 'model' && typeof value !== 'string') {
        return [{ param, code: 'param-invalid', message: 'model is text' }];
      }
      return others[kind].includes(param)
        ? []
        : [{ param, code: 'param-unknown', message: `no parameter ${param}` }];
    }),
  promptProblem: (prompt, kind) => {
    if (prompt.trim() === '') return { code: 'prompt-empty', message: 'the prompt is empty' };
    if (!isWellFormed(prompt)) return { code: 'prompt-ill-formed', message: 'half a surrogate pair' };
    return kind === 'image' && prompt === '..'
      ? { code: 'prompt-dot-segment', message: 'a path would swallow it' }
      : undefined;
  },
};

/** Loads a text by the tests' rules. */
export function load(text: string, file = 'job.yaml'): LoadedJob {
  return loadJob(text, file, apiRules);
}

/** The job of a text that has no problems. */
export function jobOf(text: string, file = 'job.yaml'): Job {
  const loaded = load(text, file);
  if ('problems' in loaded) throw new Error(`unexpected problems: ${places(loaded.problems).join(', ')}`);
  return loaded.job;
}

/** The problems of a text, in their order; none for a good one. */
export function problemsOf(text: string, file = 'job.yaml'): readonly Problem[] {
  const loaded = load(text, file);
  return 'problems' in loaded ? loaded.problems : [];
}

/** Problems as `line:column: code`. */
export function places(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ line, column, code }) => `${line}:${column}: ${code}`);
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
