import { expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import { isBankBeyond } from "../../../src/domain/ledger/bank.ts";
import { tooManyBankAccounts, wouldOverdraw, wouldOverflow } from "../../../src/domain/ledger/refusals.ts";
import { noLedgerState } from "../../../src/domain/ledger/state.ts";

it("a refusal for a balance names its account, or the loss, which is no account's balance", () => {
  expect(wouldOverdraw("L-1", "principal", "2024-02-01")).toEqual({
    code: "would_overdraw",
    detail: "Account 1100 Principal Receivable of loan L-1 would be less than 0 on 2024-02-01.",
  });
  expect(wouldOverdraw("L-1", "loss", "2024-02-01").detail).toBe(
    "The loss of loan L-1 would be less than 0 on 2024-02-01.",
  );
  expect(wouldOverflow("L-1", "suspense")).toEqual({
    code: "amount_overflow",
    detail: `Account 2200 Suspense of loan L-1 would exceed ${INT64_MAX} minor units.`,
  });
  expect(wouldOverflow("L-1", "loss").detail).toBe(
    "The loss of loan L-1 would exceed 9223372036854775807 minor units.",
  );
});

it("a tenant has at most 200 bank accounts, and keeps those that it has", () => {
  const of = (count: number, ...refs: string[]) =>
    isBankBeyond({ ...noLedgerState(), banks: { known: new Set(["a", "b"]), count } }, refs);
  expect(of(198, "c", "d")).toBe(false);
  expect(of(199, "c")).toBe(false);
  expect(of(199, "c", "d")).toBe(true);
  expect(of(200, "c")).toBe(true);
  expect(of(200, "a", "b")).toBe(false);
  expect(of(201, "a")).toBe(false);
  expect(tooManyBankAccounts().detail).toBe(
    "The tenant has 200 bank accounts, and no more are possible. Use one of them.",
  );
});
