import type { Problem } from "../core/problem.ts";
import { BANK_ACCOUNTS_MAX, tooManyBankAccounts } from "./refusals.ts";
import type { LedgerState } from "./state.ts";

/** True if some of these bank accounts would be beyond the most that a tenant may have. */
export function isBankBeyond({ banks }: LedgerState, refs: readonly string[]): boolean {
  const added = refs.filter((ref) => !banks.known.has(ref)).length;
  return added > 0 && banks.count + added > BANK_ACCOUNTS_MAX;
}

/** Refuses a bank account beyond the most that a tenant may have. */
export const bankErrors = (state: LedgerState, bank_account_ref: string): Problem | null =>
  isBankBeyond(state, [bank_account_ref]) ? tooManyBankAccounts() : null;

/** Numbers a bank account; false for one that is known. */
export function addBank(banks: LedgerState["banks"], bank_account_ref: string): boolean {
  if (banks.known.has(bank_account_ref)) return false;
  banks.known.add(bank_account_ref);
  banks.count += 1;
  return true;
}
