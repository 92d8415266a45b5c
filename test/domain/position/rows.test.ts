import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import type { PaymentFacts, RowEvent } from "../../../src/domain/position/facts.ts";
import { rowAt } from "../../../src/domain/position/rows.ts";
import { expected } from "./loans.ts";

/* A payment's row as of a day, folded from its events (docs/portfolio.md#rows-as-of-a-day). Amounts are minor units. */

const CREATED = {
  status: "expected",
  due_date: "2026-02-01",
  payment_total: 1100n,
  payment_principal: 1000n,
} as const;

/** Events from sequence 11 on, each with the day from which it applies; none for all days. */
const folded = (
  ...events: readonly (readonly [RowEvent["step"], RowEvent["set"], string?])[]
): PaymentFacts => ({
  ...expected("P-1", "2026-02-01", 10, 1),
  row_events: events.map(([step, set, change_date = null], index) => ({
    sequence: 11 + index,
    step,
    change_date,
    set,
  })),
});

const LAST = "9999-12-31";
const row = (payment: PaymentFacts, day = LAST) => rowAt(payment, day, UTC);
const created = ["create", CREATED] as const;

describe("the row of a payment with dated events", () => {
  it("is what its create says, with the part that it leaves out, and no number where none was sent", () => {
    expect(row(folded(created))).toMatchObject({
      status: "expected",
      installment_number: null,
      due_date: "2026-02-01",
      expected: { total: 1100n, principal: 1000n, fee: 100n, due_date: "2026-02-01", due_sequence: 11 },
    });
    const byFee = folded(["create", { ...CREATED, payment_principal: null, payment_fee: 100n }]);
    expect(row(byFee)?.expected).toMatchObject({ principal: 1000n, fee: 100n });
    const unknown = folded(["create", { ...CREATED, payment_principal: null }]);
    expect(row(unknown)?.expected).toMatchObject({ total: 1100n, principal: null, fee: null });
  });

  it("does not exist before a create that is dated later, nor after a delete; an update of none is none", () => {
    const late = folded(["create", CREATED, "2026-03-01"], ["update", { due_date: "2026-04-01" }]);
    expect(row(late, "2026-02-28")).toBeNull();
    expect(row(late, "2026-03-01")).toMatchObject({ due_date: "2026-04-01" });
    const gone = folded(created, ["delete", {}, "2026-03-01"]);
    expect([row(gone, "2026-02-28")?.status, row(gone, "2026-03-01")]).toEqual(["expected", null]);
  });

  it("has of each event from its day on what the event sets, and of one without a day on all days", () => {
    const changed = folded(
      created,
      ["update", { installment_number: 4 }, "2026-03-01"],
      ["update", { due_date: "2026-02-15" }],
      ["update", { status: "canceled" }, "2026-04-01"],
    );
    expect(row(changed, "2026-02-28")).toMatchObject({ installment_number: null, due_date: "2026-02-15" });
    expect(row(changed, "2026-03-31")).toMatchObject({ installment_number: 4, status: "expected" });
    expect(row(changed, "2026-04-01")).toMatchObject({ status: "canceled", expected: { due_sequence: 13 } });
    const cleared = folded(
      created,
      ["update", { installment_number: 4 }],
      ["update", { installment_number: null }],
    );
    expect(row(cleared)?.installment_number).toBeNull();
  });

  it.each<readonly [string, RowEvent["set"], readonly (bigint | null)[]]>([
    ["another total", { payment_total: 900n }, [900n, null, null]],
    [
      "another total and both parts",
      { payment_total: 900n, payment_principal: 850n, payment_fee: 50n },
      [900n, 850n, 50n],
    ],
    ["another fee", { payment_fee: 90n }, [1100n, null, null]],
    ["one part cleared", { payment_fee: null }, [1100n, 1000n, 100n]],
    ["both parts cleared", { payment_principal: null, payment_fee: null }, [1100n, null, null]],
    [
      "a part above the total",
      { payment_total: 900n, payment_principal: 1000n, payment_fee: null },
      [900n, null, null],
    ],
    ["no fee", { payment_principal: 1100n, payment_fee: null }, [1100n, 1100n, 0n]],
    ["only fee", { payment_principal: 0n, payment_fee: 1100n }, [1100n, 0n, 1100n]],
  ])("parts that do not make up the total are unknown: with %s", (_, set, parts) => {
    const now = row(folded(created, ["update", set, "2026-03-01"]))?.expected;
    expect([now?.total, now?.principal, now?.fee]).toEqual(parts);
  });
});

describe("a row without what its event leaves out", () => {
  it("is expected, of a payment whose create sends neither a status nor parts", () => {
    const plain = folded(["create", { due_date: "2026-02-01", payment_total: 1100n }]);
    expect(row(plain)).toMatchObject({
      status: "expected",
      expected: { total: 1100n, principal: null, fee: null },
    });
  });

  it("keeps the fee where only the principal is sent, and then they must make up the total", () => {
    const byFee = folded(["create", { ...CREATED, payment_principal: null, payment_fee: 100n }]);
    const changed = { ...byFee, row_events: [...(byFee.row_events ?? [])] };
    const update = {
      sequence: 12,
      step: "update",
      change_date: null,
      set: { payment_principal: 900n },
    } as const;
    changed.row_events.push(update);
    expect(row(changed)?.expected).toMatchObject({ total: 1100n, principal: null, fee: null });
  });

  it("begins anew with a second create, also before the day of the delete between them", () => {
    const again = folded(
      ["create", { ...CREATED, installment_number: 4 }],
      ["delete", {}, "2026-03-01"],
      ["create", { due_date: "2026-05-01", payment_total: 900n }],
    );
    expect(row(again, "2026-02-28")).toMatchObject({
      installment_number: null,
      expected: { total: 900n, principal: null, due_date: "2026-05-01", due_sequence: 13 },
    });
  });
});

describe("the row of a payment without dated events", () => {
  const record = { ...expected("P-1", "2026-02-01", 10, 1), row_events: null };

  it("is what its record says was expected last, also after it is paid on another day", () => {
    const paidLater = { ...record, status: "paid", due_date: "2026-02-09" } as const;
    expect(row(paidLater)).toEqual({
      status: "paid",
      installment_number: 1,
      due_date: "2026-02-09",
      expected: { total: 1100n, principal: 1000n, fee: 100n, due_date: "2026-02-01", due_sequence: 2 },
    });
  });
});

describe("a payment that becomes expected again", () => {
  const paid = ["update", { status: "paid", payment_total: 700n, due_date: "2026-02-09" }] as const;

  it.each<readonly [string, RowEvent["set"], readonly (bigint | null)[], string]>([
    ["as it was", {}, [1100n, 1000n, 100n], "2026-02-01"],
    ["with the same total", { payment_total: 1100n }, [1100n, 1000n, 100n], "2026-02-01"],
    [
      "with another total, whose parts are unknown",
      { payment_total: 800n },
      [800n, null, null],
      "2026-02-01",
    ],
    [
      "with another total and a part",
      { payment_total: 800n, payment_fee: 100n },
      [800n, 700n, 100n],
      "2026-02-01",
    ],
    ["on another day", { due_date: "2026-03-09" }, [1100n, 1000n, 100n], "2026-03-09"],
  ])("is due %s", (_, set, parts, due_date) => {
    for (const status of ["paid", "canceled"] as const) {
      const before = ["update", { ...paid[1], status }] as const;
      const again = row(folded(created, before, ["update", { status: "expected", ...set }, "2026-03-01"]));
      expect([again?.expected?.total, again?.expected?.principal, again?.expected?.fee]).toEqual(parts);
      expect([again?.due_date, again?.expected?.due_date]).toEqual([due_date, due_date]);
      expect(again?.expected?.due_sequence).toBe(set.due_date === undefined ? 11 : 13);
    }
  });

  it("keeps the day of its last event while it is paid", () => {
    expect(row(folded(created, paid, ["update", { payment_total: 800n }]))).toMatchObject({
      status: "paid",
      due_date: "2026-02-09",
    });
    const canceled = folded(
      created,
      ["update", { status: "canceled", due_date: "2026-02-07" }],
      ["update", { status: "paid" }],
    );
    expect(row(canceled)?.due_date).toBe("2026-02-07");
  });

  it("keeps while it is paid what was expected of it", () => {
    expect(row(folded(created, paid))).toMatchObject({
      status: "paid",
      due_date: "2026-02-09",
      expected: { total: 1100n, principal: 1000n, fee: 100n, due_date: "2026-02-01", due_sequence: 11 },
    });
  });

  it("for the first time is due by what it says, and the event that makes it so sets its due date", () => {
    const receipt = ["create", { ...CREATED, status: "paid" }] as const;
    expect(row(folded(receipt))?.expected).toBeNull();
    expect(row(folded(receipt, ["update", { status: "expected" }]))?.expected).toEqual({
      total: 1100n,
      principal: 1000n,
      fee: 100n,
      due_date: "2026-02-01",
      due_sequence: 12,
    });
  });
});
