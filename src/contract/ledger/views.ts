import { type NamedAccounts, NO_NAMES, nameOfAccount } from "../../domain/ledger/account-names.ts";
import { ACCOUNT_CODES, ACCOUNTS, type AccountCode } from "../../domain/ledger/accounts.ts";
import { addTotals, type Entry, journalLines, NO_TOTAL, type Total } from "../../domain/ledger/journal.ts";
import type { Amounts } from "../../domain/ledger/loan-book.ts";
import type { AnswerOf } from "../answer-types.ts";
import type { accountBalance, chart, journalEntry, loanBalance, trialBalance } from "./answers.ts";

/** What every answer with an entry says of it first. */
export const entryHead = (entry: Entry) => ({
  journal_entry_id: entry.journal_entry_id,
  event_type: entry.event_type,
  effective_at: entry.effective_at,
  value_date: entry.value_date,
  posted_at: new Date(entry.posted_at).toISOString(),
});

/** A journal entry as the API shows it (docs/api.md#ledger). Minor units are digits in a string. */
export function entryView(entry: Entry): AnswerOf<typeof journalEntry> {
  const { currency, layer } = entry;
  const external_ref = entry.external_ref ?? undefined;
  return {
    ...entryHead(entry),
    lines: journalLines(entry.postings).map(({ sequence, account_code, direction, amount_minor, loan }) => ({
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

/**
 * What a loan's borrower owes (docs/api.md#ledger). A loan that follows its records can be in credit: then no principal is
 * outstanding, and the credit shows as suspense.
 */
export function loanBalanceView(
  loan: Pick<AnswerOf<typeof loanBalance>, "loan_id" | "currency" | "as_of_date">,
  amounts: Amounts,
  last_posted_at: number | null,
): AnswerOf<typeof loanBalance> {
  const { principal, interest, fees, margin, suspense } = shownAmounts(amounts);
  return {
    ...loan,
    principal_outstanding_minor: principal.toString(),
    interest_receivable_minor: interest.toString(),
    fees_receivable_minor: fees.toString(),
    margin_receivable_minor: margin.toString(),
    suspense_minor: suspense.toString(),
    total_exposure_minor: (principal + interest + fees).toString(),
    last_activity_at: last_posted_at === null ? null : new Date(last_posted_at).toISOString(),
  };
}

/** An account's balance (docs/api.md#ledger). */
export function accountBalanceView(
  account: Omit<AnswerOf<typeof accountBalance>, keyof ReturnType<typeof sumsView>>,
  total: Total,
  names: NamedAccounts,
): AnswerOf<typeof accountBalance> {
  const { account_code, ...others } = account;
  const { account_name, ...sums } = sumsView(account_code, total, names);
  return { account_code, account_name, ...others, ...sums };
}

const sumsView = (account_code: AccountCode, total: Total, names: NamedAccounts) => ({
  account_name: nameOfAccount(names, account_code),
  dr_balance_minor: total.dr_minor.toString(),
  cr_balance_minor: total.cr_minor.toString(),
  normal_balance_minor: normalBalance(account_code, total).toString(),
});

/** The chart of accounts with the tenant's names (docs/ledger.md#accounts). */
export const chartView = (names: NamedAccounts): AnswerOf<typeof chart> => ({
  accounts: ACCOUNT_CODES.map((account_code) => {
    const { type, normal } = ACCOUNTS[account_code];
    const { external_code, external_name } = names.get(account_code) ?? NO_NAMES;
    return {
      account_code,
      account_name: nameOfAccount(names, account_code),
      account_type: type,
      normal_side: normal,
      external_code: external_code ?? undefined,
      external_name: external_name ?? undefined,
    };
  }),
});

/** All accounts in one currency; the two totals are equal (docs/ledger.md#reads). */
export function trialBalanceView(
  currency: string,
  as_of_date: string,
  { totals, names }: { readonly totals: ReadonlyMap<AccountCode, Total>; readonly names: NamedAccounts },
): AnswerOf<typeof trialBalance> {
  const all = [...totals.values()].reduce(addTotals, NO_TOTAL);
  return {
    currency,
    as_of_date,
    accounts: ACCOUNT_CODES.map((account_code) => ({
      account_code,
      ...sumsView(account_code, totals.get(account_code) ?? NO_TOTAL, names),
    })),
    total_dr_minor: all.dr_minor.toString(),
    total_cr_minor: all.cr_minor.toString(),
  };
}

/** The credit of a loan that follows its records shows as suspense, with no principal (docs/bookkeeping.md#names). */
export function shownAmounts(amounts: Amounts): Amounts {
  const credit = amounts.principal < 0n ? -amounts.principal : 0n;
  return { ...amounts, principal: amounts.principal + credit, suspense: amounts.suspense + credit };
}

/** Positive on the account's normal side. */
function normalBalance(account: AccountCode, { dr_minor, cr_minor }: Total): bigint {
  return ACCOUNTS[account].normal === "DR" ? dr_minor - cr_minor : cr_minor - dr_minor;
}
