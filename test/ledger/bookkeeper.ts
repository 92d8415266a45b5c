import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { NO_BOOKKEEPING } from "../../src/domain/bookkeeping/booked.ts";
import { noWrites } from "../../src/domain/command.ts";
import { NO_HEAD } from "../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/core/settings.ts";
import { decideLedger, type LedgerCommand } from "../../src/domain/ledger/decide.ts";
import { noLedgerState } from "../../src/domain/ledger/state.ts";
import { applyPosted, ledgerEvent } from "../../src/domain/ledger/writes.ts";
import { commit } from "../../src/store/commit.ts";
import { openSession } from "../../src/store/session.ts";
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
  /** Empty where the posting belongs to no loan. */
  readonly loan_id: string;
  readonly currency: string;
  readonly bank_account_ref: string | null;
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
}

/** The tenant's postings straight from D1, with the digits of their amounts. */
export async function postingsOf(tenant: string): Promise<readonly PostingRow[]> {
  const { results } = await env.DB.prepare(
    `SELECT sequence, effective_at, loan_id, currency, bank_account_ref, debit, credit,
       CAST(amount_minor AS TEXT) AS amount
     FROM journal_entries JOIN journal_postings USING (tenant_id, sequence, position)
     WHERE tenant_id = ? ORDER BY sequence, position, line`,
  )
    .bind(tenant)
    .all<PostingRow>();
  return results;
}

type Sums = Record<string, string>;

/** Gross debits and credits by `book account currency day`; no day for the totals. */
async function keptSums(tenant: string, table: "ledger_totals" | "ledger_days"): Promise<Sums> {
  const day = table === "ledger_days" ? "day" : "''";
  const half = (name: string) => `CAST(${name}_hi AS TEXT) || ' ' || CAST(${name}_lo AS TEXT)`;
  const { results } = await env.DB.prepare(
    `SELECT book || ' ' || account_code || ' ' || currency || ' ' || ${day} AS place,
       ${half("dr")} || ' ' || ${half("cr")} AS halves
     FROM ${table} WHERE tenant_id = ?`,
  )
    .bind(tenant)
    .all<{ place: string; halves: string }>();
  return Object.fromEntries(
    results.map(({ place, halves }) => {
      const [drHi = 0n, drLo = 0n, crHi = 0n, crLo = 0n] = halves.split(" ").map(BigInt);
      return [place, `${drHi * 1_000_000_000n + drLo} ${crHi * 1_000_000_000n + crLo}`];
    }),
  );
}

/** The accounts that a loan keeps a balance of, with the sign of a debit. */
const LOAN_ACCOUNTS: Record<string, [part: string, debit: bigint]> = {
  "1100": ["principal", 1n],
  "1200": ["interest", 1n],
  "1300": ["fees", 1n],
  "2100": ["clearing", -1n],
  "2200": ["suspense", -1n],
};
const PARTS = Object.values(LOAN_ACCOUNTS).map(([part]) => part);

/** Balances of loans by `loan currency day part`, without those that are 0; no day for the present ones. */
async function keptBalances(tenant: string, table: "loan_balances" | "loan_days"): Promise<Sums> {
  const day = table === "loan_days" ? "day" : "''";
  const { results } = await env.DB.prepare(
    `SELECT loan_id || ' ' || currency || ' ' || ${day} AS place,
       ${PARTS.map((part) => `CAST(${part}_minor AS TEXT) AS ${part}`).join(", ")}
     FROM ${table} WHERE tenant_id = ?`,
  )
    .bind(tenant)
    .all<Record<string, string>>();
  const amounts = results.flatMap((row) => PARTS.map((part) => [`${row.place} ${part}`, row[part] ?? ""]));
  return Object.fromEntries(amounts.filter(([, amount]) => amount !== "0"));
}

type DayOf = (posting: PostingRow) => string;

function sumsOf(postings: readonly PostingRow[], dayOf: DayOf): Sums {
  const sums = new Map<string, [bigint, bigint]>();
  for (const posting of postings) {
    for (const [account, side] of [
      [posting.debit, 0],
      [posting.credit, 1],
    ] as const) {
      const bank = account === "1000" ? [`bank:${posting.bank_account_ref}`] : [];
      for (const book of ["", ...bank]) {
        const place = `${book} ${account} ${posting.currency} ${dayOf(posting)}`;
        const sum = sums.get(place) ?? [0n, 0n];
        sum[side] += BigInt(posting.amount);
        sums.set(place, sum);
      }
    }
  }
  return Object.fromEntries([...sums].map(([place, [dr, cr]]) => [place, `${dr} ${cr}`]));
}

function balancesOf(postings: readonly PostingRow[], dayOf: DayOf): Sums {
  const balances = new Map<string, bigint>();
  for (const posting of postings) {
    for (const [account, sign] of [
      [posting.debit, 1n],
      [posting.credit, -1n],
    ] as const) {
      const [part, debit] = LOAN_ACCOUNTS[account] ?? [];
      if (part === undefined || debit === undefined || posting.loan_id === "") continue;
      const place = `${posting.loan_id} ${posting.currency} ${dayOf(posting)} ${part}`;
      balances.set(place, (balances.get(place) ?? 0n) + sign * debit * BigInt(posting.amount));
    }
  }
  const kept = [...balances].filter(([, amount]) => amount !== 0n);
  return Object.fromEntries(kept.map(([place, amount]) => [place, amount.toString()]));
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
    balances: await keptBalances(tenant, "loan_balances"),
    loanDays: await keptBalances(tenant, "loan_days"),
  };
}

/** Debits equal credits in every currency, and the kept sums are those of the postings. */
export async function expectSoundBooks(tenant: string): Promise<void> {
  const { postings, totals, days, balances, loanDays } = await booksOf(tenant);
  expect(totals).toEqual(sumsOf(postings, () => ""));
  expect(days).toEqual(sumsOf(postings, ({ effective_at }) => effective_at));
  expect(balances).toEqual(balancesOf(postings, () => ""));
  expect(loanDays).toEqual(balancesOf(postings, ({ effective_at }) => effective_at));
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
  type: "disbursement",
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
  let head = NO_HEAD;
  for (let from = 0; from < commands.length; from += size) {
    const writes = noWrites();
    for (const [index, command] of commands.slice(from, from + size).entries()) {
      const sequence = from + index + 1;
      const journal_entry_id = bulkEntryId(sequence);
      const stamp = {
        sequence,
        event_id: crypto.randomUUID(),
        journal_entry_id,
        now: Date.now(),
        settings: DEFAULT_SETTINGS,
      };
      const decided = decideLedger(state, command, stamp);
      if (!decided.ok) throw new Error(decided.error.detail);
      const request = { idempotency_key: newKey(), fingerprint: "f", data: "{}", actor: null, trace_id: "t" };
      writes.events.push(ledgerEvent(command, decided.value, stamp, request));
      applyPosted(state, writes, decided.value, stamp);
    }
    await commit(await openSession(env, tenant, "first-primary"), tenant, writes, {
      head,
      books: NO_BOOKKEEPING,
    });
    head = writes.events.at(-1) ?? head;
  }
}

export const bulkEntryId = (sequence: number) =>
  `01a1fa75-1084-7242-984d-ed${sequence.toString(16).padStart(10, "0")}`;
