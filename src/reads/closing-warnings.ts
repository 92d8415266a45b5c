import type { AccountBalance } from "../domain/closing/trial-balance.ts";
import type { Warning } from "../domain/closing/warnings.ts";
import type { Day } from "../domain/core/dates.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import { accrualDaysMissing } from "../store/closing/accruals-missing.ts";
import { readBalances } from "../store/closing/closing.ts";
import type { Database } from "../store/d1/session.ts";
import { bankStandings } from "../store/ledger/reconciliation.ts";
import { findExceptions } from "./exceptions.ts";

/** More exceptions than the loans of one request can have in practice: all that it examines are counted. */
const EXCEPTIONS_COUNTED_MAX = 1_000_000;

const NOT_ZERO = { "2200": "suspense_not_zero", "2100": "clearing_not_zero" } as const;

/** What is unfinished in the books as of a day that is to be closed (docs/ledger.md#closed-periods). */
export async function warningsOf(
  db: Database,
  tenant: string,
  day: Day,
): Promise<Result<readonly Warning[], Problem>> {
  const [balances, banks, missing, found] = await Promise.all([
    readBalances(db, tenant, day),
    bankStandings(db, tenant, day),
    accrualDaysMissing(db, tenant, day),
    findExceptions(db, tenant, { limit: EXCEPTIONS_COUNTED_MAX, cursor: undefined }),
  ]);
  if (!found.ok) return found;
  const warnings: Warning[] = [
    ...notZero(balances, "2200"),
    ...notZero(balances, "2100"),
    ...banks.flatMap(({ currency, statement_minor, ledger_minor }): Warning[] =>
      statement_minor === null || statement_minor === ledger_minor
        ? []
        : [{ code: "bank_difference", amount_minor: (ledger_minor - statement_minor).toString(), currency }],
    ),
  ];
  const { shown, next_cursor } = found.value;
  const more = next_cursor === undefined ? {} : ({ more: true } as const);
  if (shown.length > 0 || next_cursor !== undefined) {
    warnings.push({ code: "open_exceptions", count: shown.length, ...more });
  }
  if (missing > 0) warnings.push({ code: "accruals_missing", count: missing });
  return ok(warnings);
}

const notZero = (balances: readonly AccountBalance[], account: keyof typeof NOT_ZERO): readonly Warning[] =>
  balances.flatMap(({ account_code, currency, total: { dr_minor, cr_minor } }) =>
    account_code === account && dr_minor !== cr_minor
      ? [{ code: NOT_ZERO[account], amount_minor: (cr_minor - dr_minor).toString(), currency }]
      : [],
  );
