/** A complete answer, before anything decides how it travels. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  402: 'PAYMENT_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'UNPROCESSABLE_ENTITY',
  429: 'RATE_LIMITED',
  500: 'INTERNAL_ERROR',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
};

/** An answer of JSON. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** What an error envelope may bear beside its message. */
export interface EnvelopeExtras {
  /** Default: the usual code of the status. */
  readonly code?: string;
  readonly details?: unknown;
  readonly headers?: Record<string, string>;
}

/** The gateway's error envelope, the shape of most errors in every era. */
export function envelope(status: number, message: string, extras: EnvelopeExtras = {}): Answer {
  const error = {
    code: extras.code ?? codes[status] ?? 'UNKNOWN_ERROR',
    message,
    timestamp: new Date().toISOString(),
    ...(extras.details === undefined ? {} : { details: extras.details }),
  };
  return json(status, { success: false, status, error }, extras.headers);
}

/** The 400 of a request that fits no schema; each field is mapped to what is wrong with it. */
export function invalidRequest(fieldErrors: Readonly<Record<string, readonly string[]>>): Answer {
  const first = Object.entries(fieldErrors).map(([field, messages]) => `${field}: ${messages.join(', ')}`);
  return envelope(400, `Something was wrong with the input data. ${first.join('; ')}`, {
    details: { name: 'ValidationError', formErrors: [], fieldErrors },
  });
}

/** The 401 that a missing, unknown or revoked key gets, and in the older eras a good key that is too fast. */
export function unauthorized(): Answer {
  return envelope(401, 'Authentication required. Please provide an API key via Authorization header.');
}
