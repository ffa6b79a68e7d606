import type { AnswerHeaders } from './answer-headers.ts';

const LONGEST_MS = 300_000;

// The three forms of RFC 9110 §5.6.7; anything laxer would let `Date.parse` guess at garbage.
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * Reads how long an answer asks to wait, in milliseconds clamped to 0..300,000; `undefined` when it asks for
 * nothing that can be understood.
 *
 * A date is taken against the answer's own `Date`, as the two clocks need not agree.
 *
 * @param bodySeconds what the body says, for answers without the header.
 */
export function retryAfterOf(headers: AnswerHeaders, bodySeconds: number | undefined): number | undefined {
  const milliseconds = readHeader(headers) ?? (bodySeconds === undefined ? undefined : bodySeconds * 1000);
  if (milliseconds === undefined || Number.isNaN(milliseconds)) return undefined;
  return Math.ceil(Math.min(Math.max(milliseconds, 0), LONGEST_MS));
}

function readHeader(headers: AnswerHeaders): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  if (!HTTP_DATE.test(value)) return undefined;
  const serverNow = Date.parse(headers.get('date') ?? '');
  return Date.parse(value) - (Number.isNaN(serverNow) ? Date.now() : serverNow);
}
