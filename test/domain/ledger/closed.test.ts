import { describe, expect, it } from "vitest";
import type { LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import {
  chargeoff,
  disbursed,
  fee,
  interest,
  type LedgerInMemory,
  ledgerAfter,
  payment,
  recovery,
  reversal,
  settlement,
  waiver,
} from "./ledger-in-memory.ts";

const CLOSED = "2024-01-31";
const DAY = "2024-01-15";

/** A ledger whose first entry is a disbursement, and whose first month is closed. */
function closed(): LedgerInMemory {
  const ledger = ledgerAfter(disbursed(5n));
  ledger.closed_through = CLOSED;
  return ledger;
}
const refusalOf = (ledger: LedgerInMemory, command: LedgerCommand) => {
  const decided = ledger.run(command);
  return decided.ok ? null : decided.error;
};

describe("a posting on a day of a closed period", () => {
  it.each<readonly [string, LedgerCommand]>([
    ["a disbursement", disbursed(1n, { effective_at: DAY })],
    ["a settlement", settlement("entry-1", DAY)],
    ["a payment", payment(1n, DAY)],
    ["a fee", fee(1n, DAY)],
    ["a waiver", waiver(1n, DAY)],
    ["an accrual", interest(1n, DAY, 5n)],
    ["a charge-off", chargeoff(DAY)],
    ["a recovery", recovery(1n, DAY)],
    ["a reversal", reversal("entry-1", DAY)],
    ["the period's last day", payment(1n, CLOSED)],
  ])("is refused, and the refusal names the first open day: %s", (_, command) => {
    const refused = refusalOf(closed(), command);
    expect(refused?.code).toBe("period_closed");
    expect(refused?.detail).toContain("2024-02-01");
  });

  it("is refused before every other state, but after an unknown entry", () => {
    expect(refusalOf(closed(), waiver(100n, DAY))?.code).toBe("period_closed");
    expect(refusalOf(closed(), { ...fee(1n, DAY), currency: "EUR" } as LedgerCommand)?.code).toBe(
      "period_closed",
    );
    expect(refusalOf(closed(), reversal("entry-9", DAY))?.code).toBe("not_found");
    expect(refusalOf(closed(), settlement("entry-9", DAY))?.code).toBe("not_found");
    const reversed = closed();
    reversed.accept(reversal("entry-1"));
    expect(refusalOf(reversed, reversal("entry-1", DAY))?.code).toBe("period_closed");
  });

  it("is accepted on the first open day, on every day before a closing, and as a bank's balance", () => {
    expect(closed().entry(payment(1n, "2024-02-01")).effective_at).toBe("2024-02-01");
    expect(ledgerAfter(disbursed(5n)).entry(payment(1n, DAY)).effective_at).toBe(DAY);
    const balance = { type: "bank_balance", bank_account_ref: "main", currency: "USD" } as const;
    const stated = { ...balance, as_of_date: DAY, closing_balance_minor: 1n, actor: null } as LedgerCommand;
    expect(refusalOf(closed(), stated)).toBe(null);
  });
});

it("a reversal without a day takes the latest of today, the entry's day and the first open day", () => {
  const ledger = closed();
  // Today is 2026-01-02.
  const today = ledger.entry(reversal("entry-1"));
  expect([today.effective_at, today.value_date]).toEqual(["2026-01-02", "2026-01-02"]);
  const ahead = ledgerAfter(disbursed(5n));
  ahead.closed_through = "2026-01-31";
  const first = ahead.entry(reversal("entry-1"));
  expect([first.effective_at, first.value_date]).toEqual(["2026-02-01", "2026-02-01"]);
});
