import { explainStore, ignoresConditions, isStranger } from '../storage/probe.ts';
import { classifyStoreError } from '../storage/store-error.ts';
import { checksOf, type Check } from './check.ts';

/** What became of one step at the store. */
export type StepFacts<Seen> = { readonly seen: Seen } | { readonly error: unknown };

export type StoreFacts =
  | {
      readonly kind: 'asked';
      readonly server: string;
      readonly bucket: string;
      readonly put: StepFacts<true>;
      /** Not tried after a put that failed. Seen: whether the second put was refused. */
      readonly conditional?: StepFacts<boolean>;
      readonly get?: StepFacts<boolean>;
      readonly list?: StepFacts<boolean>;
    }
  | { readonly kind: 'not-asked'; readonly why: string };

const names = ['server', 'bucket', 'put', 'conditional put', 'get', 'list'] as const;

const { ok, failed, skipped } = checksOf('Store');

/** Judges the store. */
export function storeChecks(facts: StoreFacts): readonly Check[] {
  if (facts.kind === 'not-asked') return [skipped('server', facts.why)];
  const { server, bucket, put } = facts;
  if ('error' in put) return brokenChecks(facts, put.error);
  return [
    ok('server', server),
    ok('bucket', bucket),
    ok('put', 'allowed'),
    conditionalCheck(facts),
    readCheck('get', 's3:GetObject', facts, facts.get),
    readCheck('list', 's3:ListBucket', facts, facts.list),
  ];
}

type Asked = Extract<StoreFacts, { kind: 'asked' }>;

// What the first put met says how far the way goes.
function brokenChecks(facts: Asked, error: unknown): readonly Check[] {
  const { server, bucket } = facts;
  const why = explainStore(error, facts);
  const kind = classifyStoreError(error);
  if (kind === 'store-missing') {
    return checksUpTo('bucket', server, [
      failed(
        'bucket',
        `there is no bucket ${bucket} at ${server}`,
        `A worker makes it at its start, where it may, a local stack's within seconds. Else create it (aws s3 mb s3://${bucket}), or correct S3_BUCKET.`,
      ),
    ]);
  }
  const isServer = kind === 'store-unavailable' || isStranger(error);
  const name = isServer ? 'server' : kind === 'store-rejected' ? 'bucket' : 'put';
  const found = [why.message, ...why.details].join(' ');
  return checksUpTo(name, server, [failed(name, found, why.remedy ?? '')]);
}

function checksUpTo(name: (typeof names)[number], server: string, found: readonly Check[]): readonly Check[] {
  const at = names.indexOf(name);
  return [
    ...names.slice(0, at).map((each) => ok(each, each === 'server' ? server : 'there')),
    ...found,
    ...names.slice(at + 1).map((each) => skipped(each, `not tried: ${name} failed`)),
  ];
}

function conditionalCheck({ server, conditional, get }: Asked): Check {
  const name = 'conditional put';
  if (conditional === undefined) return skipped(name, 'not tried');
  if ('seen' in conditional) {
    if (conditional.seen) return ok(name, 'refused where an object is, as it must be');
    const { message, remedy = '' } = ignoresConditions({ server });
    return failed(name, message, remedy);
  }
  // What is there is read to compare it.
  if (get !== undefined && 'error' in get) return skipped(name, 'not to be told without the right to read');
  const { message, remedy = '' } = explainStore(conditional.error, { server, bucket: '' });
  return failed(name, message, remedy);
}

function readCheck(
  name: 'get' | 'list',
  right: string,
  facts: Asked,
  step: StepFacts<boolean> | undefined,
): Check {
  if (step === undefined) return skipped(name, 'not tried');
  if ('seen' in step) {
    if (step.seen) return ok(name, 'allowed');
    return failed(
      name,
      'does not show what was stored',
      'Use a store whose reads and lists see every completed write.',
    );
  }
  if (classifyStoreError(step.error) === 'store-forbidden') {
    return failed(name, `the credentials may not ${name} in ${facts.bucket}`, `Grant them ${right} on it.`);
  }
  const { message, remedy = '' } = explainStore(step.error, facts);
  return failed(name, message, remedy);
}
