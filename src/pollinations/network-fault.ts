import type { FaultCode } from './verdicts.ts';

export interface NetworkFault {
  readonly code: Extract<FaultCode, 'unreachable' | 'reset' | 'truncated'>;
  readonly message: string;
  /** Whether the request was or may have been sent. */
  readonly lost: boolean;
}

/** System and client codes that mean that no connection was made, so nothing was sent. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Certificate errors end the handshake, before the request. */
const HANDSHAKE =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH$)/;

// A proxy that opens no way (407: it wants another password) has passed nothing on.
const NO_TUNNEL = /^Proxy response \(\d+\)/;

/** Names what went wrong before there was an answer; the first cause tells most. */
export function networkFault(error: unknown): NetworkFault {
  const cause = rootCause(error);
  const message = describe(cause);
  const code = property(cause, 'code');
  const neverConnected =
    NEVER_CONNECTED.has(code) || HANDSHAKE.test(code) || property(cause, 'syscall') === 'connect';
  if (neverConnected || NO_TUNNEL.test(property(cause, 'message'))) {
    return { code: 'unreachable', message, lost: false };
  }
  return { code: 'reset', message, lost: true };
}

/** Names what broke the body off: the answer had begun, so it was generated. */
export function bodyFault(error: unknown): NetworkFault {
  return { code: 'truncated', message: `the answer broke off: ${describe(rootCause(error))}`, lost: true };
}

function rootCause(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (!(current instanceof Error) || current.cause === undefined) return current;
    current = current.cause;
  }
  return current;
}

function describe(error: unknown): string {
  const code = property(error, 'code');
  const message = property(error, 'message');
  // An error over several addresses has no message of its own.
  if (message === '') return code === '' ? String(error) : code;
  return code === '' || message.includes(code) ? message : `${code}: ${message}`;
}

function property(error: unknown, name: 'code' | 'message' | 'syscall'): string {
  const value = (error as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}
