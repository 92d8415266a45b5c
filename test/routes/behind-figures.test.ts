import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS } from "../../src/domain/position/state.ts";
import { OPENING, tapeOf } from "../simulation/position-tape.ts";
import { spell } from "../simulation/world.ts";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { runs } from "../support/runs.ts";

/* The lists behind the figures of reports (docs/analytics.md#behind-a-figure). */

// biome-ignore lint/suspicious/noExplicitAny: a test reads any member and fails when it is not there
type Json = any;
type Query = Readonly<Record<string, string>>;

async function read(api: Api, path: string, query: Query): Promise<Json> {
  const { status, body, text } = await api.get(`${path}?${new URLSearchParams(query)}`);
  expect(status, `${path} ${JSON.stringify(query)} ${text}`).toBe(200);
  return body.data;
}

const cents = (amount: number) => Math.round(amount * 100);
const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + cents(one), 0) / 100;
const sumOfParts = (all: readonly Json[]) => ({
  total: sum(all.map(({ total }) => total)),
  principal: sum(all.map(({ principal }) => principal)),
  fee: sum(all.map(({ fee }) => fee)),
});

const filterOf = (place: string, prefix = "") =>
  BUCKETS.some((bucket) => bucket === place) ? { [`${prefix}bucket`]: place } : { [`${prefix}state`]: place };

/** Compares each cell of the matrix, those of the diagonal too, with its list. */
async function checkCells(api: Api, [from_date = "", to = ""]: readonly string[], narrowed: Query) {
  const { state: from_state, ...others } = narrowed;
  const span = { from_date, to_date: to };
  for (const cell of await read(api, "/api/roll-rates", { ...span, ...narrowed })) {
    const listed: Json[] = await read(api, "/api/positions", {
      ...{ as_of_date: to, from_date, ...others, currency: cell.currency },
      ...(from_state && { from_state }),
      ...filterOf(cell.from, "from_"),
      ...filterOf(cell.to),
    });
    expect({
      number: listed.length,
      outstanding_from: sum(listed.map(({ from }) => from.outstanding_principal)),
      outstanding_to: sum(listed.map(({ outstanding_principal }) => outstanding_principal)),
    }).toEqual({
      number: cell.number,
      outstanding_from: cell.outstanding_from,
      outstanding_to: cell.outstanding_to,
    });
  }
}

/** Compares each month of the cash flows with its list, and says how many disbursements were listed. */
async function checkMonths(api: Api, as_of_date: string, narrowed: Query): Promise<number> {
  let listed = 0;
  const list = async (month: Query, currency: string, sort_by: string): Promise<Json[]> => {
    const query = { as_of_date, ...narrowed, ...month, currency, sort_by };
    const lines = await read(api, "/api/positions", query);
    listed += lines.length;
    return lines;
  };
  const asked = { as_of_date, ...narrowed, past: "3", months: "2" };
  for (const { currency, past, future } of await read(api, "/api/cash-flows", asked)) {
    for (const { month, to, due, received, covered_by_end } of past) {
      const flows = (await list({ past_month: month }, currency, "disbursement_id")).map((one) => one.past);
      for (const flow of flows) expect(flow).toMatchObject({ month, to });
      expect(sumOfParts(flows.map((flow) => flow.due))).toEqual(due);
      expect(sumOfParts(flows.map((flow) => flow.received))).toEqual(received);
      expect(sumOfParts(flows.map((flow) => flow.covered_by_end))).toEqual(covered_by_end);
    }
    for (const { month, due, unscheduled } of future) {
      const flows = (await list({ future_month: month }, currency, "outstanding")).map((one) => one.future);
      expect(sumOfParts(flows.map((flow) => flow.due))).toEqual(due);
      expect(sum(flows.map((flow) => flow.unscheduled))).toBe(unscheduled);
    }
  }
  return listed;
}

const DAYS = ["2024-01-30", "2024-02-15", "2024-02-29", "2024-03-02", "2024-04-01"] as const;
const narrowing = fc.constantFrom<Query>(
  ...[{}, { kind: "loan" }, { client_id: "C-0" }, { allocation: "own" }, { arrears_tolerance: "300" }],
  ...[
    { currency: "USD", state: "current" },
    { country: "US", arrears_tolerance_share: "0.5" },
  ],
);

let listed = 0;

it("the lists behind the roll rates and the cash flows of any tape add up to them, now and at any known_at", async () => {
  const days = fc.tuple(fc.constantFrom(...DAYS), fc.constantFrom(...DAYS));
  const questions = fc.array(fc.record({ days, narrowing }), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(tapeOf(40), questions, fc.integer({ min: 6, max: 45 }), async (tape, asked, at) => {
      const api = new Api();
      let head = 0;
      for (const event of [...OPENING, ...tape]) {
        const answer = await api.post("/ingest", spell(event));
        if (answer.status < 300) head = answer.body.sequence;
      }
      for (const { days: both, narrowing: narrowed } of asked) {
        for (const known of [{}, { known_at: String(Math.min(head, at)) }]) {
          await checkCells(api, both.toSorted(), { ...narrowed, ...known });
          listed += await checkMonths(api, both[0], { ...narrowed, ...known });
        }
      }
    }),
    { seed: 20261130, numRuns: runs(1, 20), endOnFailure: true },
  );
  expect(listed).toBeGreaterThan(10);
}, 600_000);

/** 600 due in February and never paid. */
async function lent(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  const dated = { disbursement_date: "2026-01-01", maturity_date: "2026-12-31", total_expected_margin: 0 };
  await api.accept("disbursement", { ...loan, ...dated, disbursement_amount: 600 });
  const due = { due_date: "2026-02-10", payment_total: 600, payment_principal: 600, payment_fee: 0 };
  await api.accept("payment", { ...payment, ...due });
  return api;
}

describe("a list", () => {
  it("shows what is behind a figure beside each position, as CSV too", async () => {
    const api = await lent();
    const query = "as_of_date=2026-02-20&from_date=2026-01-31&past_month=2026-02";
    const { body } = await api.get(`/api/positions?${query}`);
    const amount = { total: 600, principal: 600, fee: 0 };
    const none = { total: 0, principal: 0, fee: 0 };
    expect(body.data).toMatchObject([
      {
        bucket: "1-30",
        from: { state: "current", bucket: "current", days_past_due: 0, outstanding_principal: 600 },
        past: { month: "2026-02", to: "2026-02-20", due: amount, received: none, covered_by_end: none },
      },
    ]);
    const csv = await api.get(`/api/positions?${query}`, { Accept: "text/csv" });
    const [head = "", line = ""] = csv.text.split("\r\n");
    expect(head).toMatch(/,from_outstanding_principal,past_month,past_to,past_due_total,.*_fee$/);
    expect(line).toContain(",current,current,0,600,2026-02,2026-02-20,600,600,0,");
    for (const other of [
      "past_month=2026-01",
      "future_month=2026-03",
      "from_date=2026-01-31&from_state=late",
    ]) {
      expect((await api.get(`/api/positions?as_of_date=2026-02-20&${other}`)).body.data, other).toEqual([]);
    }
  });

  it.each([
    ["from_bucket=current", "from_bucket needs from_date"],
    ["from_state=late", "from_state needs from_date"],
    ["from_date=2026-01-01&changed_since=2026-01-01", "from_date excludes changed_since"],
    ["from_date=2026-03-01", "from_date must not be after as_of_date"],
    ["from_date=2026-01-01&from_bucket=late", "from_bucket must be one of"],
    ["past_month=2026-13", "past_month must be a month YYYY-MM"],
    ["past_month=2026-03", "past_month must not be after the month of as_of_date"],
    ["future_month=2026-01", "future_month must have days after as_of_date"],
  ])("with %s is refused: %s", async (query, detail) => {
    const answer = await new Api().get(`/api/positions?as_of_date=2026-02-28&${query}`);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(detail)]);
  });
});
