import { expect, test } from "vitest";
import {
  cashFlowsText,
  concentrationText,
  movementText,
  rollRatesText,
  vintagesText,
} from "../../../src/cli/read/report-screens.ts";
import { parseJson } from "../../../src/contract/json.ts";

/** An answer as the command line reads it. */
function read<T>(answer: unknown): T {
  const parsed = parseJson(JSON.stringify(answer));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value as T;
}

const moment = { from_sequence: 1, to_sequence: 9 };
const widest = (text: string) => Math.max(...text.split("\n").map((line) => [...line].length));

test("a movement shows what adds up to the closing amounts, group by group", () => {
  const line = (group: string | null) => ({
    currency: "USD",
    group,
    principal: { opening: 1000, disbursed: 0, raised: 200, repaid: 650, written_off: 100, closing: 450 },
    ...{ outstanding: { from: 1000, to: 450 }, overpaid: { from: 0, to: 0 }, recovered: { from: 0, to: 0 } },
    arrears: { opening: 0, fell_due: 1100, collected: 700, adjusted: 100, closing: 500 },
  });
  const answer = { from_date: "2026-01-15", to_date: "2026-03-10", ...moment };
  const text = movementText(read({ ...answer, data: [line(null), line("BR")] }));
  expect(text).toMatch(/^Movement from 2026-01-15 to 2026-03-10\n\nUSD, none\n/);
  expect(text).toContain("\nUSD, BR\n");
  expect(text).toMatch(/^less repaid +650\.00 +plus adjusted +100\.00$/m);
  expect(text).toMatch(/^closing +450\.00 +closing +500\.00$/m);
  expect(movementText(read({ ...answer, data: [line(null)] }))).toContain("\nUSD\n");
  expect(movementText(read({ ...answer, data: [] }))).toContain("No disbursements.");
});

test("vintages show a line for each cell, and fit 80 columns with wide amounts", () => {
  const cell = {
    ...{ currency: "USD", cohort: "2026-Q1", months_on_book: 11, number: 12_345, repaid: 1 },
    ...{ disbursed: 123_456_789.12, outstanding: 23_456_789.1, principal_received: 0, fees_received: 0 },
    ...{ arrears: 0, outstanding_30: 0, outstanding_90: 0, written_off: 0, recovered: 0 },
    ...{ pool_factor: 0.866667, loss_rate: null, net_loss_rate: null, default_rate: 0.2 },
  };
  const text = vintagesText(read({ as_of_date: "2026-06-30", ...moment, data: [cell] }));
  expect(text).toMatch(/^2026-Q1 +11 +12345 +123,456,789\.12 +23,456,789\.10 +86\.67 % +20\.00 %/m);
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test("roll rates show from where to where, and how much of it", () => {
  const cell = { currency: "EUR", from: "current", to: "1-30", number: 1, rate: 0.6 };
  const data = [{ ...cell, outstanding_from: 600, outstanding_to: 550 }];
  const text = rollRatesText(read({ from_date: "2026-01-31", to_date: "2026-02-28", ...moment, data }));
  expect(text).toMatch(/^current +1-30 +1 +600\.00 +550\.00 +60\.00 %$/m);
});

test("a concentration shows the largest groups, what has no group, and the others", () => {
  const owing = { number: 2, outstanding: 600, share: 0.6, arrears: 0, par30: null };
  const line = { currency: "JPY", groups: 3, largest_share: 0.6, hhi: 0.44, others: owing };
  const data = [
    {
      ...line,
      rows: [
        { group: null, ...owing },
        { group: "BR", ...owing },
      ],
    },
  ];
  const text = concentrationText(read({ as_of_date: "2026-06-30", ...moment, data }));
  expect(text).toMatch(/^Largest +60\.00 %\nHHI +0\.44$/m);
  expect(text).toMatch(/^none +2 +600 +60\.00 % +0 +-$/m);
  expect(text).toMatch(/^all others +2 +600 +60\.00 %/m);
});

test("cash flows show the past months, what is overdue, and the months ahead with what lies beyond", () => {
  const parts = { total: 550, principal: 500, fee: 50 };
  const past = { month: "2026-06", to: "2026-06-30", due: parts, received: parts };
  const line = {
    ...{ currency: "USD", outstanding: 1500, overdue: parts, overdue_unscheduled: 7, over_scheduled: 0 },
    past: [{ ...past, covered_by_end: parts, collection_rate: 1 }],
    ...{
      future: [{ month: "2026-07", due: parts, unscheduled: 1.5 }],
      beyond: { due: parts, unscheduled: 3 },
    },
  };
  const text = cashFlowsText(read({ as_of_date: "2026-06-30", ...moment, data: [line] }));
  expect(text).toContain("Overdue               550.00 (500.00 principal)");
  expect(text).toMatch(/^2026-06 +550\.00 +550\.00 +550\.00 +100\.00 %$/m);
  expect(text).toMatch(/^2026-07 +550\.00 +500\.00 +1\.50\nbeyond +550\.00 +500\.00 +3\.00$/m);
});
