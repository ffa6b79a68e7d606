import type { Amount } from '../pollen/amount.ts';

/** Why a charge stays unknown. */
export type OpenReason =
  /** More calls of the model were billed at that time than the run has made: some are not its own. */
  | 'others'
  /** Charges of the run that are known have no row: rows are missing, or tell other prices. */
  | 'rows-missing'
  /** No known charge shows that the account is that of the run: neither a row, nor a missing one, nor a balance proves anything. */
  | 'no-proof'
  /** The balance has moved by what the run cannot have cost: somebody else used the key, or its budget was changed. */
  | 'balance-moved'
  /** The balance may have moved by a late charge of the run, or by later use of the key. */
  | 'balance-doubt'
  /** What the balance tells of the sum could be shared out among several models in more than one way. */
  | 'balance-shared'
  /** The balances of the run are not all of the key that asks. */
  | 'other-key'
  /** Another run may have moved the balance as well. */
  | 'other-run';

/** What is told of one call: what it was billed, zero included. */
export type Settlement =
  | {
      readonly amount: Amount;
      /** Row that it was given; absent where it was not billed, or no row tells it. */
      readonly row?: number;
      /** Different calls with the same number have an exact sum; which of them was billed what is a guess by time. */
      readonly group?: number;
    }
  | { readonly open: OpenReason };
