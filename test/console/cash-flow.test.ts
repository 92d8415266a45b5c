import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import { type CashFlow, comingOf, totalComing, totalPast } from "../../src/console/cash-flow/sums.ts";
import { exactSum } from "../../src/console/format.ts";

const exact = (digits: string) => new LosslessNumber(digits);
const parts = (principal: string, fee: string) => ({
  total: exactSum([exact(principal), exact(fee)]),
  principal: exact(principal),
  fee: exact(fee),
});

/** 1,000.10 are owed: 100.10 overdue, 600 and 200 in two months, 50 without a row, 80 later, of which 30 are scheduled twice. */
const LINE: CashFlow = {
  currency: "USD",
  outstanding: exact("1000.10"),
  past: [
    {
      month: "2026-08",
      to: "2026-08-31",
      due: parts("200", "20"),
      received: parts("150.05", "20"),
      covered_by_end: parts("150.05", "20"),
      collection_rate: exact("0.772955"),
    },
    {
      month: "2026-09",
      to: "2026-09-15",
      due: parts("100", "10"),
      received: parts("-5", "0"),
      covered_by_end: parts("0", "0"),
      collection_rate: exact("0.000000"),
    },
  ],
  overdue: parts("100.10", "9.99"),
  overdue_unscheduled: exact("0"),
  future: [
    { month: "2026-09", due: parts("600", "60"), unscheduled: exact("0") },
    { month: "2026-10", due: parts("200", "20"), unscheduled: exact("50") },
  ],
  beyond: { due: parts("80", "8"), unscheduled: exact("0") },
  over_scheduled: exact("30"),
};

describe("the sums of cash flows", () => {
  it("go from what is overdue over the months to what is later", () => {
    expect(comingOf(LINE).map(({ name }) => name)).toEqual(["Overdue", "2026-09", "2026-10", "Later"]);
  });

  it("of what will come are exact: their principal is what is outstanding and what is scheduled above it", () => {
    const { due, unscheduled } = totalComing(LINE);
    expect([due.total, due.principal, due.fee, unscheduled].map(String)).toEqual([
      "1078.09",
      "980.1",
      "97.99",
      "50",
    ]);
    expect(String(exactSum([due.principal, unscheduled]))).toBe(
      String(exactSum([LINE.outstanding, LINE.over_scheduled])),
    );
  });

  it("of the months take refunds off, and rate what was covered", () => {
    const { due, received, covered, rate } = totalPast(LINE);
    // 170.05 of 330 is 0.51530303…
    expect([due, received, covered, rate].map(String)).toEqual(["330", "165.05", "170.05", "0.515303"]);
  });

  it("have no rate where nothing fell due", () => {
    expect(totalPast({ ...LINE, past: [] })).toMatchObject({ rate: null });
  });
});
