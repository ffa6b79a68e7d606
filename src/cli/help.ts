import { exitCodes } from '../commands/exit-codes.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  succeeded: 'all items succeeded, or the command did what it was asked to',
  internal:
    'a server does not answer, a run failed or was lost, `wait` ran out of time, or a fault of the program',
  usage: 'wrong command line, job file or setting, no such run, or refused: nothing was started or changed',
  finishedWithFailures: 'the run has finished, and some items failed',
  paused: 'the run is paused: get, resume, approve, set, and all with --no-wait-paused',
  expired: 'the deadline of the run came before its end',
  stopped: 'the run was stopped',
  disagrees: 'verify has found what does not agree',
  interrupted: 'interrupted by Ctrl-C; dev, worker and emulator end by it with 0',
};

/** End of the main help. */
export const mainHelp = `
Examples:
  $ pollen-batch run jobs/quickstart.yaml        everything on this machine, no key needed
  $ pollen-batch validate jobs/*.yaml            check job files, start nothing
  $ pollen-batch plan job.yaml                   what it would call, cost and change
  $ POLLINATIONS_API_KEY=sk_… pollen-batch run job.yaml
  $ pollen-batch dev                             a local stack that stays, for submit, list, get, watch

Exit codes:
${exitCodeLines().join('\n')}

Settings come from the environment, a .env file and pollen-batch.yaml in the working directory, in this order; the
README lists them.`;

/** Examples at the end of a command's help. */
export const examples = {
  run: [
    'pollen-batch run job.yaml --out results',
    'pollen-batch run job.yaml --new              another run of the same job',
    'pollen-batch run job.yaml --first 3          try it out',
    'pollen-batch run job.yaml --max-cost 0.5     refused where it may cost more, and its budget',
    'cat job.yaml | pollen-batch run - -o json',
  ],
  init: [
    'pollen-batch init my-job.yaml',
    'pollen-batch init --list',
    'pollen-batch init --example catalogue',
  ],
  validate: [
    'pollen-batch validate jobs/*.yaml',
    'pollen-batch validate -o json job.yaml',
    'pollen-batch validate --format github jobs/*.yaml',
  ],
  schema: ['pollen-batch schema > job.schema.json', 'pollen-batch schema --report > report.schema.json'],
  plan: [
    'pollen-batch plan job.yaml --show 3',
    'pollen-batch plan job.yaml --reuse -o json | jq .estimate',
    'pollen-batch plan --format github job.yaml',
  ],
  submit: [
    'pollen-batch submit job.yaml --watch',
    'run=$(pollen-batch submit job.yaml)',
    'pollen-batch submit requests.jsonl --model openai    lines of OpenAI Batch, asked of another model',
  ],
  watch: ['pollen-batch watch quickstart-067f128d53'],
  list: [
    'pollen-batch list --state running paused --label team=shop',
    'pollen-batch list --job nightly --since 7d -o wide',
    'pollen-batch list -n 1 -o name               the id of the youngest run',
  ],
  diff: [
    'pollen-batch diff nightly-20261126T060000Z nightly-20261127T060000Z',
    "pollen-batch diff quickstart-067f128d53 @latest -o json | jq '.changed[].id'",
  ],
  delete: [
    'pollen-batch delete quickstart-067f128d53',
    'pollen-batch delete quickstart-067f128d53 --yes -o json',
  ],
  gc: [
    'pollen-batch gc --older-than 30d --keep-bills',
    'pollen-batch gc --older-than 30d --keep-bills --yes',
    'pollen-batch gc --older-than 1w --job nightly -o json | jq .bytes',
  ],
  completion: [
    'source <(pollen-batch completion bash)        in ~/.bashrc',
    'source <(pollen-batch completion zsh)         in ~/.zshrc, after compinit',
  ],
  wait: [
    'pollen-batch wait @latest --exit-status && pollen-batch results @latest',
    'pollen-batch wait quickstart-067f128d53 --timeout 10m --no-wait-paused',
  ],
  get: ['pollen-batch get quickstart-067f128d53', 'pollen-batch get -o json quickstart-067f128d53'],
  explain: [
    'pollen-batch explain quickstart-067f128d53 haiku-1',
    "pollen-batch explain -o json quickstart-067f128d53 12 | jq '.calls[].attempts'",
  ],
  logs: [
    'pollen-batch logs @latest -f',
    'pollen-batch logs quickstart-067f128d53 --failed',
    'pollen-batch logs quickstart-067f128d53 --since 10m --tail 100',
    'pollen-batch logs quickstart-067f128d53 -o json | jq .kind',
  ],
  suspend: ['pollen-batch suspend quickstart-067f128d53 --reason "prices are being checked"'],
  resume: [
    'pollen-batch resume quickstart-067f128d53',
    'pollen-batch resume quickstart-067f128d53 --from-store --watch',
  ],
  stop: ['pollen-batch stop quickstart-067f128d53 --reason "wrong prompts"'],
  terminate: ['pollen-batch terminate quickstart-067f128d53 --reason "the model hangs"'],
  approve: ['pollen-batch approve quickstart-067f128d53 --reason "looked at all ten"'],
  bill: [
    'pollen-batch bill quickstart-067f128d53',
    'pollen-batch bill quickstart-067f128d53 --items -o csv > bill.csv',
    'pollen-batch bill --by day --since 7d',
    'pollen-batch bill --by model --job quickstart -o json',
  ],
  reconcile: ['pollen-batch reconcile quickstart-067f128d53'],
  retry: [
    'pollen-batch retry quickstart-067f128d53 --watch --reason "the provider is back"',
    'pollen-batch retry quickstart-067f128d53 --new-seed    other seeds where the same ones get the same bad answer',
  ],
  set: [
    'pollen-batch set quickstart-067f128d53 --budget +5',
    'pollen-batch set quickstart-067f128d53 --budget 10 --reason "asked for by the shop"',
    'pollen-batch set quickstart-067f128d53 --concurrency 4 --priority low --deadline 2h',
  ],
  schedule: [
    'pollen-batch schedule apply nightly.yaml',
    'pollen-batch schedule next nightly --count 10',
    'pollen-batch schedule backfill nightly --from 2026-10-01 --to 2026-10-30',
    'pollen-batch schedule pause nightly --reason "the key is being changed"',
  ],
  models: ['pollen-batch models --kind image', 'pollen-batch models -o json'],
  lanes: ['pollen-batch lanes', "pollen-batch lanes -o json | jq '.[].why'"],
  doctor: ['pollen-batch doctor', 'pollen-batch doctor -o json | jq \'.[] | select(.state == "failed")\''],
  results: [
    'pollen-batch results quickstart-067f128d53 --out results',
    'cd "$(pollen-batch results quickstart-067f128d53)"',
    'pollen-batch results @latest --format parquet --out results.parquet',
    'pollen-batch results @latest --format csv --select failed --out - > failed.csv',
    'pollen-batch results requests-1b5f7979d2 --format openai-batch --out - | jq .custom_id',
    'pollen-batch results @latest --dataset --select succeeded',
    'pollen-batch results @latest --to s3://archive/2026',
  ],
  open: ['pollen-batch open @latest', 'pollen-batch open quickstart-067f128d53 --port 8080 --no-browser'],
  verify: [
    'pollen-batch verify quickstart-067f128d53',
    'pollen-batch verify quickstart-067f128d53 --meter',
    "pollen-batch verify -o json quickstart-067f128d53 | jq '.findings[].object'",
  ],
  emulator: ['pollen-batch emulator --port 8787 --latency 0'],
  dev: ['pollen-batch dev', 'pollen-batch dev --anonymous'],
} as const;

/** Examples as a block of help. */
export function exampleText(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

function exitCodeLines(): readonly string[] {
  return Object.entries(exitCodes).map(
    ([name, code]) => `  ${String(code).padEnd(5)}${meanings[name as keyof typeof exitCodes]}`,
  );
}
