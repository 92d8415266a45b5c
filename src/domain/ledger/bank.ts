import type { Problem } from "../core/problem.ts";
import { BANK_ACCOUNTS_MAX, tooManyBankAccounts } from "./refusals.ts";
import type { LedgerState } from "./state.ts";

/** Refuses a bank account beyond the most that a tenant may have. */
export function bankErrors({ banks }: LedgerState, bank_account_ref: string): Problem | null {
  return banks.known.has(bank_account_ref) || banks.count < BANK_ACCOUNTS_MAX ? null : tooManyBankAccounts();
}

/** Numbers a bank account; false for one that is known. */
export function addBank(banks: LedgerState["banks"], bank_account_ref: string): boolean {
  if (banks.known.has(bank_account_ref)) return false;
  banks.known.add(bank_account_ref);
  banks.count += 1;
  return true;
}
