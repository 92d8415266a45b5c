import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Layer } from "../../domain/ledger/accounts.ts";
import type { AccountSum, LoanSum } from "../../domain/ledger/integrity.ts";
import type { Entry, EntryPlace } from "../../domain/ledger/journal.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { type ComparedLoans, loanQueries, toComparedLoans } from "../integrity/loan-step.ts";
import type { Check } from "./integrity-place.ts";
import { integrityLoans, integritySums } from "./integrity-tables.ts";
import { entriesAt, isPostedAfter, postingsAt } from "./places.ts";
import { toAmounts, toEntries, toTotal } from "./rows.ts";
import { journalEntries, type journalPostings, ledgerTotals, loanBalances } from "./tables.ts";

/** The most entries of one turn, and the most loans that they touch together. */
const ENTRIES_MAX = 500;
const LOANS_MAX = 5_000;
/** The wrong loans that a comparison of all loans is sure to find, even if every loan of the new entries differs too. */
const WRONG_LOANS_MAX = 1_000;

/** The entries after the check's cursor, in order; more follow if `isLast` is false. */
interface NextEntries {
  readonly entries: readonly Entry[];
  readonly isLast: boolean;
}

/** Everything that one turn of a check needs, read at one moment. */
export interface Snapshot extends NextEntries {
  readonly ownAccounts: readonly AccountSum[];
  readonly keptAccounts: readonly AccountSum[];
  /** The check's own sums of the loans that the entries touch, and their kept balances. */
  readonly ownLoans: readonly LoanSum[];
  readonly keptLoans: readonly LoanSum[];
  /** The loans of the round's next step. */
  readonly round: ComparedLoans;
}

/** Reads a turn's snapshot in one round trip; `step` loans of the round. */
export async function readSnapshot(
  db: Database,
  tenant: string,
  check: Check,
  step: number,
): Promise<Snapshot> {
  const next = nextPlaces(tenant, check);
  const touched = touchedLoans(tenant, next);
  const [entries, postings, rest, own, kept, ownLoans, keptLoans, ...round] = await db.batch([
    ...nextQueries(db, tenant, check, next),
    db.select(selection(integritySums)).from(integritySums).where(eq(integritySums.tenant_id, tenant)),
    db.select(selection(ledgerTotals)).from(ledgerTotals).where(eq(ledgerTotals.tenant_id, tenant)),
    ofLoans(db, integrityLoans, tenant, touched),
    ofLoans(db, loanBalances, tenant, touched),
    ...loanQueries(db, tenant, check.round_after, step),
  ]);
  return {
    ...toNextEntries(entries, postings, rest),
    ownAccounts: own.map(toAccountSum),
    keptAccounts: kept.map(toAccountSum),
    ownLoans: ownLoans.map(toLoanSum),
    keptLoans: keptLoans.map(toLoanSum),
    round: toComparedLoans(tenant, round),
  };
}

/** Everything that a comparison of all loans needs, read at one moment. */
interface AllLoans extends NextEntries {
  /** The loans that the entries touch, and those whose own sums differ from the kept balances. */
  readonly own: readonly LoanSum[];
  readonly kept: readonly LoanSum[];
}

/** Reads the loans that differ, and the entries that the own sums lack. New events do not disturb the comparison. */
export async function readAllLoans(db: Database, tenant: string, check: EntryPlace): Promise<AllLoans> {
  const next = nextPlaces(tenant, check);
  const loans = sql`(SELECT loan_id FROM ${touchedLoans(tenant, next)} UNION SELECT loan_id FROM (
    SELECT loan_id FROM ${differentLoans(tenant)} LIMIT ${LOANS_MAX + WRONG_LOANS_MAX}))`;
  const [entries, postings, rest, own, kept] = await db.batch([
    ...nextQueries(db, tenant, check, next),
    ofLoans(db, integrityLoans, tenant, loans),
    ofLoans(db, loanBalances, tenant, loans),
  ]);
  return {
    ...toNextEntries(entries, postings, rest),
    own: own.map(toLoanSum),
    kept: kept.map(toLoanSum),
  };
}

/** The places of the next entries: as many as a turn takes, and at least one. */
function nextPlaces(tenant: string, place: EntryPlace): SQL {
  return sql`(SELECT sequence, position FROM (
      SELECT sequence, position, loan_count, SUM(loan_count) OVER (ORDER BY sequence, position) AS loans FROM (
        SELECT sequence, position, loan_count FROM journal_entries
        WHERE tenant_id = ${tenant} AND ${isPostedAfter(place)}
        ORDER BY sequence, position LIMIT ${ENTRIES_MAX}))
    WHERE loans <= ${LOANS_MAX} OR loans = loan_count)`;
}

/** The next entries, their postings, and how many more there are, up to one more than a turn takes. */
const nextQueries = (db: Database, tenant: string, place: EntryPlace, next: SQL) =>
  [
    entriesAt(db, tenant, next).orderBy(journalEntries.sequence, journalEntries.position),
    postingsAt(db, tenant, next),
    db.select({ count: sql<number>`count`.as("count") }).from(
      sql`(SELECT count(*) AS count FROM (SELECT 1 FROM journal_entries WHERE tenant_id = ${tenant}
        AND ${isPostedAfter(place)} LIMIT ${ENTRIES_MAX + 1})) AS rest`,
    ),
  ] as const;

const toNextEntries = (
  entries: readonly (typeof journalEntries.$inferSelect)[],
  postings: readonly (typeof journalPostings.$inferSelect)[],
  [rest]: readonly { readonly count: number }[],
): NextEntries => ({
  entries: toEntries(entries, postings),
  isLast: entries.length >= (rest?.count ?? 0),
});

const touchedLoans = (tenant: string, next: SQL): SQL => sql`(SELECT DISTINCT loan_id FROM journal_postings
    WHERE tenant_id = ${tenant} AND loan_id <> '' AND (sequence, position) IN ${next})`;

const PART_COLUMNS = [
  "principal_minor",
  "interest_minor",
  "fees_minor",
  "clearing_minor",
  "suspense_minor",
  "margin_minor",
  "loss_minor",
];
const partsOf = (alias: string) => sql.raw(PART_COLUMNS.map((name) => `${alias}.${name}`).join(", "));

/** Loans whose own sums differ from the kept balances, or that one side does not have. */
const differentLoans = (tenant: string): SQL => sql`(
    SELECT kept.loan_id FROM loan_balances AS kept LEFT JOIN integrity_loans AS own
        ON own.tenant_id = kept.tenant_id AND own.loan_id = kept.loan_id AND own.currency = kept.currency
      WHERE kept.tenant_id = ${tenant} AND (${partsOf("own")}) IS NOT (${partsOf("kept")})
    UNION
    SELECT own.loan_id FROM integrity_loans AS own WHERE own.tenant_id = ${tenant} AND NOT EXISTS (
      SELECT 1 FROM loan_balances AS kept
      WHERE kept.tenant_id = own.tenant_id AND kept.loan_id = own.loan_id AND kept.currency = own.currency))`;

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

function toAccountSum(row: typeof ledgerTotals.$inferSelect): AccountSum {
  const { book, account_code, currency } = row;
  return { book, account_code, currency, layer: row.layer as Layer, total: toTotal(row) };
}

const toLoanSum = (row: Omit<typeof integrityLoans.$inferSelect, "tenant_id">): LoanSum => ({
  loan_id: row.loan_id,
  currency: row.currency,
  amounts: toAmounts(row),
});
