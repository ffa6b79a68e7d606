import { PollenBatchError } from '../errors.ts';
import { scrubKnown } from '../settings/known-secrets.ts';
import type { Knock } from './knock.ts';

/** Why a server of Temporal cannot be used. */
export interface TemporalFailure {
  readonly found: string;
  readonly remedy: string;
}

/** Numbers of gRPC's status codes. */
export const statusCodes = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const TRY_AGAIN =
  'Try it again. If it stays so, `pollen-batch doctor` tells which part of Temporal does not answer.';

/** Says why a server cannot be used, from what it said to a knock and to a call. */
export function explainTemporal(address: string, answer: Knock, error: unknown): TemporalFailure {
  switch (answer.kind) {
    case 'closed':
      return {
        found: `nothing answers at ${address} (${answer.reason})`,
        remedy:
          'Start a local stack with `pollen-batch dev`, or point TEMPORAL_ADDRESS (or temporal.toml) to a running server.',
      };
    case 'no-tls':
      return {
        found: `${address} speaks no TLS, and TLS is configured`,
        remedy:
          'Set TEMPORAL_TLS=false, or correct TEMPORAL_ADDRESS; an API key and certificates switch TLS on.',
      };
    case 'wants-tls':
      return {
        found: `${address} wants TLS, and none is configured`,
        remedy:
          'Set TEMPORAL_TLS=true (or a [profile.NAME.tls] table in temporal.toml), and TEMPORAL_TLS_SERVER_CA_CERT_PATH for an authority of your own.',
      };
    case 'untrusted':
      return {
        found: `the certificate of ${address} is not trusted (${answer.reason})`,
        remedy:
          'Set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the authority that issued it, and TEMPORAL_TLS_SERVER_NAME where it has another name.',
      };
    case 'wants-client':
      return {
        found: `${address} refuses the TLS client certificate, or the lack of one (${answer.reason})`,
        remedy: 'Set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to a pair it knows.',
      };
    case 'open':
      return explainStatus(address, statusOf(error));
  }
}

/** Says why a server cannot be used, from the status that ended a call. */
export function explainStatus(address: string, { code, reason }: Status): TemporalFailure {
  if (code === statusCodes.unauthenticated) {
    return {
      found: `${address} takes nobody without a valid API key (${reason})`,
      remedy: 'Set TEMPORAL_API_KEY, or api_key in temporal.toml, to a valid key.',
    };
  }
  if (code === statusCodes.permissionDenied) {
    return {
      found: `${address} does not permit it (${reason})`,
      remedy:
        'Check that TEMPORAL_API_KEY or the client certificate may use the namespace in TEMPORAL_NAMESPACE.',
    };
  }
  return {
    found: `${address} does not answer as Temporal does (${reason})`,
    remedy: 'Check that TEMPORAL_ADDRESS names the gRPC port of Temporal (7233 by default), and its log.',
  };
}

/** Says that a server has no such namespace. */
export function noNamespace(namespace: string): TemporalFailure {
  return {
    found: `there is no namespace ${namespace}`,
    remedy: `Correct TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
  };
}

export interface Status {
  readonly code?: number;
  readonly reason: string;
}

/** Number and words of a gRPC error, wherever the clients have put it, without secrets: a server may repeat what it was sent. */
export function statusOf(error: unknown): Status {
  const { code, reason } = toldBy(error);
  return { ...(code === undefined ? {} : { code }), reason: scrubKnown(reason) };
}

function toldBy(error: unknown): Status {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code, details } = at as { readonly code?: unknown; readonly details?: unknown };
    if (typeof code === 'number') return { code, reason: typeof details === 'string' ? details : at.message };
    // The worker's client has the number's meaning in its message alone.
    if (/valid authentication credentials/.test(at.message))
      return { code: statusCodes.unauthenticated, reason: at.message };
    if (/caller does not have permission/.test(at.message))
      return { code: statusCodes.permissionDenied, reason: at.message };
  }
  return { reason: error instanceof Error ? error.message : String(error) };
}

/**
 * The error of a call that Temporal has refused or not answered, where a fault is one: a part of a cluster may be away
 * while the rest goes on.
 */
export function temporalFault(error: unknown): PollenBatchError | undefined {
  // By its name: the class is of a library that loads for half a second, which not everybody here needs.
  if (error instanceof Error && error.name === 'NamespaceNotFoundError' && 'namespace' in error) {
    return temporalUnreachable(noNamespace(String(error.namespace)), error);
  }
  const status = statusOf(error);
  switch (status.code) {
    case statusCodes.unauthenticated:
    case statusCodes.permissionDenied:
      return temporalUnreachable(explainStatus('Temporal', status), error);
    case statusCodes.deadlineExceeded:
    case statusCodes.resourceExhausted:
    case statusCodes.unavailable: {
      const isLate = status.code === statusCodes.deadlineExceeded;
      const found = `it has not answered${isLate ? ' in time' : ` (${status.reason})`}`;
      return temporalUnreachable({ found, remedy: TRY_AGAIN }, error);
    }
    case undefined:
    default:
      return undefined;
  }
}

/** The error of a server that cannot be used. */
export function temporalUnreachable(failure: TemporalFailure, cause: unknown): PollenBatchError {
  return new PollenBatchError('temporal-unreachable', `Temporal cannot be used: ${failure.found}`, {
    remedy: failure.remedy,
    cause,
  });
}
