import { describe, expect, it } from "vitest";
import { Concentration } from "../../../src/domain/analytics/concentration.ts";
import type { Dimension } from "../../../src/domain/analytics/dimensions.ts";
import type { Examined } from "../../../src/domain/analytics/examined.ts";
import type { Attributes } from "../../../src/domain/position/attributes.ts";
import type { PaymentFacts } from "../../../src/domain/position/facts.ts";
import { saved } from "../../../src/domain/position/saved.ts";
import { cents, expected, FIRST, loan, ROWS, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* Where the outstanding principal is (docs/analytics.md#concentration), by hand. Amounts are dollars. */

const DAY = "2026-06-30";
const YEAR = { start: "2026-01-01", maturity: "2026-12-31" };

const lent = (
  amount: number,
  client_id: string | null,
  payments: readonly PaymentFacts[] = [],
  { currency = "USD", start = YEAR.start }: { readonly currency?: string; readonly start?: string } = {},
): Examined => {
  const kind = client_id === null ? "purchase" : "loan";
  const one = loan({ ...YEAR, amount, start, kind }, [], payments);
  const purchase_clients = client_id === null ? one.disbursement.purchase_clients : null;
  return examined({ ...one, disbursement: { ...one.disbursement, client_id, purchase_clients, currency } });
};

interface Asked {
  readonly by?: Dimension;
  readonly top?: number;
  readonly text?: string;
}

function gathered(all: readonly Examined[], { by = "client_id", top = 9, text }: Asked = {}) {
  const concentration = new Concentration({ day: DAY, by, top, filters: {} }, text);
  for (const one of all) expect(concentration.add(one)).toBe(true);
  return concentration;
}
const answerOf = (...asked: Parameters<typeof gathered>) => gathered(...asked).answer();
const owed = (number: number, outstanding: number, arrears = 0, over_30 = 0) => ({
  ...{ number, outstanding: cents(outstanding), arrears: cents(arrears), over_30: cents(over_30) },
});
const squareOf = (...amounts: readonly number[]) =>
  amounts.reduce((sum, amount) => sum + cents(amount) ** 2n, 0n);
/** Due for 30 days, and for 31. */
const [late30, late31] = [expected("P-1", "2026-05-31", 50, 0), expected("P-1", "2026-05-30", 100, 0)];

describe("the concentration of a day", () => {
  it("is what each client owes, the most first, and each purchase of several is of a client of its own", () => {
    const all = [
      ...[lent(300, "C-2", [late31]), lent(600, "C-1"), lent(50, null), lent(200, "C-1", [late30])],
      ...[lent(60, null), lent(1000, "C-1", [], { currency: "EUR" })],
    ];
    expect(answerOf(all)).toEqual([
      {
        ...{ currency: "EUR", outstanding: cents(1000), groups: 1, largest: cents(1000) },
        ...{ squares: squareOf(1000), rows: [{ group: "C-1", ...owed(1, 1000) }], others: null },
      },
      {
        ...{ currency: "USD", outstanding: cents(1210), groups: 4, largest: cents(800) },
        squares: squareOf(800, 300, 50, 60),
        rows: [
          { group: "C-1", ...owed(2, 800, 50) },
          { group: "C-2", ...owed(1, 300, 100, 300) },
          { group: null, ...owed(2, 110) },
        ],
        others: null,
      },
    ]);
  });

  it("begins on the day of a start, and has no disbursement that is pending, repaid or written off", () => {
    const written = loan({ ...YEAR, amount: 90 }, [{ on: "2026-02-01", amount: 0 }]);
    const others = [
      ...[lent(70, "C-1", [receipt("R", "2026-02-01", 70)]), examined(written)],
      lent(80, "C-1", [], { start: "2026-07-01" }),
    ];
    const [only] = answerOf([...others, lent(40, "C-1", [], { start: DAY })]);
    expect(only).toMatchObject({ outstanding: cents(40), rows: [{ group: "C-1", ...owed(1, 40) }] });
    expect(answerOf(others)).toMatchObject([
      { outstanding: 0n, groups: 0, largest: 0n, squares: 0n, rows: [] },
    ]);
  });

  it("has no group that owes only margin, and one that owes a single cent", () => {
    const paid = [...ROWS, receipt("R", "2026-01-15", 1000)];
    const margin = (kind: "loan" | "purchase") =>
      examined(loan({ ...FIRST, kind, maturity: "2026-12-31" }, [], paid));
    expect(margin("loan").positionAt(DAY)).toMatchObject({ outstanding_principal: 0n, bucket: "91-180" });
    expect(answerOf([margin("loan"), margin("purchase")])).toMatchObject([{ groups: 0, rows: [] }]);
    expect(answerOf([margin("loan"), lent(0.01, "C-2"), margin("purchase"), lent(0.01, null)])).toMatchObject(
      [
        {
          ...{ groups: 2, largest: 1n, squares: 2n },
          rows: [
            { group: null, number: 2, outstanding: 1n },
            { group: "C-2", number: 1, outstanding: 1n },
          ],
        },
      ],
    );
  });

  const member = "branch";
  const attributes: Partial<Attributes> = {
    ...{ country: "BR", insurer_name: "Seguro", info: new Map([[member, "1"]]) },
    client_info: new Map([[member, "N"]]),
  };
  it.each<[Dimension, "apart" | "together"]>([
    ["country", "apart"],
    [{ of: "client_info", member }, "apart"],
    [{ of: "info", member }, "together"],
    ["insurer_name", "together"],
  ])("by %j counts disbursements without it %s", (by, how) => {
    const named = examined(loan({ ...YEAR, amount: 100 }), attributes);
    const [found] = answerOf([lent(160, "C-1"), named, lent(40, "C-1")], { by });
    expect(found).toMatchObject(
      how === "apart"
        ? { groups: 3, largest: cents(160), squares: squareOf(100, 160, 40) }
        : { groups: 2, largest: cents(200), squares: squareOf(100, 200) },
    );
    expect(found?.rows.map(({ outstanding }) => outstanding)).toEqual([cents(200), cents(100)]);
  });

  it("orders ties by group, none first, and sums up what lies beyond the top", () => {
    const clients = [null, "C-1", "C-2", "C-3"];
    const all = clients.map((client) =>
      lent(30, client, client === "C-3" ? [expected("P-1", "2026-05-30", 30, 0)] : []),
    );
    for (const added of [
      all,
      all.toReversed(),
      [all[2], all[0], all[3], all[1]].flatMap((one) => one ?? []),
    ]) {
      const [found] = answerOf([...added, lent(10, "C-4")], { top: 2 });
      expect(found?.rows.map(({ group }) => group)).toEqual([null, "C-1"]);
      expect(found?.others).toEqual(owed(3, 70, 30, 30));
      expect(found).toMatchObject({ groups: 5, largest: cents(30), squares: squareOf(30, 30, 30, 30, 10) });
    }
    expect(answerOf(all, { top: 4 })[0]?.others).toBeNull();
    expect(answerOf(all, { top: 3 })[0]?.others).toEqual(owed(1, 30, 30, 30));
  });

  it("leaves out what the filters leave out", () => {
    const view = { day: DAY, by: "client_id", top: 9, filters: { currency: ["EUR"] } } as const;
    const concentration = new Concentration(view);
    expect(concentration.add(lent(600, "C-1"))).toBe(true);
    expect(concentration.add(lent(500, "C-1", [], { currency: "EUR" }))).toBe(true);
    expect(concentration.answer().map(({ currency }) => currency)).toEqual(["EUR"]);
  });
});

describe("a concentration that is saved", () => {
  const [first, second] = [lent(300, "C-2"), lent(50, null)];

  it("continues, and keeps only the answer once all is added", () => {
    const text = gathered([first, second, lent(20, "C-3")]).save(false);
    const next = gathered([lent(600, "C-1"), lent(60, null), lent(7, "C-2")], { text, top: 1 });
    expect(next.answer()).toMatchObject([
      {
        ...{ groups: 5, largest: cents(600), squares: squareOf(600, 307, 50, 60, 20) },
        rows: [{ group: "C-1", number: 1 }],
        others: owed(5, 437),
      },
    ]);
    const whole = next.save(true);
    expect(whole).not.toContain("C-2");
    expect(gathered([], { text: whole }).answer()).toEqual(next.answer());
  });

  // Without their names and sums, which the count does not need.
  const groups = Array(99_998).fill("[]").join();
  const nothing = saved({ number: 0, outstanding: 0n, arrears: 0n, over_30: 0n });
  const full = `{"sums":[["EUR",{},[["A",${nothing}]]],["USD",{},[${groups}]]]}`;
  it("says when it counts more than 100,000 groups, and goes on with those that it has", () => {
    const concentration = new Concentration({ day: DAY, by: "client_id", top: 1, filters: {} }, full);
    const add = (client_id: string, currency: string) =>
      concentration.add(lent(1, client_id, [], { currency, start: DAY }));
    expect(["A", "B", "B"].map((client) => add(client, "EUR"))).toEqual([true, true, true]);
    expect(["C", "C", "A"].map((client) => add(client, "EUR"))).toEqual([false, false, false]);
  });
});
