import { verdicts } from '../../src/pollinations/verdicts.ts';
import type { Leaf } from '../support/temporal-leaves.ts';

/** What the test's runs are made of, which may stand in Temporal. */
export interface KnownNames {
  readonly namespace: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Of jobs and their schedules. */
  readonly jobs: readonly string[];
  /** Of items and of their steps. */
  readonly items: readonly string[];
  readonly models: readonly string[];
  /** `name=value`. */
  readonly labels: readonly string[];
  readonly description: string;
  readonly reasons: readonly string[];
  /** Host and port. */
  readonly receiver: string;
  /** How ids begin that the API gives to requests. */
  readonly requestOfApi: string;
}

/** Where a text may stand, and how it must look; a row of the table in SECURITY.md bears its name. */
export interface Kind {
  readonly name: string;
  readonly fits: (leaf: Leaf) => boolean;
}

const remedies = Object.values(verdicts).map(({ remedy }) => remedy);
/** Remedies are told with the id of their run. */
const templates = remedies.map(
  (remedy) => new RegExp(`^(?:[a-z-]+(?: \\(\\d+\\))?: )?${escape(remedy).replaceAll('RUN', '\\S+')}$`),
);
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Everything that Temporal may keep in words. */
export function kindsOf(known: KnownNames): readonly Kind[] {
  const jobs = known.jobs.map(escape).join('|');
  const items = known.items.map(escape).join('|');
  const models = known.models.map(escape).join('|');
  const run = `(?:${jobs})(?:-[0-9a-f]{10})?(?:-[0-9TZ:-]+)?(?:-r\\d+)?`;
  const folder = `(?:emulated/)?${escape(known.prefix)}(?:/(?:${jobs})(?:/${run})?)?`;
  const kind = (name: string, place: RegExp, text: RegExp): Kind => ({
    name,
    fits: (leaf) => place.test(leaf.place) && new RegExp(`^(?:${text.source})$`, text.flags).test(leaf.text),
  });
  const words =
    /(?:state|status|code|kind|kinds|reason|event|key|type|onExceeded|lane|name|signalName|markerName|id|\.\*|PollenState:|lanes\.\*|notices\.\*|source|detail)$/i;
  return [
    // Before those of runs, which ours begin with.
    kind('ids of requests', /requestId$/, new RegExp(`${run}-\\d+-\\d+|${escape(known.requestOfApi)}\\d+`)),
    kind(
      'ids of runs, jobs, schedules, items and steps',
      /./,
      new RegExp(`(?:job/)?${run}(?:/page-\\d{5}|/notice-[a-z-]+)?|${items}`),
    ),
    kind(
      'prefix, folder and keys of the bucket',
      /./,
      new RegExp(
        `(?:s3://${escape(known.bucket)}/)?${folder}(?:/|/_[A-Z]+|/items/\\d{5}/\\d{7}-(?:${items})[\\w.-]*)?`,
      ),
    ),
    kind('digests', /digest|sha256/i, /[0-9a-f]{16}|[0-9a-f]{64}/),
    kind('amounts of Pollen', /./, /\d+(?:\.\d{1,8})?/),
    kind('times', /./, /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/),
    kind('models, lanes and kinds of calls', /./, new RegExp(`${models}|all|[ti]+|UTC`)),
    kind('codes, states and words of the program', words, /[a-zA-Z][a-zA-Z]*(?:[-_][a-z]+)*/),
    {
      name: 'what to do about a fault, in our words',
      fits: ({ place, text }) => /(?:remedy|message)$/.test(place) && templates.some((one) => one.test(text)),
    },
    kind('labels', /labels/i, new RegExp(known.labels.map(escape).join('|'))),
    kind(
      'summaries for the UI',
      /summary:$/,
      new RegExp(
        `tells that it is: \\w+|(?:${jobs}|Page \\d+): \\d+ items?|(?:${items})(?:\\.(?:${items}))? · (?:${models})`,
      ),
    ),
    {
      name: 'the description of a job, with its size, price and labels',
      fits: ({ place, text }) => place.endsWith('userMetadata.details:') && isDetails(text, known),
    },
    kind('reasons that people give', /(?:detail|reason)$/, new RegExp(known.reasons.map(escape).join('|'))),
    kind('hosts that are told', /\.host$/, new RegExp(escape(known.receiver))),
    kind(
      'processes and hosts',
      /identity$|worker$|taskQueue|normalName$/i,
      new RegExp(
        `\\d+@[\\w.-]+(?: [0-9a-f]{8}(?:-[0-9a-f]{32})?)?|temporal-scheduler-${escape(known.namespace)}-(?:${jobs})|history-service`,
      ),
    ),
    kind(
      'what the server and its libraries add',
      /./,
      new RegExp(
        `${uuid}(?:/request)?|request-from-\\w+|${escape(known.namespace)}|(?:unversioned:?)?(?:@temporalio/worker@[\\d.]+(?:\\+[0-9a-f]+)?)?|temporal-typescript|\\d+\\.\\d+\\.\\d+|pollen-batch(?:-lane-all)?`,
      ),
    ),
    kind('what the server and its libraries add', /conflictToken<bytes>$/, /[^]*/),
  ];
}

/** Line by line what the program writes, beside what the author has written. */
function isDetails(text: string, { description, labels, bucket }: KnownNames): boolean {
  const unescaped = text.replaceAll(/\\(.)/g, '$1');
  const lines = unescaped.split('\n').filter((line) => line !== '');
  const forms = [
    new RegExp(`^${escape(description)}$`),
    /^- \d+ items? for [\w, -]+$/,
    /^- at most [\d.]+ Pollen at the prices of \d{4}-\d\d-\d\d$/,
    new RegExp(`^- labels: (?:${labels.map(escape).join('|')})$`),
    /^- the API is emulated: nothing here is a real generation or a real cost$/,
    new RegExp(`^- results: \`s3://${escape(bucket)}/[\\w/.-]+\`$`),
    /^Started by its schedule: `pollen-batch schedule get [\w-]+`$/,
    /^On the command line:$/,
    /^- [a-z ,]+: `pollen-batch [\w -]+`(?:, (?:and go on: `pollen-batch [\w -]+`|or Request Cancellation above))?$/,
  ];
  return lines.every((line) => forms.some((form) => form.test(line)));
}

function escape(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
