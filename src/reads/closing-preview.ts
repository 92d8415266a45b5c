import { type AccountBalance, trialBalanceHash } from "../domain/closing/trial-balance.ts";
import type { Warning } from "../domain/closing/warnings.ts";
import type { Day } from "../domain/core/dates.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import type { NamedAccounts } from "../domain/ledger/account-names.ts";
import { readBalances } from "../store/closing/closing.ts";
import type { Database } from "../store/d1/session.ts";
import { readAccountNames } from "../store/ledger/account-names.ts";
import { warningsOf } from "./closing-warnings.ts";

interface ClosingPreview {
  readonly closed_through: Day;
  readonly trial_balance_hash: string;
  readonly balances: readonly AccountBalance[];
  readonly names: NamedAccounts;
  readonly warnings: readonly Warning[];
}

/** What a closing through a day would record, as the books are now (docs/ledger.md#closed-periods). */
export async function previewOf(
  db: Database,
  tenant: string,
  day: Day,
): Promise<Result<ClosingPreview, Problem>> {
  const [balances, names, warnings] = await Promise.all([
    readBalances(db, tenant, day),
    readAccountNames(db, tenant),
    warningsOf(db, tenant, day),
  ]);
  if (!warnings.ok) return warnings;
  const trial_balance_hash = trialBalanceHash(day, balances);
  return ok({ closed_through: day, trial_balance_hash, balances, names, warnings: warnings.value });
}
