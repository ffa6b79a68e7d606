import type { NoticeSecret } from './secret.ts';

/** What the operator allows to be told, and with which secrets it is signed. */
export interface NoticeSettings {
  /** The current one first. Without any, nothing is sent. */
  readonly secrets: readonly NoticeSecret[];
  /** Hosts that may be told: names, and `*.example.com` for all below one. Without any, nothing is sent. */
  readonly hosts: readonly string[];
  /** Whether addresses of private networks, and plain `http:`, are allowed too. */
  readonly allowPrivate: boolean;
}
