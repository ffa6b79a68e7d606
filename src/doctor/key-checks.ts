import { formatAmount, parseAmount } from '../pollen/amount.ts';
import type { BalanceAnswer } from '../pollinations/fetch-balance.ts';
import { checksOf, type Check } from './check.ts';

export interface KeyFacts {
  readonly kind:
    | 'secret'
    | 'publishable'
    | 'unknown'
    | 'anonymous'
    | 'emulator'
    | 'elsewhere'
    | 'none'
    | 'wrong';
  /** The file that the key came from, with the permission bits of it and of its folder; none where there are no such. */
  readonly file?: {
    readonly path: string;
    readonly mode: number | undefined;
    readonly folderMode: number | undefined;
  };
  readonly balance: BalanceFacts;
}

/** What the API said about the key's balance, or why it was not asked. */
export type BalanceFacts = BalanceAnswer | { readonly kind: 'not-asked'; readonly why: string };

const { ok, warning, failed, skipped } = checksOf('Key');

/** Judges the key, without ever seeing it. */
export function keyChecks({ kind, file, balance }: KeyFacts): readonly Check[] {
  return [kindCheck(kind), ...fileChecks(file), acceptedCheck(balance), ...balanceChecks(balance)];
}

function kindCheck(kind: KeyFacts['kind']): Check {
  switch (kind) {
    case 'secret':
      return ok('kind', 'a secret key, made for servers and batches');
    case 'publishable':
      return warning(
        'kind',
        'a publishable key: it works, and is limited to some Pollen an hour',
        'Take a secret key (sk_…) for batches, from https://enter.pollinations.ai.',
      );
    case 'unknown':
      return warning(
        'kind',
        'a key of unknown form: it starts neither with sk_ nor with pk_',
        'Copy the key again, whole, from https://enter.pollinations.ai.',
      );
    case 'anonymous':
      return ok('kind', 'none, as wanted: only models that cost nothing answer');
    case 'emulator':
      return ok('kind', 'none needed: the emulator of the local stack is called');
    case 'elsewhere':
      return ok('kind', 'none here: the workers of the servers call the API, each with its own');
    case 'none':
      return warning(
        'kind',
        'no key: only models that cost nothing answer, where the API has such',
        'Set POLLINATIONS_API_KEY, or POLLINATIONS_API_KEY_FILE to a file that holds it alone.',
      );
    case 'wrong':
      return skipped('kind', 'the key cannot be read; see Settings');
  }
}

function fileChecks(file: KeyFacts['file']): readonly Check[] {
  if (file?.mode === undefined) return [];
  const { path, mode, folderMode } = file;
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  if ((mode & 0o077) === 0) return [ok('file', `${path}, for its owner alone`)];
  // Compose puts it there with the rights it has on the host, for the containers alone that are given it.
  if (path.startsWith('/run/secrets/')) return [ok('file', `${path}, a secret of this container`)];
  if (folderMode !== undefined && (folderMode & 0o077) === 0) {
    return [ok('file', `${path}, in a folder for its owner alone`)];
  }
  return [warning('file', `${path} can be read by others (${rights})`, `Run: chmod 600 ${path}`)];
}

function acceptedCheck(balance: BalanceFacts): Check {
  switch (balance.kind) {
    case 'balance':
    case 'not-permitted':
      return ok('accepted', 'yes');
    case 'refused':
      return balance.emulated
        ? failed(
            'accepted',
            'the emulator does not know this key',
            'Stop the local stack and start it again with the key set, to call Pollinations instead.',
          )
        : failed(
            'accepted',
            `no: the API refuses it (${balance.reason})`,
            'Check POLLINATIONS_API_KEY against https://enter.pollinations.ai: it may be revoked, expired or cut.',
          );
    case 'no-such-call':
      return skipped('accepted', 'not to be told without a paid call: this API has no account calls');
    case 'failed':
      return warning('accepted', `not told: ${balance.reason}`, 'Try again later.');
    case 'not-asked':
      return skipped('accepted', balance.why);
  }
}

function balanceChecks(balance: BalanceFacts): readonly Check[] {
  switch (balance.kind) {
    case 'balance':
      return [amountCheck(balance.pollen)];
    case 'not-permitted':
      return [skipped('balance', 'the key may not read it (scope account:balance), and need not')];
    case 'refused':
      return [skipped('balance', 'the key is refused')];
    case 'failed':
      return [skipped('balance', 'the account call failed')];
    case 'no-such-call':
    case 'not-asked':
      return [];
  }
}

function amountCheck(text: string): Check {
  // A wallet may be overdrawn, since charges come after the answers.
  const amount = text.startsWith('-') ? -parseAmount(text.slice(1)) : parseAmount(text);
  const found = `${formatAmount(amount)} Pollen, in the wallet or left of the key's own budget`;
  if (amount > 0n) return ok('balance', found);
  return failed(
    'balance',
    found,
    "Top up at https://enter.pollinations.ai, or raise the key's budget: until then paid calls wait.",
  );
}
