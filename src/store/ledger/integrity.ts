import { and, eq, type SQL, sql } from "drizzle-orm";
import type { AccountCode, Layer } from "../../domain/ledger/accounts.ts";
import type { AccountSum, Finding, LoanSum } from "../../domain/ledger/integrity.ts";
import type { Entry, Place } from "../../domain/ledger/journal.ts";
import { type Amounts, NO_AMOUNTS, onNormalSide, partOf } from "../../domain/ledger/loan-book.ts";
import { replacing, rowWriter, selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, runAll, type Statement } from "../d1/statement.ts";
import { accountSums, addingTo, loanSums, totalsWithCarry } from "./commit.ts";
import { DAY_SUMS, HALF, toAmounts, toEntries, toTotal } from "./rows.ts";
import {
  integrityChecks,
  integrityFindings,
  integrityLoans,
  integritySums,
  journalEntries,
  journalPostings,
  ledgerTotals,
  loanBalances,
  loanDays,
} from "./tables.ts";

/** The state of a tenant's check. */
export type Check = Omit<typeof integrityChecks.$inferSelect, "tenant_id">;

const NO_CHECK: Check = {
  sequence: 0,
  position: 0,
  round_after: "",
  round_step: 0,
  is_behind: false,
  checked_at: null,
  checked_upto: 0,
  turns: 0,
};

/** The most entries of one turn, and the most loans that they touch together. */
const ENTRIES_MAX = 500;
const LOANS_MAX = 5_000;

/** Everything that one turn of a check needs, read at one moment. */
export interface Snapshot {
  readonly check: Check;
  /** The entries after the cursor, in order; more follow if `isLast` is false. */
  readonly entries: readonly Entry[];
  readonly isLast: boolean;
  readonly ownAccounts: readonly AccountSum[];
  readonly keptAccounts: readonly AccountSum[];
  /** The check's own sums of the loans that the entries touch, and their kept balances. */
  readonly ownLoans: readonly LoanSum[];
  readonly keptLoans: readonly LoanSum[];
  /** The loans of the round's next step: new sums of their postings, sums of their days, and the kept balances. */
  readonly round: {
    readonly loans: readonly string[];
    readonly fromPostings: readonly LoanSum[];
    readonly fromDays: readonly LoanSum[];
    readonly kept: readonly LoanSum[];
  };
}

/** Reads a turn's snapshot in one round trip after the one for the check itself. */
export async function readSnapshot(db: Database, tenant: string): Promise<Snapshot> {
  const [row] = await db.select().from(integrityChecks).where(eq(integrityChecks.tenant_id, tenant));
  const check: Check = row ?? NO_CHECK;
  const next = nextPlaces(tenant, check);
  const touched = sql`(SELECT DISTINCT loan_id FROM journal_postings
    WHERE tenant_id = ${tenant} AND loan_id <> '' AND (sequence, position) IN ${next})`;
  const round = sql`(SELECT loan_id FROM ledger_loans WHERE tenant_id = ${tenant} AND loan_id > ${check.round_after}
    ORDER BY loan_id LIMIT ${check.round_step})`;
  const [entries, postings, own, kept, ownLoans, keptLoans, loans, moved, days, balances, rest] =
    await db.batch([
      db
        .select(selection(journalEntries))
        .from(journalEntries)
        .where(
          and(
            eq(journalEntries.tenant_id, tenant),
            sql`(${journalEntries.sequence}, ${journalEntries.position}) IN ${next}`,
          ),
        )
        .orderBy(journalEntries.sequence, journalEntries.position),
      db
        .select(selection(journalPostings))
        .from(journalPostings)
        .where(
          and(
            eq(journalPostings.tenant_id, tenant),
            sql`(${journalPostings.sequence}, ${journalPostings.position}) IN ${next}`,
          ),
        ),
      db.select(selection(integritySums)).from(integritySums).where(eq(integritySums.tenant_id, tenant)),
      db.select(selection(ledgerTotals)).from(ledgerTotals).where(eq(ledgerTotals.tenant_id, tenant)),
      ofLoans(db, integrityLoans, tenant, touched),
      ofLoans(db, loanBalances, tenant, touched),
      db.select({ loan_id: sql<string>`loan_id`.as("loan_id") }).from(sql`${round} AS round`),
      movedQuery(db, tenant, round),
      daysQuery(db, tenant, round),
      ofLoans(db, loanBalances, tenant, round),
      db.select({ count: sql<number>`count`.as("count") }).from(
        sql`(SELECT count(*) AS count FROM (SELECT 1 FROM journal_entries WHERE tenant_id = ${tenant}
          AND (sequence, position) > (${check.sequence}, ${check.position}) LIMIT ${ENTRIES_MAX + 1})) AS rest`,
      ),
    ]);
  return {
    check,
    entries: toEntries(entries, postings),
    isLast: entries.length >= (rest[0]?.count ?? 0),
    ownAccounts: own.map(toAccountSum),
    keptAccounts: kept.map(toAccountSum),
    ownLoans: ownLoans.map(toLoanSum),
    keptLoans: keptLoans.map(toLoanSum),
    round: {
      loans: loans.map(({ loan_id }) => loan_id),
      fromPostings: addMoves(moved),
      fromDays: days.map(toLoanSum),
      kept: balances.map(toLoanSum),
    },
  };
}

/** The places of the next entries: as many as a turn takes, and at least one. */
function nextPlaces(tenant: string, { sequence, position }: Place): SQL {
  return sql`(SELECT sequence, position FROM (
      SELECT sequence, position, loan_count, SUM(loan_count) OVER (ORDER BY sequence, position) AS loans FROM (
        SELECT sequence, position, loan_count FROM journal_entries
        WHERE tenant_id = ${tenant} AND (sequence, position) > (${sequence}, ${position})
        ORDER BY sequence, position LIMIT ${ENTRIES_MAX}))
    WHERE loans <= ${LOANS_MAX} OR loans = loan_count)`;
}

const ofLoans = <T extends typeof loanBalances | typeof integrityLoans>(
  db: Database,
  table: T,
  tenant: string,
  loans: SQL,
) =>
  db
    .select(selection(table as typeof loanBalances))
    .from(table as typeof loanBalances)
    .where(and(eq(table.tenant_id, tenant), sql`${table.loan_id} IN ${loans}`));

/** What the postings of some loans moved, by account and currency; in halves, whose sums fit into 64 bits. */
function movedQuery(db: Database, tenant: string, loans: SQL) {
  const base = sql.raw(HALF.toString());
  const text = (name: string) => sql<string>`${sql.identifier(name)}`.as(name);
  return db
    .select({
      loan_id: text("loan_id"),
      currency: text("currency"),
      debit: sql<AccountCode>`debit`.as("debit"),
      credit: sql<AccountCode>`credit`.as("credit"),
      hi: text("hi"),
      lo: text("lo"),
    })
    .from(
      sql`(SELECT own.loan_id, head.currency, own.debit, own.credit,
          CAST(SUM(own.amount_minor / ${base}) AS TEXT) AS hi, CAST(SUM(own.amount_minor % ${base}) AS TEXT) AS lo
        FROM ${loans} AS round CROSS JOIN loan_entries AS listed CROSS JOIN journal_entries AS head
          CROSS JOIN journal_postings AS own
        WHERE listed.tenant_id = ${tenant} AND listed.loan_id = round.loan_id
          AND head.tenant_id = listed.tenant_id AND head.sequence = listed.sequence AND head.position = listed.position
          AND own.tenant_id = listed.tenant_id AND own.sequence = listed.sequence AND own.position = listed.position
          AND own.loan_id = listed.loan_id
        GROUP BY own.loan_id, head.currency, own.debit, own.credit) AS moved`,
    );
}

function daysQuery(db: Database, tenant: string, loans: SQL) {
  return db
    .select({
      loan_id: loanDays.loan_id,
      currency: loanDays.currency,
      ...DAY_SUMS,
    })
    .from(loanDays)
    .where(and(eq(loanDays.tenant_id, tenant), sql`${loanDays.loan_id} IN ${loans}`))
    .groupBy(loanDays.loan_id, loanDays.currency);
}

function toAccountSum(row: typeof ledgerTotals.$inferSelect): AccountSum {
  const { book, account_code, currency } = row;
  return { book, account_code, currency, layer: row.layer as Layer, total: toTotal(row) };
}

const toLoanSum = (row: Omit<typeof loanBalances.$inferSelect, "tenant_id">): LoanSum => ({
  loan_id: row.loan_id,
  currency: row.currency,
  amounts: toAmounts(row),
});

interface Moved {
  readonly loan_id: string;
  readonly currency: string;
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly hi: string;
  readonly lo: string;
}

function addMoves(moves: readonly Moved[]): readonly LoanSum[] {
  const sums = new Map<string, LoanSum>();
  for (const { loan_id, currency, debit, credit, hi, lo } of moves) {
    const key = JSON.stringify([loan_id, currency]);
    const amount = BigInt(hi) * HALF + BigInt(lo);
    const before = sums.get(key)?.amounts ?? NO_AMOUNTS;
    const debited = change(before, debit, onNormalSide(debit, "DR", amount));
    sums.set(key, {
      loan_id,
      currency,
      amounts: change(debited, credit, onNormalSide(credit, "CR", amount)),
    });
  }
  return [...sums.values()];
}

function change(amounts: Amounts, account: AccountCode, by: bigint): Amounts {
  const part = partOf(account);
  return part ? { ...amounts, [part]: amounts[part] + by } : amounts;
}

/** Every loan whose own sums differ from the kept balances; null while some entries are not added up. */
export async function readDifferentLoans(
  db: Database,
  tenant: string,
  { sequence, position }: Place,
): Promise<{ readonly own: readonly LoanSum[]; readonly kept: readonly LoanSum[] } | null> {
  const columns = "principal_minor, interest_minor, fees_minor, clearing_minor, suspense_minor, margin_minor";
  const different = sql`(SELECT loan_id FROM (
      SELECT loan_id, currency, ${sql.raw(columns)} FROM loan_balances WHERE tenant_id = ${tenant}
      UNION ALL
      SELECT loan_id, currency, ${sql.raw(columns)} FROM integrity_loans WHERE tenant_id = ${tenant})
    GROUP BY loan_id, currency, ${sql.raw(columns)} HAVING count(*) <> 2)`;
  const [own, kept, newer] = await db.batch([
    ofLoans(db, integrityLoans, tenant, different),
    ofLoans(db, loanBalances, tenant, different),
    db
      .select({ sequence: journalEntries.sequence })
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          sql`(${journalEntries.sequence}, ${journalEntries.position}) > (${sequence}, ${position})`,
        ),
      )
      .limit(1),
  ]);
  if (newer.length > 0) return null;
  return { own: own.map(toLoanSum), kept: kept.map(toLoanSum) };
}

const writeCheck = rowWriter(integrityChecks, replacing(integrityChecks, [integrityChecks.tenant_id]));
const addToSums = rowWriter(integritySums, {
  key: [
    integritySums.tenant_id,
    integritySums.book,
    integritySums.account_code,
    integritySums.currency,
    integritySums.layer,
  ],
  set: totalsWithCarry(integritySums),
});
const addToLoans = rowWriter(integrityLoans, {
  key: [integrityLoans.tenant_id, integrityLoans.loan_id, integrityLoans.currency],
  set: addingTo(integrityLoans),
});
const writeFindings = rowWriter(integrityFindings, "ignore");

/** What a turn found, and the books that it compared: earlier findings about these books no longer hold. */
export interface Findings {
  readonly found: readonly Finding[];
  readonly loans: readonly string[];
  readonly areAccountsCompared: boolean;
  readonly areAllLoansCompared: boolean;
}

/**
 * Writes a turn: the entries added to the check's own sums, its new state, and its findings. Void if another run has
 * moved the check meanwhile, so that no entry is added twice.
 */
export async function writeTurn(
  db: Database,
  tenant_id: string,
  before: Check,
  after: Check,
  entries: readonly Entry[],
  findings: Findings,
  now: number,
): Promise<void> {
  const found = findings.found.map((one) => ({ tenant_id, ...one, found_at: now }));
  await runAll(db, [
    isUnmoved(tenant_id, before),
    ...writeCheck([{ tenant_id, ...after }]),
    ...addToSums(accountSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...addToLoans(loanSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...forget(tenant_id, findings),
    ...writeFindings(found),
  ]);
}

/** Voids the batch if the check has moved since it was read: a tenant_id may not be NULL. */
function isUnmoved(tenant: string, { turns }: Check): Statement {
  const sql = `INSERT INTO integrity_checks (tenant_id, sequence, position, round_after, round_step, is_behind, checked_upto, turns)
    SELECT NULL, 0, 0, '', 0, 0, 0, 0
    WHERE COALESCE((SELECT turns FROM integrity_checks WHERE tenant_id = ?), 0) <> CAST(? AS INTEGER)`;
  return { sql, params: [tenant, String(turns)] };
}

/** Deletes the findings about the books that were compared again. */
function forget(tenant: string, { loans, areAccountsCompared, areAllLoansCompared }: Findings) {
  const isLoan = sql`${integrityFindings.book} LIKE 'loan:%'`;
  const listed = sql`${integrityFindings.book} IN (SELECT 'loan:' || value FROM json_each(${JSON.stringify(loans)}))`;
  const conditions = [
    ...(areAccountsCompared ? [sql`NOT ${isLoan}`] : []),
    areAllLoansCompared ? isLoan : listed,
  ];
  return conditions.map((condition) =>
    builder
      .delete(integrityFindings)
      .where(and(eq(integrityFindings.tenant_id, tenant), condition))
      .toSQL(),
  );
}

/** Starts a whole check: computes the check's own sums again from the first entry. Idempotent. */
export async function startWholeCheck(db: Database, tenant_id: string): Promise<void> {
  const anew = { sequence: 0, position: 0, round_after: "", round_step: 0, is_behind: true } as const;
  await runAll(db, [
    builder.delete(integritySums).where(eq(integritySums.tenant_id, tenant_id)).toSQL(),
    builder.delete(integrityLoans).where(eq(integrityLoans.tenant_id, tenant_id)).toSQL(),
    builder
      .insert(integrityChecks)
      .values({ tenant_id, ...anew, checked_at: null, checked_upto: 0, turns: 1 })
      .onConflictDoUpdate({
        target: integrityChecks.tenant_id,
        set: { ...anew, turns: sql`turns + 1` },
      })
      .toSQL(),
  ]);
}

/** The number of a tenant's loans; read once a round. */
export async function countLoans(db: Database, tenant: string): Promise<number> {
  const [row] = await db.all<{ count: number }>(
    sql`SELECT count(*) AS count FROM ledger_loans WHERE tenant_id = ${tenant}`,
  );
  return row?.count ?? 0;
}

/** Tenants with a ledger, the oldest check first. Skips from tenant to tenant, two rows each. */
export async function tenantsToCheck(db: Database, limit: number): Promise<readonly string[]> {
  const rows = await db.all<{ tenant_id: string }>(sql`
    WITH RECURSIVE tenants (tenant_id) AS (
      SELECT (SELECT min(tenant_id) FROM ledger_totals)
      UNION ALL
      SELECT (SELECT min(tenant_id) FROM ledger_totals WHERE tenant_id > tenants.tenant_id)
      FROM tenants WHERE tenants.tenant_id IS NOT NULL
    )
    SELECT tenants.tenant_id FROM tenants LEFT JOIN integrity_checks AS own ON own.tenant_id = tenants.tenant_id
    WHERE tenants.tenant_id IS NOT NULL
    ORDER BY COALESCE(own.checked_at, 0), tenants.tenant_id LIMIT ${limit}`);
  return rows.map(({ tenant_id }) => tenant_id);
}
