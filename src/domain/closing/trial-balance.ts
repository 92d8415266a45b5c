import type { Day } from "../core/dates.ts";
import type { AccountCode } from "../ledger/accounts.ts";
import type { Total } from "../ledger/journal.ts";
import { sha256 } from "../log/hash.ts";

/** The debits and credits of an account in one currency up to a day. */
export interface AccountBalance {
  readonly currency: string;
  readonly account_code: AccountCode;
  readonly total: Total;
}

/**
 * The hash of a trial balance (docs/ledger.md#closed-periods): SHA-256 of the form of RFC 8785. Its members are written
 * here in the order of their names, and it holds only texts. `accounts` are those with postings up to the day.
 */
export function trialBalanceHash(closed_through: Day, accounts: readonly AccountBalance[]): string {
  const balances = accounts
    .map(({ currency, account_code, total }) => [
      currency,
      account_code,
      total.dr_minor.toString(),
      total.cr_minor.toString(),
    ])
    // As texts: codes of currencies, and of accounts, have one length, so this is by currency, then by account.
    .sort();
  return sha256(JSON.stringify({ balances, closed_through }));
}
