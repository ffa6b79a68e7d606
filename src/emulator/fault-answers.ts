import { type Answer, envelope, json, unauthorized } from './answers.ts';
import type { FaultName } from './faults.ts';
import { encodeJpeg } from './jpeg.ts';
import { paint } from './picture.ts';

const htmlPage = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center><hr><center>cloudflare</center></body></html>\n`;

const plain = (status: number, type: string, body: string): Answer => ({
  status,
  headers: { 'content-type': type },
  body,
});

const providerError = {
  error: 'Internal Server Error',
  message: 'Provider failed to answer',
  requestId: 'pllns_provider',
  details: {
    error: { message: 'upstream connect error', type: 'server_error', code: null },
    provider: 'azure',
  },
};

function balanceNotice(): Answer {
  const content = "Your account doesn't have enough credits for this request. Please top up your balance.";
  return json(
    200,
    {
      id: 'pllns_balance_notice',
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: 'balance-notice',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    },
    { 'cache-control': 'private, no-store' },
  );
}

let placeholderBytes: Uint8Array<ArrayBuffer> | undefined;

// The same bytes for everyone, as the legacy host sent while it throttled.
function placeholder(): Answer {
  placeholderBytes ??= encodeJpeg(paint('00000000', 512, 512), 'placeholder');
  return { status: 200, headers: { 'content-type': 'image/jpeg' }, body: placeholderBytes };
}

const tooMany = 'Too many requests. Please slow down.';

const faultAnswers: Readonly<Partial<Record<FaultName, () => Answer>>> = {
  '400': () => envelope(400, 'Provider refused the request: invalid parameter.'),
  '401': unauthorized,
  '402-balance': () =>
    envelope(402, 'Insufficient balance. This call costs about 0.01, available 0.0000.', {
      code: 'INSUFFICIENT_BALANCE',
    }),
  '402-budget': () =>
    envelope(402, 'The pollen budget of this API key is exhausted.', { code: 'KEY_BUDGET_EXHAUSTED' }),
  '403': () => envelope(403, 'This API key may not use the requested model.'),
  '403-balance': () => envelope(403, 'Your pollen balance is too low to use this model.'),
  '422': () =>
    envelope(422, 'The prompt was refused by the content policy.', { code: 'content_policy_violation' }),
  '429': () => envelope(429, tooMany),
  '429-retry-after': () => envelope(429, tooMany, { headers: { 'retry-after': '1' } }),
  '500': () => envelope(500, 'An internal error occurred.'),
  '500-flat': () => json(500, providerError),
  '500-nested': () => envelope(500, JSON.stringify(providerError)),
  '502': () => plain(502, 'text/html', htmlPage('502 Bad Gateway')),
  '503': () => plain(503, 'text/plain', 'Generation coordination temporarily unavailable'),
  '524': () => plain(524, 'text/plain; charset=UTF-8', 'error code: 524'),
  'wrong-type': () => plain(200, 'text/html', htmlPage('Just a moment...')),
  empty: () => plain(200, 'application/octet-stream', ''),
  'json-image': () => json(200, { error: 'Internal Server Error', message: 'No servers available' }),
  placeholder,
  'balance-notice': balanceNotice,
};

/** What a fault answers in place of the result; nothing for the faults that break the connection instead. */
export function faultAnswer(fault: FaultName): Answer | undefined {
  return faultAnswers[fault]?.();
}
