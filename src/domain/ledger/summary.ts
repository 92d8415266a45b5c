import type { NamedAccounts } from "./account-names.ts";
import { nameOfAccount } from "./account-names.ts";
import type { AccountCode } from "./accounts.ts";
import { addTotals, NO_TOTAL, type Total } from "./journal.ts";

/** What the entries of a period debit and credit on one account. */
export interface PeriodTotal extends Total {
  /** `YYYY-MM-DD` or `YYYY-MM`. */
  readonly period: string;
  readonly currency: string;
  readonly account_code: AccountCode;
}

/** A line of the summary: one account, or all accounts of one external code. */
export interface SummaryLine extends Total {
  readonly period: string;
  readonly currency: string;
  readonly account_codes: readonly AccountCode[];
  readonly name: string;
  readonly external_code: string | null;
}

/** The totals by period, currency and account; those of accounts with the same external code are added up. */
export function summaryOf(totals: readonly PeriodTotal[], names: NamedAccounts): readonly SummaryLine[] {
  const lines = Map.groupBy(totals, ({ period, currency, account_code }) => {
    const external = names.get(account_code)?.external_code ?? null;
    return JSON.stringify([period, currency, external, external === null ? account_code : null]);
  });
  return [...lines.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const account_codes = own.map(({ account_code }) => account_code);
    const external = account_codes.flatMap((code) => names.get(code)?.external_name ?? []);
    return {
      period: first.period,
      currency: first.currency,
      account_codes,
      name: external[0] ?? account_codes.map((code) => nameOfAccount(names, code)).join(", "),
      external_code: names.get(first.account_code)?.external_code ?? null,
      ...own.reduce<Total>(addTotals, NO_TOTAL),
    };
  });
}
