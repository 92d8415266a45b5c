import { env } from "cloudflare:workers";
import { expect } from "vitest";

/* Reads a tenant's books straight from D1, and checks that what is kept of them agrees with the postings. */

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
export async function storedPostings(tenant: string): Promise<readonly PostingRow[]> {
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
  "4300": ["loss", 1n],
  "5100": ["loss", 1n],
};
const PARTS = [...new Set(Object.values(LOAN_ACCOUNTS).map(([part]) => part))];

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
export async function storedBooks(tenant: string) {
  const events = await env.DB.prepare("SELECT COUNT(*) AS count FROM events WHERE tenant_id = ?")
    .bind(tenant)
    .first<{ count: number }>();
  return {
    events: events?.count,
    postings: await storedPostings(tenant),
    totals: await keptSums(tenant, "ledger_totals"),
    days: await keptSums(tenant, "ledger_days"),
    balances: await keptBalances(tenant, "loan_balances"),
    loanDays: await keptBalances(tenant, "loan_days"),
  };
}

/** Debits equal credits in every currency, and the kept sums are those of the postings. */
export async function expectSoundBooks(tenant: string): Promise<void> {
  const { postings, totals, days, balances, loanDays } = await storedBooks(tenant);
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
