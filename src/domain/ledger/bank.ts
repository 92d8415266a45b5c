import type { Problem } from "../core/problem.ts";
import type { LedgerState } from "./state.ts";

/** The most bank accounts that one tenant may have (docs/api.md#ledger). */
export const BANK_ACCOUNTS_MAX = 200;

/** Refuses a bank account beyond the most that a tenant may have. */
export function bankErrors({ banks }: LedgerState, bank_account_ref: string): Problem | null {
  if (banks.known.has(bank_account_ref) || banks.count < BANK_ACCOUNTS_MAX) return null;
  const detail = `The tenant has ${BANK_ACCOUNTS_MAX} bank accounts, and no more are possible. Use one of them.`;
  return { code: "too_many_bank_accounts", detail };
}
