import { parseArgs } from 'node:util';
import type { Benchmark } from './support/benchmark.ts';

const benchmarks: Readonly<Record<string, { readonly about: string; load(): Promise<Benchmark> }>> = {
  overhead: {
    about: 'the same calls as a bare fetch loop and as a run: wall time, items a second, CPU by part',
    load: async () => (await import('./overhead.ts')).overhead,
  },
  scale: {
    about: 'many items in one run: nothing lost, memory, histories, payloads, speed',
    load: async () => (await import('./scale.ts')).scale,
  },
  'first-result': {
    about: "how soon a run of 10 and of 100,000 items has its first record, beside a bare loop's first PUT",
    load: async () => (await import('./first-result.ts')).firstResult,
  },
  kills: {
    about: 'faults and SIGKILLs of worker and Temporal: every item once, its bytes and the bill exact',
    load: async () => (await import('./kills.ts')).kills,
  },
  budget: {
    about: 'the same faults and SIGKILLs with 30 % of the money: never more than that, and true to the meter',
    load: async () => (await import('./budget.ts')).budget,
  },
  credit: {
    about:
      'no credit from the middle of a run on: calls after the first refusal, wake-up, every item once, exact bill',
    load: async () => (await import('./credit.ts')).credit,
  },
  control: {
    about: 'suspend, resume and set by commands: seconds until the API sees it, exact bill',
    load: async () => (await import('./control.ts')).control,
  },
  limits: {
    about: "how much of an account's rate limit two workers use, known or hidden, beside a bare loop",
    load: async () => (await import('./limits.ts')).limits,
  },
  slots: {
    about: 'how much of its places a run uses where no limit holds it up',
    load: async () => (await import('./slots.ts')).slots,
  },
  fair: {
    about: 'the time of a small job while a big one has the same lane',
    load: async () => (await import('./fair.ts')).fair,
  },
  manifest: {
    about: 'a job file of many items: items a second, beside a bare YAML parse of the same text',
    load: async () => (await import('./manifest.ts')).manifest,
  },
  plan: {
    about: 'a job of many rows or combinations: checking, planning, submitting, time and memory',
    load: async () => (await import('./plan.ts')).plan,
  },
  list: {
    about:
      'list and get over 1,000 runs, beside the start of the program and a bare client with the same question',
    load: async () => (await import('./list.ts')).list,
  },
  results: {
    about: 'results of 100,000 items in each form: time and memory, beside a bare loop over the same objects',
    load: async () => (await import('./results.ts')).results,
  },
  gallery: {
    about:
      'how soon a gallery shows its first cards and filters them, beside a page that only parses the same JSON',
    load: async () => (await import('./gallery.ts')).gallery,
  },
  start: {
    about: 'the start of the compiled program, beside a Node that does nothing',
    load: async () => (await import('./start.ts')).start,
  },
};

// Said at the start of every process; which Node is supported is the product's own matter.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    items: { type: 'string' },
    repeats: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const benchmark = benchmarks[positionals[0] ?? ''];
if (benchmark === undefined) {
  console.log('npm run bench -- NAME [--items N] [--repeats N] [--seed N] [--only SCENARIO] [--json]');
  for (const [name, { about }] of Object.entries(benchmarks)) console.log(`  ${name.padEnd(14)}${about}`);
  process.exitCode = positionals.length === 0 ? 0 : 2;
} else {
  const measure = await benchmark.load();
  const result = await measure({
    ...(values.items === undefined ? {} : { items: Number(values.items) }),
    ...(values.repeats === undefined ? {} : { repeats: Number(values.repeats) }),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.only === undefined ? {} : { only: values.only }),
    say: (sentence) => console.error(sentence),
  });
  console.log(
    values.json ? JSON.stringify({ figures: result.figures, missed: result.missed }, null, 2) : result.text,
  );
  for (const bar of result.missed) console.error(`missed: ${bar}`);
  process.exitCode = result.missed.length === 0 ? 0 : 1;
}
