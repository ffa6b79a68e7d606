import type { Socket } from 'node:net';

import type { FaultCode } from '../../src/pollinations/verdicts.ts';

/** Which of the two endpoints a request came to. */
export type Endpoint = 'text' | 'image';

/** Answers one request with any bytes at any time; what is left undone when the socket closes is nobody's concern. */
export type Serve = (socket: Socket, endpoint: Endpoint) => void;

/** An answer that is none, and what the product must take it for. */
export interface HostileAnswer {
  /** Unique; letters, digits and hyphens, since it travels in prompts. */
  readonly name: string;
  readonly serve: Serve;
  /** Code of the fault that it is on each endpoint. */
  readonly codes: Readonly<Record<Endpoint, FaultCode>>;
  /** It ends with the deadline of the attempt, not before. */
  readonly isSlow?: true;
}

/** An answer that looks odd and is right. */
export interface OddAnswer {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly serve: Serve;
  /** What is stored of it: the start of a text, or the content type of a picture. */
  readonly gives: string;
  /** A part of the doubt that is kept with it. */
  readonly doubt?: string;
}

/** @param codes - of both endpoints, or of text and image */
export function hostile(
  name: string,
  codes: FaultCode | readonly [text: FaultCode, image: FaultCode],
  serve: Serve,
): HostileAnswer {
  const [text, image] = typeof codes === 'string' ? [codes, codes] : codes;
  return { name, serve, codes: { text, image } };
}

/** One that is over only when its deadline is. */
export function slow(name: string, serve: Serve): HostileAnswer {
  return { ...hostile(name, 'deadline', serve), isSlow: true };
}
