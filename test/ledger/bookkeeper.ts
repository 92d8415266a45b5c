import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { noWrites } from "../../src/domain/command.ts";
import { decideLedger, type LedgerCommand, noLedgerState } from "../../src/domain/ledger/decide.ts";
import { applyPosted, ledgerEvent } from "../../src/domain/ledger/writes.ts";
import { commit } from "../../src/store/commit.ts";
import { openSession } from "../../src/store/d1/session.ts";
import { type Answer, type Api, newKey } from "../support/api.ts";

export const LOAN = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
export const BORROWER = "11111111-1111-1111-1111-111111111111";
export const INT64_MAX = 9_223_372_036_854_775_807n;

/** A valid body of `POST /v1/disbursements`: the seed's, with values for its placeholders. */
export const disbursement = {
  loan_id: LOAN,
  borrower_id: BORROWER,
  amount_minor: "88849",
  currency: "USD",
  effective_at: "2023-12-25",
  method: "ach",
  destination_ref: "acct-1",
  metadata: {},
} as const;

export const disburse = (api: Api, change: object = {}, key = newKey()): Promise<Answer> =>
  api.post("/v1/disbursements", { ...disbursement, ...change }, key);

export const reverse = (
  api: Api,
  reverses_entry_id: string,
  change: object = {},
  key = newKey(),
): Promise<Answer> =>
  api.post("/v1/reversals", { reverses_entry_id, reason_code: "error_correction", ...change }, key);

/** The id of a posted entry; says so when the posting was refused. */
export function entryIdOf(answer: Answer): string {
  expect(answer.status, answer.text).toBe(201);
  return answer.body.journal_entry_id;
}

export const post = async (api: Api, change: object = {}) => entryIdOf(await disburse(api, change));

/** Status and code of an answer, and of a body's field errors `field code`. */
export const refusalOf = ({ status, body }: Answer) => [
  status,
  body.code,
  ...(body.errors ?? []).map((error: { field: string; code: string }) => `${error.field} ${error.code}`),
];

interface PostingRow {
  readonly sequence: number;
  readonly effective_at: string;
  readonly loan_id: string;
  readonly currency: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
}

/** The tenant's postings straight from D1, with the digits of their amounts. */
export async function postingsOf(tenant: string): Promise<readonly PostingRow[]> {
  const { results } = await env.DB.prepare(
    `SELECT sequence, effective_at, loan_id, currency, debit, credit, CAST(amount_minor AS TEXT) AS amount
     FROM journal_entries JOIN journal_postings USING (tenant_id, sequence)
     WHERE tenant_id = ? ORDER BY sequence, position`,
  )
    .bind(tenant)
    .all<PostingRow>();
  return results;
}

type Sums = Record<string, string>;

async function keptSums(tenant: string, table: "ledger_totals" | "ledger_days"): Promise<Sums> {
  const day = table === "ledger_days" ? "day" : "''";
  const { results } = await env.DB.prepare(
    `SELECT book || ' ' || account_code || ' ' || currency || ' ' || ${day} AS place,
       CAST(dr_minor AS TEXT) || ' ' || CAST(cr_minor AS TEXT) AS sums
     FROM ${table} WHERE tenant_id = ?`,
  )
    .bind(tenant)
    .all<{ place: string; sums: string }>();
  return Object.fromEntries(results.map(({ place, sums }) => [place, sums]));
}

function sumsOf(postings: readonly PostingRow[], dayOf: (posting: PostingRow) => string): Sums {
  const sums = new Map<string, [bigint, bigint]>();
  for (const posting of postings) {
    for (const [account, side] of [
      [posting.debit, 0],
      [posting.credit, 1],
    ] as const) {
      for (const book of /^1[123]00$/.test(account) ? ["", posting.loan_id] : [""]) {
        const place = `${book} ${account} ${posting.currency} ${dayOf(posting)}`;
        const sum = sums.get(place) ?? [0n, 0n];
        sum[side] += BigInt(posting.amount);
        sums.set(place, sum);
      }
    }
  }
  return Object.fromEntries([...sums].map(([place, [dr, cr]]) => [place, `${dr} ${cr}`]));
}

/** What the journal, its kept sums and the event log say of a tenant; two of these tell whether anything changed. */
export async function booksOf(tenant: string) {
  const events = await env.DB.prepare("SELECT COUNT(*) AS count FROM events WHERE tenant_id = ?")
    .bind(tenant)
    .first<{ count: number }>();
  return {
    events: events?.count,
    postings: await postingsOf(tenant),
    totals: await keptSums(tenant, "ledger_totals"),
    days: await keptSums(tenant, "ledger_days"),
  };
}

/** Debits equal credits in every currency, and the kept sums are those of the postings. */
export async function expectSoundBooks(tenant: string): Promise<void> {
  const { postings, totals, days } = await booksOf(tenant);
  expect(totals).toEqual(sumsOf(postings, () => ""));
  expect(days).toEqual(sumsOf(postings, ({ effective_at }) => effective_at));
  const net = new Map<string, bigint>();
  for (const [place, sums] of Object.entries(totals)) {
    const [book, , currency = ""] = place.split(" ");
    const [dr = "", cr = ""] = sums.split(" ");
    if (book === "") net.set(currency, (net.get(currency) ?? 0n) + BigInt(dr) - BigInt(cr));
  }
  for (const [currency, sum] of net) expect([currency, sum]).toEqual([currency, 0n]);
}

export async function loanBalanceOf(api: Api, loan_id = LOAN, as_of_date?: string): Promise<Answer> {
  return api.get(`/v1/loans/${loan_id}/balance${as_of_date ? `?as_of_date=${as_of_date}` : ""}`);
}

/** What is owed on a loan, in minor units, as of a day. */
export async function owed(api: Api, loan_id = LOAN, as_of_date?: string): Promise<string> {
  const answer = await loanBalanceOf(api, loan_id, as_of_date);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.principal_outstanding_minor;
}

export async function accountBalanceOf(
  api: Api,
  account: string,
  currency = "USD",
  as_of_date?: string,
): Promise<Answer> {
  const until = as_of_date ? `&as_of_date=${as_of_date}` : "";
  return api.get(`/v1/accounts/${account}/balance?currency=${currency}${until}`);
}

/** The sums `debits credits normal` of an account. */
export async function accountSums(api: Api, account: string, currency = "USD", as_of_date?: string) {
  const answer = await accountBalanceOf(api, account, currency, as_of_date);
  expect(answer.status, answer.text).toBe(200);
  const { dr_balance_minor, cr_balance_minor, normal_balance_minor } = answer.body;
  return `${dr_balance_minor} ${cr_balance_minor} ${normal_balance_minor}`;
}

/** A command as the route parses it, for tests that go below the API. */
export const disbursementCommand = {
  type: "post_disbursement",
  loan_id: LOAN,
  borrower_id: BORROWER,
  amount_minor: 5n,
  currency: "USD",
  effective_at: "2024-01-01",
  method: "ach",
  destination_ref: "acct-1",
  actor: null,
} as const satisfies LedgerCommand;

/**
 * Posts commands for a tenant without events through the domain and the store alone, `size` in a batch, so that one
 * may refer to another of its own batch. Each entry has the id `bulkEntryId(its number)`.
 */
export async function postInBulk(
  tenant: string,
  commands: readonly LedgerCommand[],
  size = 1_000,
): Promise<void> {
  const state = noLedgerState();
  for (let from = 0; from < commands.length; from += size) {
    const writes = noWrites();
    for (const [index, command] of commands.slice(from, from + size).entries()) {
      const sequence = from + index + 1;
      const journal_entry_id = bulkEntryId(sequence);
      const stamp = { sequence, event_id: crypto.randomUUID(), journal_entry_id, now: Date.now() };
      const decided = decideLedger(state, command, stamp);
      if (!decided.ok) throw new Error(decided.error.detail);
      const request = { idempotency_key: newKey(), fingerprint: "f", data: "{}", actor: null, trace_id: "t" };
      writes.events.push(ledgerEvent(command, decided.value, stamp, request));
      applyPosted(state, writes, decided.value);
    }
    await commit(openSession(env, tenant, "first-primary").db, tenant, writes);
  }
}

export const bulkEntryId = (sequence: number) =>
  `01a1fa75-1084-7242-984d-ed${sequence.toString(16).padStart(10, "0")}`;
