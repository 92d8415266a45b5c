import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPENING, tapeOf } from "../simulation/position-tape.ts";
import { spell } from "../simulation/world.ts";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { runs } from "../support/runs.ts";

const PATH = "/api/cash-flows?as_of_date=2026-02-15&past=1&months=3";
const lend = (api: Api, disbursement_id: string, disbursement_amount: number, others: object = {}) =>
  api.accept("disbursement", {
    ...{ ...loan, disbursement_id, disbursement_amount, total_expected_margin: 0 },
    ...{ disbursement_date: "2026-01-10", maturity_date: "2026-12-31", ...others },
  });
const row = (api: Api, payment_id: string, disbursement_id: string, others: object) =>
  api.accept("payment", { ...payment, payment_id, disbursement_id, ...others });

const parts = (total: number, principal = total, fee = 0) => ({ total, principal, fee });
const NOTHING = parts(0);

/**
 * A: 1,000 and 100 in two rows of 500 and 50, 300 paid of the first. B and C: no schedule, C past its maturity. D: a row
 * of 150 for 100. E: repaid before it started.
 */
async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await lend(api, "A", 1000, { total_expected_margin: 100, maturity_date: "2026-03-01" });
  const half = { payment_total: 550, payment_principal: 500, payment_fee: 50 };
  await row(api, "A-1", "A", { ...half, due_date: "2026-02-01", installment_number: 1 });
  await row(api, "A-2", "A", { ...half, due_date: "2026-03-01", installment_number: 2 });
  const paid = { step: "update", status: "paid", payment_date: "2026-02-05", payment_total: 300 };
  await api.accept("payment", { ...paid, payment_id: "A-1" });
  await lend(api, "B", 400);
  await lend(api, "C", 200, { maturity_date: "2026-02-10" });
  await lend(api, "D", 100);
  await row(api, "D-1", "D", { payment_total: 150, payment_principal: 150, due_date: "2026-04-01" });
  await lend(api, "E", 20, { disbursement_date: "2026-02-01" });
  const early = { status: "paid", payment_date: "2026-01-20", due_date: "2026-01-20" };
  await row(api, "E-1", "E", { ...early, payment_total: 20, payment_principal: 20 });
  await lend(api, "pending", 9000, { disbursement_date: "2026-02-16" });
  return api;
}

describe("cash flows", () => {
  it("show past months, what is overdue, and what will fall due", async () => {
    const api = await stocked();
    const { body } = await api.get(PATH);
    expect(body.data).toEqual([
      {
        currency: "USD",
        outstanding: 1450,
        past: [
          {
            ...{ month: "2026-01", to: "2026-01-31", due: NOTHING, received: NOTHING },
            ...{ covered_by_end: NOTHING, collection_rate: null },
          },
          {
            month: "2026-02",
            to: "2026-02-15",
            // A's first row, and E's receipt of before its start.
            due: parts(570, 520, 50),
            received: parts(320, 270, 50),
            covered_by_end: parts(320, 270, 50),
            collection_rate: 0.561404,
          },
        ],
        overdue: parts(250),
        overdue_unscheduled: 200,
        future: [
          { month: "2026-02", due: NOTHING, unscheduled: 0 },
          { month: "2026-03", due: parts(550, 500, 50), unscheduled: 0 },
          { month: "2026-04", due: parts(150), unscheduled: 0 },
        ],
        beyond: { due: NOTHING, unscheduled: 400 },
        over_scheduled: 50,
      },
    ]);
  });

  it("move what is unscheduled to the month of maturity, and what comes later beyond", async () => {
    const api = await stocked();
    const year = (await api.get("/api/cash-flows?as_of_date=2026-02-15&months=11&past=0")).body.data[0];
    expect(year.past.map(({ month }: { month: string }) => month)).toEqual(["2026-02"]);
    expect(year.future).toHaveLength(11);
    expect(year.future[10]).toEqual({ month: "2026-12", due: NOTHING, unscheduled: 400 });
    expect(year.beyond).toEqual({ due: NOTHING, unscheduled: 0 });
    const one = (await api.get("/api/cash-flows?as_of_date=2026-02-15&months=1")).body.data[0];
    expect([one.past.length, one.beyond]).toEqual([13, { due: parts(700, 650, 50), unscheduled: 400 }]);
  });

  it("count what was paid later in its month, and what is covered by its end", async () => {
    const api = await stocked();
    const paid = { status: "paid", payment_date: "2026-03-10", due_date: "2026-03-10" };
    await row(api, "A-3", "A", {
      ...paid,
      payment_total: 250,
      payment_principal: 250,
      installment_number: 1,
    });
    const { past } = (await api.get("/api/cash-flows?as_of_date=2026-03-31&past=2")).body.data[0];
    expect(past).toMatchObject([
      { month: "2026-02", to: "2026-02-28", covered_by_end: parts(320, 270, 50), collection_rate: 0.561404 },
      {
        month: "2026-03",
        to: "2026-03-31",
        due: parts(550, 500, 50),
        received: parts(250),
        covered_by_end: NOTHING,
      },
    ]);
  });

  it("take groups and filters; groups add up to the whole", async () => {
    const api = await stocked();
    await lend(api, "yen", 700, { currency: "JPY" });
    const { data } = (await api.get(`${PATH}&group_by=disbursed_month`)).body;
    expect(
      data.map(({ currency, group }: { currency: string; group: string }) => `${currency} ${group}`),
    ).toEqual(["JPY 2026-01", "USD 2026-01", "USD 2026-02"]);
    expect(data[1].outstanding + data[2].outstanding).toBe(1450);
    expect(data[1].past[1].received.total + data[2].past[1].received.total).toBe(320);
    expect((await api.get(`${PATH}&state=repaid`)).body.data).toMatchObject([
      { outstanding: 0, overdue: NOTHING },
    ]);
    for (const query of ["past=61", "past=-1", "months=0", "months=121", "by=kind", "past=1.5"]) {
      expect((await api.get(`/api/cash-flows?${query}`)).body.code, query).toBe("invalid_query");
    }
  });

  it("as CSV have a line for each month and part", async () => {
    const api = await stocked();
    const { text } = await api.get(PATH, { Accept: "text/csv" });
    const [head = "", ...lines] = text.trimEnd().split("\r\n");
    const columns = head.split(",");
    const cells = lines.map((line) =>
      Object.fromEntries(line.split(",").map((cell, at) => [columns[at], cell])),
    );
    expect(cells.map(({ section, month }) => `${section} ${month}`)).toEqual([
      "whole ",
      "past 2026-01",
      "past 2026-02",
      "overdue ",
      "future 2026-02",
      "future 2026-03",
      "future 2026-04",
      "beyond ",
    ]);
    expect(cells[2]).toMatchObject({ due_total: "570", received_fee: "50", collection_rate: "0.561404" });
    expect(cells[3]).toMatchObject({ due_principal: "250", unscheduled: "200" });
    expect(cells[7]).toMatchObject({ due_total: "0", unscheduled: "400" });
    expect(cells[0]).toMatchObject({ outstanding: "1450", over_scheduled: "50" });
  });
});

interface Installment {
  readonly due_date: string;
  readonly expected: { readonly total: number };
  readonly reduced: { readonly total: number };
  readonly covered: number;
}

const cents = (amount: number) => Math.round(amount * 100);
const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + cents(one), 0);

it("the cash flows of any tape, day and known_at follow from its positions, and add up", async () => {
  const days = fc.constantFrom("2024-02-15", "2024-02-29", "2024-03-31", "2025-06-30");
  await fc.assert(
    fc.asyncProperty(tapeOf(40), days, fc.integer({ min: 6, max: 45 }), async (tape, day, known) => {
      const api = new Api();
      let head = 0;
      for (const event of [...OPENING, ...tape]) {
        const answer = await api.post("/ingest", spell(event));
        if (answer.status < 300) head = answer.body.sequence;
      }
      for (const at of ["", `&known_at=${Math.min(head, known)}`]) {
        const query = `as_of_date=${day}${at}`;
        const portfolio = (await api.get(`/api/portfolio?${query}&currency=USD`)).body.data[0];
        const [flows] = (await api.get(`/api/cash-flows?${query}&currency=USD&past=60&months=2`)).body.data;
        if (!portfolio) {
          expect(flows).toBeUndefined();
          continue;
        }
        const { past, overdue, overdue_unscheduled, future, beyond, over_scheduled, outstanding } = flows;
        expect(cents(outstanding)).toBe(cents(portfolio.outstanding));
        expect(sum(past.map((one: { received: { total: number } }) => one.received.total))).toBe(
          cents(portfolio.received),
        );
        const ahead = [...future, beyond];
        expect(
          sum([
            overdue.principal,
            overdue_unscheduled,
            ...ahead.flatMap(({ due, unscheduled }) => [due.principal, unscheduled]),
          ]),
        ).toBe(sum([outstanding, over_scheduled]));
        for (const one of [...past, ...ahead.map(({ due }) => ({ due }))]) {
          expect(cents(one.due.total)).toBe(sum([one.due.principal, one.due.fee]));
        }
        const listed = await api.get(
          `/api/positions?${query}&currency=USD&sort_by=disbursement_id&limit=200`,
        );
        const open = listed.body.data.filter(({ bucket }: { bucket: string | null }) => bucket !== null);
        const rows: Installment[] = [];
        for (const { disbursement_id } of open) {
          const { data } = (await api.get(`/api/positions/${disbursement_id}?${query}`)).body;
          rows.push(...data.installments);
        }
        const left = (some: readonly Installment[]) =>
          sum(some.flatMap(({ expected, reduced, covered }) => [expected.total, -reduced.total, -covered]));
        expect(cents(overdue.total)).toBe(left(rows.filter(({ due_date }) => due_date <= day)));
        const later = rows.filter(({ due_date }) => due_date > day);
        for (const { month, due } of future) {
          expect(cents(due.total)).toBe(left(later.filter(({ due_date }) => due_date.startsWith(month))));
        }
        const last = future.at(-1).month;
        expect(cents(beyond.due.total)).toBe(
          left(later.filter(({ due_date }) => due_date.slice(0, 7) > last)),
        );
      }
    }),
    { seed: 20261130, numRuns: runs(2, 20), endOnFailure: true },
  );
});
