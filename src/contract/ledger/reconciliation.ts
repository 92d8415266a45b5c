import type { Finding } from "../../domain/ledger/integrity.ts";
import type { BankStanding, IntegrityStanding, RollupStanding } from "../../domain/ledger/reconciliation.ts";
import type { AnswerOf } from "../answer-types.ts";
import type { bankReconciliation, reconciliation } from "./answers.ts";

/** The reconciliation report (docs/ledger.md#reconciliation). */
export function reconciliationView(
  as_of_date: string,
  integrity: IntegrityStanding,
  banks: readonly BankStanding[],
  rollups: readonly RollupStanding[],
): AnswerOf<typeof reconciliation> {
  const { mismatched, findings, checked_at, checked_upto } = integrity;
  return {
    as_of_date,
    ledger_integrity: {
      status: findings.length === 0 ? "ok" : "mismatch",
      mismatched_account_count: mismatched,
      findings: findings.map(findingView),
      checked_at: checked_at === null ? null : new Date(checked_at).toISOString(),
      checked_upto_sequence: checked_upto,
    },
    bank_reconciliation: banks.map(bankView),
    portfolio_rollup: rollups.map(({ currency, gl_minor, loans_minor }) => ({
      currency,
      status: gl_minor === loans_minor ? "ok" : "mismatch",
      gl_principal_minor: gl_minor.toString(),
      sum_of_loan_balances_minor: loans_minor.toString(),
    })),
  };
}

const findingView = ({ table, book, account, currency, day, entry }: Finding) => ({
  table,
  book: book || null,
  account: account || null,
  currency: currency || null,
  day: day || null,
  entry: entry || null,
});

function bankView({
  bank_account_ref,
  currency,
  statement_minor,
  ledger_minor,
}: BankStanding): AnswerOf<typeof bankReconciliation> {
  if (statement_minor === null) return { bank_account_ref, currency, status: "no_statement" };
  const difference = statement_minor - ledger_minor;
  const status = difference === 0n ? "reconciled" : "unreconciled";
  return { bank_account_ref, currency, status, difference_minor: difference.toString() };
}
