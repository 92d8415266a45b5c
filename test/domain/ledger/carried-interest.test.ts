import { describe, expect, it } from "vitest";
import { nextDay } from "../../../src/domain/ledger/day-count.ts";
import { carriedInterest, scaledRate } from "../../../src/domain/ledger/interest.ts";
import { NO_AMOUNTS } from "../../../src/domain/ledger/loan-book.ts";
import { correction, disbursed, interest, ledgerAfter, reversal } from "./ledger-in-memory.ts";

const ONE = 10n ** 12n;

/** One day's interest on a principal at 0.5 a year by ACT/360: 720 owes exactly 1. */
const day = (principal: bigint, carried: bigint) =>
  carriedInterest(principal, scaledRate("0.5"), { convention: "ACT_360", date: "2024-01-01" }, carried);

describe("the interest of a day with a remainder", () => {
  it.each([
    ["1.5 is 2", 1080n, 0n, 2n, -ONE / 2n],
    ["2.5 is 2", 1800n, 0n, 2n, ONE / 2n],
    ["0.5 and 0.5 carried are 1", 360n, ONE / 2n, 1n, 0n],
    ["0.5 less 0.5 carried is 0", 360n, -ONE / 2n, 0n, 0n],
    ["0.25 less 0.5 carried is 0, and 0.25 is still owed back", 180n, -ONE / 2n, 0n, -ONE / 4n],
    ["1 and 0.49 carried is 1", 720n, (49n * ONE) / 100n, 1n, (49n * ONE) / 100n],
    ["nothing on nothing", 0n, 0n, 0n, 0n],
    ["1 less 3 carried is 0: interest is never negative", 720n, -3n * ONE, 0n, -2n * ONE],
    ["2.5 carried on nothing is 2", 0n, (5n * ONE) / 2n, 2n, ONE / 2n],
    // 1/720 is 0.001388888888 and 8/9 of the last decimal.
    ["the remainder is rounded at its last decimal", 1n, 0n, 0n, 1_388_888_889n],
  ])("%s", (_, principal, carried, interest_minor, remainder) => {
    expect(day(principal, carried)).toEqual({ interest_minor, remainder });
  });

  it.each([
    ["USD 35.00 at 5 %", 3_500n, "0.05", 175n],
    ["JPY 10,000 at 3 %", 10_000n, "0.03", 300n],
  ])("%s is its year's interest after a year of days", (_, principal, rate, expected) => {
    let [sum, carried, date] = [0n, 0n, "2023-01-01"];
    for (; date < "2024-01-01"; date = nextDay(date)) {
      const { interest_minor, remainder } = carriedInterest(
        principal,
        scaledRate(rate),
        { convention: "ACT_365", date },
        carried,
      );
      sum += interest_minor;
      carried = remainder;
    }
    expect(sum).toBe(expected);
  });

  it.each([
    ["USD 35.00 at 5 %", 3_500n, "0.05", 175n],
    ["JPY 10,000 at 3 %", 10_000n, "0.03", 300n],
  ])(
    "of %s is carried by the ledger, also over reversals and corrections",
    (_, principal, rate, expected) => {
      const ledger = ledgerAfter(disbursed(principal, { effective_at: "2022-12-31" }));
      const accrue = (date: string) => {
        const carried = ledger.state.remainders.get("loan") ?? 0n;
        const day = { convention: "ACT_365", date } as const;
        const { interest_minor, remainder } = carriedInterest(principal, scaledRate(rate), day, carried);
        return ledger.entry(interest(interest_minor, date, principal, remainder)).journal_entry_id;
      };
      const days: string[] = [];
      for (let date = "2023-01-01"; date < "2024-01-01"; date = nextDay(date)) {
        const entry = accrue(date);
        days.push(date);
        if (days.length % 3 === 0) ledger.accept(correction(entry, 1_000n));
        if (days.length % 3 === 0) ledger.accept(reversal(entry, date));
        if (days.length % 3 === 0) accrue(date);
      }
      const { interest: owed } = ledger.state.books.get("loan")?.balances ?? NO_AMOUNTS;
      expect(owed).toBe(expected);
      const left = ledger.state.remainders.get("loan") ?? 0n;
      expect(left > -1_000n && left < 1_000n).toBe(true);
    },
  );
});
