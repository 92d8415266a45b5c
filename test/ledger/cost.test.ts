import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { ALL_SCOPES, Api, answerOf, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, oneTo } from "../support/gate.ts";
import { authorize } from "../support/tokens.ts";
import { bulkEntryId, disbursementCommand, loanIdOf, postInBulk } from "./bulk.ts";
import { accrue, BORROWER, DAY, disburse, disbursed, entryIdOf, LOAN, reverse } from "./post.ts";

/** A D1 session's statement that counts the rows it reads, also where drizzle asks for bare values. */
class MeteredStatement {
  readonly real: D1PreparedStatement;
  readonly #count: (meta: D1Meta) => void;

  constructor(real: D1PreparedStatement, count: (meta: D1Meta) => void) {
    this.real = real;
    this.#count = count;
  }

  bind = (...values: unknown[]) => new MeteredStatement(this.real.bind(...values), this.#count);

  async raw(): Promise<unknown[][]> {
    const { results, meta } = await this.real.all<Record<string, unknown>>();
    this.#count(meta);
    return results.map((row) => Object.values(row));
  }
}

/** An answer of the service, and the rows that D1 charges for it. */
async function measured(tenant: string, path: string) {
  let rowsRead = 0;
  const count = ({ rows_read }: D1Meta) => {
    rowsRead += rows_read;
  };
  const metered = {
    withSession(from: string) {
      const session = env.DB.withSession(from);
      return {
        prepare: (statement: string) => new MeteredStatement(session.prepare(statement), count),
        getBookmark: () => session.getBookmark(),
        async batch(statements: MeteredStatement[]) {
          const results = await session.batch(statements.map(({ real }) => real));
          for (const { meta } of results) count(meta);
          return results;
        },
      };
    },
  };
  const headers = await authorize(tenant, ALL_SCOPES);
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const response = await app.request(path, { headers }, { ...env, DB: metered }, context as never);
  return { ...(await answerOf(response)), rowsRead };
}

const DAYS = 200;
const MIDDLE = dayOf(DAYS / 2);
const PAGE = 50;

function dayOf(number: number): string {
  return new Date(Date.UTC(2024, 0, number)).toISOString().slice(0, 10);
}

/** One loan with so many entries, spread evenly over the same days. */
async function grownTenant(entries: number): Promise<string> {
  const tenant = newTenant();
  const commands = oneTo(entries).map((number) => ({
    ...disbursementCommand,
    effective_at: dayOf((number % DAYS) + 1),
  }));
  await postInBulk(tenant, commands);
  return tenant;
}

/** What the reads of the ledger cost a tenant with so many entries, each checked against what it must answer. */
async function readsOf(tenant: string, entries: number): Promise<Record<string, number>> {
  const half = `${(entries / 2) * 5}`;
  const cases: Record<string, [path: string, expected: object]> = {
    "loan today": [`/v1/loans/${LOAN}/balance`, { principal_outstanding_minor: `${entries * 5}` }],
    "loan as of the middle": [
      `/v1/loans/${LOAN}/balance?as_of_date=${MIDDLE}`,
      { principal_outstanding_minor: half },
    ],
    "account today": ["/v1/accounts/1100/balance?currency=USD", { dr_balance_minor: `${entries * 5}` }],
    "account as of the middle": [
      `/v1/accounts/2100/balance?currency=USD&as_of_date=${MIDDLE}`,
      { normal_balance_minor: half },
    ],
    "one entry": [`/v1/journal-entries/${bulkEntryId(entries / 2)}`, { event_type: "disbursement" }],
    "a page": [`/v1/loans/${LOAN}/journal-entries?page_size=${PAGE}`, {}],
  };
  const reads: Record<string, number> = {};
  for (const [name, [path, expected]] of Object.entries(cases)) {
    const { status, body, text, rowsRead } = await measured(tenant, path);
    expect(status, text).toBe(200);
    expect(body).toMatchObject(expected);
    reads[name] = rowsRead;
    if (name !== "a page") continue;
    expect(body.items).toHaveLength(PAGE);
    const second = await measured(tenant, `${path}&page_token=${body.next_page_token}`);
    expect(second.body.items).toHaveLength(PAGE);
    reads["the next page"] = second.rowsRead;
  }
  return reads;
}

describe("the rows that a read costs", () => {
  it("do not grow with the entries of a loan and account: 10,000 entries cost as many as 1,000", async () => {
    const small = await readsOf(await grownTenant(1_000), 1_000);
    const large = await readsOf(await grownTenant(10_000), 10_000);
    for (const [name, rows] of Object.entries(large)) {
      // A search in an index also reads the entry after the last one, which may be another tenant's.
      expect(Math.abs(rows - (small[name] ?? 0)), name).toBeLessThanOrEqual(2);
    }
    expect(large["loan today"]).toBeLessThanOrEqual(16);
    expect(large["account today"]).toBeLessThanOrEqual(4);
    // The days after the one that is asked for, whatever the number of their entries.
    expect(large["loan as of the middle"]).toBeLessThanOrEqual(16 + DAYS / 2);
    expect(large["account as of the middle"]).toBeLessThanOrEqual(4 + DAYS / 2);
    expect(large["one entry"]).toBeLessThanOrEqual(4);
    // Each entry twice among the loan's, each time in a list, once in the journal, and each posting.
    expect(large["a page"]).toBeLessThanOrEqual(9 * PAGE);
    expect(large["the next page"]).toBeLessThanOrEqual(9 * PAGE);
  });
});

describe("the rows that a posting writes", () => {
  it("are few, and take one call on a loan that the gate remembers", async () => {
    const api = new Api();
    // A tenant's first event also records where the tenant lives.
    await api.accept("client", individual);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const cost = async (answer: Promise<Parameters<typeof entryIdOf>[0]>) => {
      d1.resetCounts();
      const id = entryIdOf(await answer);
      return { id, cost: [d1.roundTrips, d1.rowsWritten] };
    };
    const body = { loan_id: LOAN, borrower_id: BORROWER, currency: "USD", effective_at: "2024-01-02" };
    const first = await cost(disburse(api));
    // Event and its key, entry and its day, posting, the loan's list by posting and by day, 2 accounts with their days, the loan's
    // balances and its day, and the loan itself.
    expect(first.cost).toEqual([1, 14]);
    expect((await cost(disburse(api))).cost).toEqual([1, 13]);
    // As a later disbursement, and the entry's place among the reversals.
    expect((await cost(reverse(api, first.id))).cost).toEqual([2, 14]);
    await api.post("/v1/fees", { ...body, amount_minor: "3", fee_type: "late_fee" });
    const pay = (amount_minor: string) =>
      cost(api.post("/v1/payments", { ...body, amount_minor, source_method: "ach" }));
    // Event and its key, entry and its day, 2 postings, the loan's 2 lists, 4 accounts with their days (cash twice: the
    // ledger's and the bank account's), the loan's balances and its day; the first names a bank account and its number.
    expect((await pay("5")).cost).toEqual([2, 20]);
    expect((await pay("5")).cost).toEqual([1, 15]);
    // Nothing is asked of a closing: the gate remembers it.
    const closed = await api.send("PUT", "/v1/closing", { closed_through: "2023-12-31" });
    expect(closed.status, closed.text).toBe(200);
    expect((await pay("5")).cost).toEqual([1, 15]);
    // Switch, head, key, entry, postings, reversal, loan, balances, days, loans of a large entry, settlement, losses; then the
    // fence and one for each table that is written.
    expect(d1.calls.flatMap(({ statements }) => statements).length).toBeLessThanOrEqual(21);
  });

  it("grow with the items of a batch, and not with the loans of an accrual that is corrected", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const disbursements: string[] = [];
    for (const loan_id of oneTo(3).map(loanIdOf)) disbursements.push(await disbursed(api, { loan_id }));
    const loans = oneTo(3).map((number) => [loanIdOf(number), "88849", "9"] as const);
    const accrual = entryIdOf(await accrue(api, loans));
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const cost = async (path: string, body: object) => {
      d1.resetCounts();
      const { status, text } = await api.post(path, body);
      expect(status, text).toBe(201);
      return [d1.roundTrips, d1.rowsWritten];
    };
    const settlements = disbursements.map((id) => ({ disbursement_entry_id: id, effective_at: DAY }));
    const correction = {
      accrual_entry_id: accrual,
      loan_id: loanIdOf(2),
      interest_minor: "5",
      reason: "rate",
    };
    const path = "/v1/accruals/corrections";
    // Event and its key, a bank account and its number, 3 accounts with their days; for each settlement its entry and its day,
    // a posting, the loan's two lists, its balances and its day, and the settlement.
    expect(await cost("/v1/disbursement-settlements/batch", { settlements })).toEqual([2, 10 + 3 * 8]);
    // Event and its key, 2 accounts with their days, the entry's 7 as above, and what stands of the loan's interest.
    expect(await cost(path, correction)).toEqual([2, 14]);
    expect(await cost(path, correction)).toEqual([2, 3]);
  });
});
