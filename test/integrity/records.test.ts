import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { bookedApi, opened, switchTo } from "../bookkeeping/tape.ts";
import { settle } from "../ledger/post.ts";
import { Api } from "../support/api.ts";
import { individual, loan, payment, purchase } from "../support/examples.ts";
import { restore, type Snapshot, snapshotOf } from "../support/time-travel.ts";
import { wholeCheck } from "./whole-check.ts";

const paid = { ...payment, status: "paid", payment_principal: 400, payment_fee: 100 } as const;
const change = { change_date: "2025-01-10", change_reason: "Agreed" };

/** The records of a lender: a raise, a write-off, a moved receipt, a deletion, a new currency, a purchase, a late receipt. */
async function record(api: Api): Promise<void> {
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  await api.accept("payment", paid);
  const update = { step: "update", disbursement_id: "L-1", ...change };
  await api.accept("disbursement", { ...update, disbursement_amount: 9_000 });
  await api.accept("disbursement", { ...update, disbursement_amount: 12_000, change_date: "2025-02-10" });
  await api.accept("payment", { step: "update", payment_id: "PAY-1", payment_date: "2024-12-01" });
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
  await api.accept("payment", { ...paid, payment_id: "P-3", disbursement_id: "L-2" });
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-2" });
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2", currency: "EUR" });
  await api.accept("client", { ...individual, client_id: "C-2" });
  const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-2" }];
  await api.accept("disbursement", { ...purchase, purchase_clients });
  await api.send("PUT", "/v1/closing", { closed_through: "2025-06-30" });
  await api.accept("payment", { ...paid, payment_id: "P-4", payment_date: "2025-03-01" });
}

/** A tenant whose books come from its records, and the entries of some of its parts. */
async function keeper() {
  const api = await bookedApi();
  await record(api);
  const query = `SELECT category || ' ' || record_id || ' ' || substr(name, 1, 6) AS part, journal_entry_id FROM booked_parts
    WHERE tenant_id = ?`;
  const { results } = await env.DB.prepare(query)
    .bind(api.tenant)
    .all<{ part: string; journal_entry_id: string }>();
  const parts = new Map(results.map(({ part, journal_entry_id }) => [part, journal_entry_id]));
  const entryOf = (part: string) => parts.get(part) ?? expect.unreachable(part);
  const settled = await settle(api, entryOf("disbursement L-1 origin"), { effective_at: "2025-07-01" });
  expect(settled.status, settled.text).toBe(201);
  const book = `loan:${ledgerLoanId(tenantNamespace(api.tenant), "L-1")}`;
  return { api, book, entryOf };
}

const found = (one: object) => ({
  book: null,
  account: null,
  currency: null,
  day: null,
  entry: null,
  ...one,
});

const RECEIPT = "payment P-4 receip";
const RAISE = "disbursement L-1 change";
const part = (of: string) => (entryOf: (part: string) => string, book: string) => [
  { table: "booked_parts", book, entry: entryOf(of) },
];
const loanOf = (others: object) => (_: unknown, book: string) => [{ table: "booked_loans", book, ...others }];

type Case = readonly [
  what: string,
  sql: string,
  expected: (entryOf: (part: string) => string, book: string) => readonly object[],
];

const of = (table: string, set: string, where: string) =>
  `UPDATE ${table} SET ${set} WHERE tenant_id = ?1 AND ${where}`;
const receipt = "record_id = 'P-4'";

let kept: Awaited<ReturnType<typeof keeper>>;
let untouched: Snapshot;
beforeAll(async () => {
  kept = await keeper();
  untouched = await snapshotOf(kept.api.tenant);
});
afterEach(() => restore(kept.api.tenant, untouched));

it.each<Case>([
  ["part's amount", of("booked_parts", "moves = replace(moves, '40000', '40001')", receipt), part(RECEIPT)],
  ["part's day", of("booked_parts", "day = '2025-03-02'", receipt), part(RECEIPT)],
  ["part's day in the books", of("booked_parts", "effective_at = '2025-03-01'", receipt), part(RECEIPT)],
  ["part's currency", of("booked_parts", "currency = 'EUR'", receipt), part(RECEIPT)],
  ["part's borrower", of("booked_parts", "borrower_id = loan_id", receipt), part(RECEIPT)],
  ["part's disbursement", of("booked_parts", "disbursement_id = 'L-2'", receipt), part(RECEIPT)],
  ["part's name", of("booked_parts", "name = 'origination'", receipt), part(RECEIPT)],
  ["part's correlation", of("booked_parts", "correlation_id = 'x'", receipt), part(RECEIPT)],
  ["part's place", of("booked_parts", "position = position + 7", receipt), part(RECEIPT)],
  ["part's record", of("booked_parts", "record_id = 'P-5'", receipt), part(RECEIPT)],
  ["row of a part", `DELETE FROM booked_parts WHERE tenant_id = ?1 AND ${receipt}`, part(RECEIPT)],
  [
    "change's name",
    of("booked_parts", "name = 'change:1'", "name LIKE 'change:%' AND day = '2025-02-10'"),
    part(RAISE),
  ],
  [
    "loan's sum",
    of("booked_loans", `gross = json_set(gross, '$."USD 1100 DR"', '7')`, "disbursement_id = 'L-1'"),
    loanOf({ account: "1100", currency: "USD" }),
  ],
  ["loan's switch", of("booked_loans", "follows_records = 0", "disbursement_id = 'L-1'"), loanOf({})],
  [
    "loan's disbursement",
    of("booked_loans", "disbursement_id = 'L-9'", "disbursement_id = 'L-1'"),
    loanOf({}),
  ],
])("a whole check names exactly a spoiled %s", async (_, sql, expected) => {
  const { api, book, entryOf } = kept;
  const { meta } = await env.DB.prepare(sql).bind(api.tenant).run();
  expect(meta.rows_written).toBeGreaterThan(0);
  const findings = await wholeCheck(api);
  const wanted = expected(entryOf, book).map(found);
  expect(findings).toHaveLength(wanted.length);
  expect(findings).toEqual(expect.arrayContaining(wanted));
});

it("a whole check finds nothing wrong with books that come from records, from the first event on or opened later", async () => {
  expect(await wholeCheck(kept.api)).toEqual([]);
  const later = new Api();
  await record(later);
  await switchTo(later, "records");
  await opened(later);
  await later.accept("payment", { ...paid, payment_id: "P-9" });
  expect(await wholeCheck(later)).toEqual([]);
});
