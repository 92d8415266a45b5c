import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { measured } from "../support/lookup-rows.ts";

const DAY = "as_of_date=2026-07-01";
const terms = { disbursement_date: "2026-01-15", maturity_date: "2026-12-31" };
const installment = { ...payment, payment_total: 550, payment_principal: 500, due_date: "2026-03-01" };

/** Loans with one installment each: the client is event 1, loan n is event 2n, its payment event 2n + 1. */
async function withLoans(count: number): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  for (let n = 1; n <= count; n += 1) {
    const disbursement_id = `L-${n}`;
    await api.accept("disbursement", { ...loan, ...terms, disbursement_id });
    await api.accept("payment", { ...installment, payment_id: `PAY-${n}`, disbursement_id });
  }
  return api;
}

const paid = (n: number) => ({
  step: "update",
  payment_id: `PAY-${n}`,
  status: "paid",
  payment_date: "2026-03-01",
});

describe("a position at known_at", () => {
  it("reads the events of its disbursement and payments, and no others", async () => {
    const api = await withLoans(20);
    await api.accept("payment", paid(3));
    const path = `/api/positions/L-3?${DAY}&known_at=41`;
    const { answer, rowsRead } = await measured(api.tenant, path);
    expect(answer.body.data.arrears.total).toBe(550);
    expect(rowsRead).toBeLessThan(30);
  });

  it("has the payments that were its own then, of which one belongs to another disbursement now", async () => {
    const api = await withLoans(2);
    const then = (await api.get(`/api/positions/L-1?${DAY}`)).body.data;
    await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
    await api.accept("payment", { ...installment, payment_id: "PAY-1", disbursement_id: "L-2" });
    expect((await api.get(`/api/positions/L-1?${DAY}`)).body.data.installments).toEqual([]);
    expect((await api.get(`/api/positions/L-1?${DAY}&known_at=5`)).body.data).toEqual(then);
    expect((await api.get(`/api/positions/L-2?${DAY}&known_at=5`)).body.data.installments).toHaveLength(1);
    expect((await api.get(`/api/positions/L-1?${DAY}&known_at=6`)).body.data.installments).toEqual([]);
  });
});

describe("questions over all disbursements at known_at", () => {
  beforeEach(() => void vi.spyOn(Date, "now").mockReturnValue(Date.now()));
  afterEach(() => vi.restoreAllMocks());

  const CHANGES = [
    ["disbursement", { step: "delete", disbursement_id: "L-2" }],
    ["payment", paid(1)],
    ["client", { ...individual, client_id: "C-9" }],
    ["disbursement", { ...loan, ...terms, disbursement_id: "L-0" }],
    ["disbursement", { step: "update", disbursement_id: "L-3", client_id: "C-9" }],
  ] as const;

  it.each([
    "positions",
    "positions?sort_by=disbursement_id&sort_order=asc&limit=2",
    "positions?sort_by=arrears&client_id=C-1",
    "portfolio",
    "quality",
  ])("%s answers what was answered then", async (question) => {
    const api = await withLoans(3);
    const path = `/api/${question}${question.includes("?") ? "&" : "?"}${DAY}`;
    const then = (await api.get(path)).body;
    const known = `${path}&known_at=7`;
    const figures = ({ data, rules }: typeof then) => data ?? rules;
    for (const [category, data] of CHANGES) {
      await api.accept(category, data);
      expect(figures((await api.get(known)).body)).toEqual(figures(then));
    }
    expect(figures((await api.get(path)).body)).not.toEqual(figures(then));
  });

  it("a list continues with the next page of the same past", async () => {
    const api = await withLoans(5);
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-2" });
    await api.accept("payment", paid(4));
    for (const sort of ["sort_by=disbursement_id&sort_order=asc", "sort_by=arrears"]) {
      const path = `/api/positions?${DAY}&${sort}&limit=2&known_at=11`;
      const found: string[] = [];
      for (let next = ""; ; ) {
        const { data, pagination } = (await api.get(`${path}${next}`)).body;
        expect([pagination.from_sequence, pagination.to_sequence]).toEqual([11, 11]);
        for (const { disbursement_id, arrears } of data) found.push(`${disbursement_id} ${arrears.total}`);
        if (!pagination.has_more) break;
        next = `&cursor=${pagination.next_cursor}`;
      }
      expect(found).toEqual([1, 2, 3, 4, 5].map((n) => `L-${n} 550`));
    }
  });

  it("show what was there, of which some has changed since in every way, and the rest has not", async () => {
    const api = await withLoans(4);
    // Two more payments of L-1, one of them with a change that counts from a day on.
    for (const payment_id of ["PAY-5", "PAY-6"]) {
      const due_date = "2026-04-01";
      await api.accept("payment", { ...installment, payment_id, disbursement_id: "L-1", due_date });
    }
    const later = { step: "update", payment_id: "PAY-6", due_date: "2026-04-20", change_date: "2026-03-20" };
    await api.accept("payment", later);
    await api.accept("payment", paid(2));
    const known = 13;
    const paths = [
      `/api/positions?${DAY}&sort_by=disbursement_id`,
      "/api/positions?as_of_date=2026-04-05&sort_by=disbursement_id",
      ...[1, 2, 3, 4, 5].map((n) => `/api/positions/L-${n}?${DAY}&series=days`),
    ];
    const seen = async (more = "") => {
      const texts: string[] = [];
      for (const path of paths) {
        const { status, body } = await api.get(`${path}${more}`);
        texts.push(JSON.stringify(status === 200 ? body.data : status));
      }
      return texts;
    };
    const then = await seen();
    const dated = { change_date: "2026-04-02", change_reason: "agreed" };
    const amounts = { payment_total: 560, payment_principal: 510 };
    const EVENTS = [
      ["payment", paid(1)],
      ["payment", { step: "delete", payment_id: "PAY-5" }],
      ["payment", { ...installment, payment_id: "PAY-5", disbursement_id: "L-3" }],
      ["payment", { step: "update", payment_id: "PAY-6", ...amounts, ...dated }],
      ["payment", { ...installment, payment_id: "PAY-7", disbursement_id: "L-2" }],
      ["payment", { step: "delete", payment_id: "PAY-4" }],
      ["disbursement", { step: "update", disbursement_id: "L-2", maturity_date: "2027-03-31", ...dated }],
      ["disbursement", { step: "delete", disbursement_id: "L-4" }],
      ["disbursement", { ...loan, ...terms, disbursement_id: "L-4", disbursement_amount: 400 }],
      ["disbursement", { ...loan, ...terms, disbursement_id: "L-5" }],
    ] as const;
    for (const [category, data] of EVENTS) {
      await api.accept(category, data);
      expect(await seen(`&known_at=${known}`)).toEqual(then);
    }
    expect(await seen()).not.toEqual(then);
  });

  it("read events of what has changed since only", async () => {
    const LOANS = 40;
    const api = await withLoans(LOANS);
    const rowsOf = async (day: string) => {
      const path = `/api/portfolio?as_of_date=${day}&known_at=${2 * LOANS + 1}`;
      const { answer, rowsRead } = await measured(api.tenant, path);
      expect(answer.body.data[0]).toMatchObject({ number: LOANS, arrears: LOANS * 550 });
      return rowsRead;
    };
    await api.accept("payment", paid(1));
    const afterOne = await rowsOf("2026-07-01");
    for (let n = 2; n <= LOANS; n += 1) await api.accept("payment", paid(n));
    // Its two events are found, and the one that was known is read.
    expect(await rowsOf("2026-07-02")).toBeGreaterThanOrEqual(afterOne + 3 * (LOANS - 1));
  });

  it("a portfolio is folded in steps, and the answer is that of one step", async () => {
    const api = new Api();
    await api.accept("client", individual);
    for (let n = 1; n <= 102; n += 1) {
      await api.accept("disbursement", { ...loan, ...terms, disbursement_id: `L-${n}` });
    }
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    const path = `/api/portfolio?${DAY}&known_at=103`;
    // A request has time for one page of 100 disbursements; the clock stands while an event is written.
    let [clock, look] = [Date.now(), 3_600];
    vi.spyOn(Date, "now").mockImplementation(() => (clock += look));
    const begun = await measured(api.tenant, path);
    expect(begun.answer.status).toBe(202);
    expect(begun.answer.body).toMatchObject({
      disbursements_done: 100,
      from_sequence: 103,
      to_sequence: 103,
    });
    look = 0;
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-99" });
    look = 3_600;
    const { answer } = await measured(api.tenant, path);
    expect([answer.status, answer.body.data[0].number]).toEqual([200, 102]);
  }, 30_000);

  it("quality finds the registration numbers that clients shared then", async () => {
    const api = new Api();
    const client = (client_id: string, registration_number: string) => ({
      ...individual,
      client_id,
      registration_number,
    });
    const own = { step: "update", client_id: "C-2", registration_number: "B" };
    await api.accept("client", client("C-1", "A"));
    await api.accept("client", client("C-2", "A"));
    await api.accept("client", { step: "update", client_id: "C-1", name: "Other" });
    await api.accept("client", own);
    await api.accept("client", client("C-3", "B"));
    await api.accept("client", { step: "delete", client_id: "C-2" });
    await api.accept("client", client("C-2", "A"));
    const sharedAt = async (known: number) => {
      const { rules } = (await api.get(`/api/quality?${DAY}&known_at=${known}`)).body;
      const rule = rules.find(({ code }: { code: string }) => code === "shared_registration_number");
      return rule.examples.map(({ client_ids }: { client_ids: string[] }) => client_ids.join());
    };
    const found = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(sharedAt));
    expect(found).toEqual([[], ["C-1,C-2"], ["C-1,C-2"], [], ["C-2,C-3"], [], ["C-1,C-2"]]);
  });
});
