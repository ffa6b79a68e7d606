import { isPublicAddress } from './address.ts';
import type { NoticeSettings } from './settings.ts';

/** What must be changed for a receiver to be told. */
export interface Refusal {
  /** Without a full stop, and without more of the address than its host. */
  readonly message: string;
  readonly remedy: string;
  /** Set where no other try may be made: a name would get another chance to turn into one that is allowed. */
  readonly isFinal?: true;
}

/**
 * Whether the operator's settings let a receiver be told, as far as its address says.
 *
 * @returns why not; `undefined` where they do
 */
export function refusalOf(url: string, settings: NoticeSettings): Refusal | undefined {
  // Checked with the job file, which others than its author may have written to the bucket.
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    return { message: 'the address is none of the web', remedy: 'Give an https: address.', isFinal: true };
  }
  const { protocol, hostname, host } = new URL(url);
  if (settings.hosts.length === 0) {
    return {
      message: 'no host may be told anything',
      remedy: 'Name those that may in POLLEN_BATCH_NOTIFY_HOSTS of the workers.',
    };
  }
  if (!settings.hosts.some((allowed) => isHost(hostname, allowed))) {
    return {
      message: `the host ${host} is not among those that may be told`,
      remedy: 'Add it to POLLEN_BATCH_NOTIFY_HOSTS of the workers.',
    };
  }
  if (settings.secrets.length === 0) {
    return {
      message: 'there is no secret to sign with',
      remedy: 'Set POLLEN_BATCH_NOTIFY_SECRET or POLLEN_BATCH_NOTIFY_SECRET_FILE of the workers.',
    };
  }
  if (settings.allowPrivate) return undefined;
  if (protocol !== 'https:') {
    return {
      message: `what is told to ${host} could be read on its way`,
      remedy: `Use an https: address, or ${optIn}.`,
    };
  }
  // A name is judged by what it resolves to, when it is connected to.
  const address = literal(hostname);
  return address === undefined || isPublicAddress(address) ? undefined : privateAddress(host);
}

/** A receiver that stands in a private network. */
export function privateAddress(host: string): Refusal {
  return {
    message: `the host ${host} has a private address`,
    remedy: `Name a public one, or ${optIn}.`,
    isFinal: true,
  };
}

const optIn = 'set POLLEN_BATCH_NOTIFY_PRIVATE=true for the workers';

function isHost(hostname: string, allowed: string): boolean {
  const name = withoutDot(hostname);
  return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed;
}

// `example.com.` is the same host.
function withoutDot(hostname: string): string {
  return hostname.replace(/\.$/, '');
}

function literal(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return /^[\d.]+$/.test(hostname) ? withoutDot(hostname) : undefined;
}
