import type { LaneSettings } from '../lanes/lanes.ts';
import { createCommand, type WrongAttributes } from '../temporal/search-attributes.ts';
import { explainStatus, noNamespace, statusCodes, type TemporalFailure } from '../temporal/failure.ts';
import { checksOf, type Check } from './check.ts';
import {
  clusterChecks,
  fairnessCheck,
  leaversCheck,
  retentionCheck,
  sizeText,
  type ClusterFacts,
  type NamespaceFacts,
} from './cluster-checks.ts';
import { LOOK, queueChecks, untold, type Answer, type QueueFacts } from './queue-checks.ts';

export type TemporalFacts =
  | {
      readonly kind: 'reached';
      readonly address: string;
      readonly version: string;
      readonly namespace: string;
      readonly told: Answer<NamespaceFacts>;
      /** What is wrong with the search attributes; not asked in a namespace that is not there. */
      readonly attributes?: Answer<WrongAttributes>;
      /** Not asked in a namespace that is not there. */
      readonly cluster?: ClusterFacts;
      readonly queues: readonly QueueFacts[];
      /** Whether the server is the local stack's, whose settings are known. */
      readonly isLocal: boolean;
      /** Set where what is said to it can be read on its way. */
      readonly inTheOpen?: TemporalFailure;
    }
  | { readonly kind: 'unreachable'; readonly failure: TemporalFailure }
  | { readonly kind: 'not-asked'; readonly why: string };

const { ok, warning, failed, skipped } = checksOf('Temporal');

/** Judges Temporal, and whether workers work. */
export function temporalChecks(facts: TemporalFacts, lanes: readonly LaneSettings[]): readonly Check[] {
  if (facts.kind === 'not-asked') return [skipped('server', facts.why)];
  if (facts.kind === 'unreachable') {
    const { found, remedy } = facts.failure;
    return [failed('server', found, remedy), ...unasked('namespace', 'the server cannot be used')];
  }
  const { address, version, namespace, told } = facts;
  const size = facts.cluster === undefined ? '' : sizeText(facts.cluster);
  const answers = `${address}, version ${version}${size}`;
  const server =
    facts.inTheOpen === undefined
      ? ok('server', answers)
      : warning('server', `${answers}; ${facts.inTheOpen.found}`, facts.inTheOpen.remedy);
  if ('code' in told && told.code !== statusCodes.unimplemented) {
    const { found, remedy } = namespaceFailure(address, namespace, told);
    return [server, failed('namespace', found, remedy), ...unasked('search attributes', found)];
  }
  return [
    server,
    'fact' in told
      ? retentionCheck(namespace, told.fact.retentionDays)
      : skipped('namespace', `${namespace}; more is not told (${told.reason})`),
    attributesCheck(namespace, facts.attributes),
    ...(facts.cluster === undefined ? [] : clusterChecks(facts.cluster)),
    ...queueChecks(facts.queues, lanes, facts.isLocal),
    ...('fact' in told ? [leaversCheck(told.fact.endsPolls)] : []),
    fairnessCheck(facts.isLocal),
  ];
}

function namespaceFailure(
  address: string,
  namespace: string,
  answer: { readonly code: number; readonly reason: string },
): TemporalFailure {
  switch (answer.code) {
    case statusCodes.notFound:
      return noNamespace(namespace);
    case statusCodes.permissionDenied:
    case statusCodes.unauthenticated:
      return explainStatus(address, answer);
    default:
      return { found: `${namespace} cannot be looked at (${answer.reason})`, remedy: LOOK };
  }
}

/** What is not asked of a server, from the first of these on. */
function unasked(first: 'namespace' | 'search attributes', why: string): readonly Check[] {
  const names = ['namespace', 'search attributes', 'workers', 'rates'];
  return names.slice(names.indexOf(first)).map((name) => skipped(name, why));
}

function attributesCheck(namespace: string, attributes: Answer<WrongAttributes> | undefined): Check {
  const name = 'search attributes';
  if (attributes === undefined) return skipped(name, 'not asked');
  if ('code' in attributes) return untold(name, attributes);
  const { missing, mistyped } = attributes.fact;
  if (mistyped.length > 0) {
    return failed(
      name,
      `${mistyped.join(', ')} in ${namespace} have another type than they need`,
      `Remove them (temporal operator search-attribute remove --namespace ${namespace}${mistyped.map((each) => ` --name ${each}`).join('')}), then run: ${createCommand(namespace, [...mistyped, ...missing])}`,
    );
  }
  if (missing.length === 0) return ok(name, 'all five are there');
  return warning(
    name,
    `${namespace} lacks ${missing.join(', ')}: runs cannot be found by job or state`,
    `Run this, then restart the workers: ${createCommand(namespace, missing)}`,
  );
}
