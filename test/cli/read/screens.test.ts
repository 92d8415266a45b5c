import { LosslessNumber } from "lossless-json";
import { describe, expect, it, test } from "vitest";
import { baseText } from "../../../src/cli/read/base.ts";
import { bar, money } from "../../../src/cli/read/format.ts";
import { figuresText, lateText } from "../../../src/cli/read/portfolio.ts";
import { positionText } from "../../../src/cli/read/show.ts";
import { statementText } from "../../../src/cli/read/statement.ts";
import type { PositionJson } from "../../../src/contract/position/answers.ts";

const exact = (digits: string) => new LosslessNumber(digits);
const parts = (total: string) => ({ total: exact(total), principal: exact(total), fee: exact(total) });

/** A disbursement whose figures are as wide as a real book's. */
const POSITION: PositionJson = {
  disbursement_id: "DSB-2024-000123",
  kind: "loan",
  client_id: "BR-2024-000456",
  currency: "USD",
  as_of_date: "2026-11-20",
  state: "matured_unpaid",
  bucket: "181+",
  days_past_due: exact("1234"),
  terms: {
    first_agreed: { amount: exact("123456789.1"), margin: exact("23456789"), maturity_date: "2025-01-31" },
    as_of: { amount: exact("1"), margin: exact("2"), maturity_date: "2025-03-31" },
    changes: [
      {
        sequence: exact("7"),
        change_date: "2025-02-01",
        amount: exact("1"),
        margin: exact("2"),
        maturity_date: "2025-03-31",
      },
    ],
  },
  scheduled: parts("123456789.12"),
  received: parts("0"),
  arrears: parts("12345678.9"),
  outstanding_principal: exact("123456789.12"),
  margin_due: exact("12345678.9"),
  refunded: exact("0"),
  recovered: exact("0"),
  overpaid: exact("0.01"),
  next_due: { due_date: "2026-12-01", amount: exact("10") },
  last_received: null,
  ledger_loan_id: "11111111-1111-1111-1111-111111111111",
  installments: [
    {
      payment_id: "PAY-2024-000123-01",
      installment_number: exact("1"),
      due_date: "2025-01-31",
      expected: parts("12345678.9"),
      reduced: parts("0"),
      covered: exact("1234567.89"),
      days_late: exact("1234"),
      paid_on: "2025-02-01",
      self_scheduled: false,
    },
  ],
};

const widest = (text: string) => Math.max(...text.split("\n").map((line) => [...line].length));

test.each([
  ["26500", "USD", "26,500.00"],
  ["1234567.5", "USD", "1,234,567.50"],
  ["-706.66", "EUR", "-706.66"],
  ["1995000", "JPY", "1,995,000"],
  ["12345678901234567890.123", "BHD", "12,345,678,901,234,567,890.123"],
  ["0", "USD", "0.00"],
])("the amount %s in %s reads %s", (amount, currency, text) => {
  expect(money(amount, currency)).toBe(text);
});

test("a bar never exceeds its width", () => {
  expect([bar(-1, 10), bar(0.5, 10), bar(7, 10)].map((text) => text.length)).toEqual([0, 5, 10]);
});

describe("a screen", () => {
  it("of a disbursement fits 80 columns and holds terms, schedule, arrears and what is late", () => {
    const text = positionText(POSITION);
    expect(widest(text)).toBeLessThanOrEqual(80);
    for (const shown of [
      "1234 days past due",
      "first agreed",
      "2025-02-01",
      "12,345,678.90",
      "1,234,567.89",
      "1234 d",
    ]) {
      expect(text).toContain(shown);
    }
  });

  it("of a portfolio fits 80 columns", () => {
    const amount = exact("1234567890.12");
    const [outstanding, arrears] = [exact("123456789.12"), exact("12345678.9")];
    const bucket = { bucket: "91-180", number: exact("12345"), outstanding, arrears } as const;
    const text = figuresText({
      ...{ currency: "USD", group: null, number: exact("100000"), disbursed: amount, outstanding: amount },
      ...{ scheduled: amount, received: amount, arrears: amount, margin_due: amount, written_off: amount },
      ...{ rebates: amount, overpaid: amount, recovered: amount, repaid: exact("50000") },
      ...{ par0: exact("0.123456"), par30: null, par90: exact("0"), buckets: [bucket] },
      ...{ average_remaining_days: null, average_original_days: null, average_margin_rate: null },
      largest_share: null,
    });
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text).toContain("PAR 0 12.35 %, PAR 30 -, PAR 90 0.00 %");
    expect(widest(lateText([POSITION]))).toBeLessThanOrEqual(80);
    expect(lateText([{ ...POSITION, days_past_due: exact("0") }])).toBe("No disbursement is late.\n");
  });

  it("of a statement fits 80 columns and shows the total, and each part that the loan ever had", () => {
    const amounts = {
      principal_minor: "1000000",
      interest_minor: "-5",
      fees_minor: "0",
      margin_minor: "2500000",
      suspense_minor: "0",
      total_minor: "3499995",
    };
    const text = statementText({
      loan_id: "11111111-1111-1111-1111-111111111111",
      currency: "USD",
      opening: { ...amounts, interest_minor: "0", principal_minor: "0", margin_minor: "0", total_minor: "0" },
      items: [
        {
          journal_entry_id: "22222222-2222-2222-2222-222222222222",
          event_type: "disbursement",
          effective_at: "2026-01-01",
          value_date: "2026-01-01",
          posted_at: "2026-01-01T00:00:00.000Z",
          change: amounts,
          balance: amounts,
        },
      ],
    });
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text).toMatch(/^Date +entry +change +total +principal +interest +margin$/m);
    expect(text).toMatch(
      /^2026-01-01 +disbursement +34,999\.95 +34,999\.95 +10,000\.00 +-0\.05 +25,000\.00$/m,
    );
  });
});

test("a base shows what can be borrowed, and why it is not more", () => {
  const count = (number: string, outstanding: string) => ({
    number: exact(number),
    outstanding: exact(outstanding),
  });
  const text = baseText({
    as_of_date: "2026-06-30",
    from_sequence: exact("5"),
    to_sequence: exact("5"),
    data: {
      facility_id: "harbour-usd",
      currency: "USD",
      effective_date: "2026-01-01",
      pool: count("3", "1010"),
      ineligible: [{ index: exact("0"), rule: "max_days_past_due", ...count("1", "10") }],
      eligible: count("2", "1000"),
      excess: [
        {
          index: exact("0"),
          by: "client_id",
          group: null,
          ...{ outstanding: exact("900"), allowed: exact("500"), excess: exact("400") },
        },
      ],
      base: exact("600"),
      advance_rate: exact("0.8"),
      available: exact("480"),
      commitment: exact("123456789.1"),
      drawn: exact("500"),
      headroom: exact("-20"),
      covenants: [
        { code: "par30", value: exact("0.009901"), max: exact("0.1"), holds: true },
        { code: "pool_outstanding", value: exact("1010"), min: exact("2000"), holds: false },
        { code: "par90", value: null, max: exact("0.1"), holds: true },
      ],
    },
  });
  expect(text).toBe(`Base of harbour-usd as of 2026-06-30, in USD

Pool       1,010.00 in 3 disbursements
Eligible   1,000.00 in 2 disbursements
Base       600.00
Available  480.00 at 0.8, of 123,456,789.10 committed
Drawn      500.00
Headroom   -20.00

Ineligible by rule   number  outstanding
0 max_days_past_due       1        10.00

Limit        group  counts for  allowed  excess
0 client_id  -          900.00   500.00  400.00

Covenant             value     bound
par30             0.009901   max 0.1  holds
pool_outstanding      1010  min 2000  BROKEN
par90                    -   max 0.1  holds
`);
});
