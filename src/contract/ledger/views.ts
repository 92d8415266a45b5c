import { ACCOUNTS, type AccountCode, type Layer } from "../../domain/ledger/accounts.ts";
import { type Entry, linesOf, type Total } from "../../domain/ledger/journal.ts";
import type { Amounts } from "../../domain/ledger/loan-book.ts";

/** A journal entry as the API shows it (docs/api.md#ledger). Minor units are digits in a string. */
export function entryView(entry: Entry): Record<string, unknown> {
  const { currency, layer } = entry;
  const external_ref = entry.external_ref ?? undefined;
  return {
    journal_entry_id: entry.journal_entry_id,
    event_type: entry.event_type,
    effective_at: entry.effective_at,
    posted_at: new Date(entry.posted_at).toISOString(),
    lines: linesOf(entry.postings).map(({ sequence, account_code, direction, amount_minor, loan }) => ({
      sequence,
      account_code,
      direction,
      amount_minor: amount_minor.toString(),
      currency,
      layer,
      loan_id: loan?.loan_id,
      borrower_id: loan?.borrower_id,
      external_ref,
    })),
    correlation_id: entry.correlation_id,
    reverses_entry_id: entry.reverses?.journal_entry_id,
    settles_entry_id: entry.settles_entry_id ?? undefined,
    bank_account_ref: entry.bank_account_ref ?? undefined,
    description: entry.description ?? undefined,
    actor: entry.actor ?? undefined,
  };
}

/** What a loan's borrower owes (docs/api.md#ledger). */
export function loanBalanceView(
  loan_id: string,
  currency: string,
  as_of_date: string,
  { principal, interest, fees, suspense }: Amounts,
  last_posted_at: number | null,
): Record<string, unknown> {
  return {
    loan_id,
    currency,
    as_of_date,
    principal_outstanding_minor: principal.toString(),
    interest_receivable_minor: interest.toString(),
    fees_receivable_minor: fees.toString(),
    suspense_minor: suspense.toString(),
    total_exposure_minor: (principal + interest + fees).toString(),
    last_activity_at: last_posted_at === null ? null : new Date(last_posted_at).toISOString(),
  };
}

/** An account's balance (docs/api.md#ledger). */
export function accountBalanceView(
  account_code: AccountCode,
  currency: string,
  layer: Layer,
  as_of_date: string,
  total: Total,
): Record<string, unknown> {
  return {
    account_code,
    account_name: ACCOUNTS[account_code].name,
    currency,
    layer,
    as_of_date,
    dr_balance_minor: total.dr_minor.toString(),
    cr_balance_minor: total.cr_minor.toString(),
    normal_balance_minor: normalBalance(account_code, total).toString(),
  };
}

/** Positive on the account's normal side. */
function normalBalance(account: AccountCode, { dr_minor, cr_minor }: Total): bigint {
  return ACCOUNTS[account].normal === "DR" ? dr_minor - cr_minor : cr_minor - dr_minor;
}
