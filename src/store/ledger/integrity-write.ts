import { and, eq, gt, lt, lte, not, or, sql } from "drizzle-orm";
import { causeOf } from "../../domain/core/failure.ts";
import type { FigureStep } from "../../domain/figure-walk.ts";
import { loanFindingBook, type PlacedFinding } from "../../domain/ledger/integrity.ts";
import type { Entry } from "../../domain/ledger/journal.ts";
import { replacing, rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, runAll, type Sql } from "../d1/statement.ts";
import { accountSums, addingTo, loanSums, totalsWithCarry } from "./commit.ts";
import type { Check } from "./integrity-place.ts";
import { integrityChecks, integrityFindings, integrityLoans, integritySums } from "./integrity-tables.ts";

const writeCheck = rowWriter(
  integrityChecks,
  replacing(integrityChecks, [integrityChecks.tenant_id], new Set([integrityChecks.visited_at.name])),
);
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
const writeFindings = rowWriter(
  integrityFindings,
  replacing(integrityFindings, [
    integrityFindings.tenant_id,
    integrityFindings.found_by,
    integrityFindings.figure_table,
    integrityFindings.book,
    integrityFindings.account_code,
    integrityFindings.currency,
    integrityFindings.day,
    integrityFindings.entry,
  ]),
);

/** What a turn found, and what it compared: earlier findings about these figures no longer hold. */
interface Findings {
  /** Of the check's own sums. */
  readonly bySums: readonly PlacedFinding[];
  /** Of the loans that the round or the walk compared. */
  readonly byLoans: readonly PlacedFinding[];
  /** Of another step of the walk; at its end its findings of earlier walks no longer hold. */
  readonly byStep: {
    readonly step: FigureStep;
    readonly found: readonly PlacedFinding[];
    readonly isEnd: boolean;
  } | null;
  /** Loans whose own sums were compared. */
  readonly touched: readonly string[];
  /** Loans of which everything was compared, behind the first id and up to the second, null at the end. */
  readonly compared: readonly LoanRange[];
  readonly areAccountsCompared: boolean;
  readonly areAllLoansCompared: boolean;
}

/** Loans by id. */
export interface LoanRange {
  readonly after: string;
  readonly end: string | null;
}

/** A turn: the state of the check before and after it, the entries that it added, and what it found. */
interface Turn {
  readonly before: Check;
  readonly after: Check;
  readonly entries: readonly Entry[];
  readonly findings: Findings;
}

/**
 * Writes a turn: the entries added to the check's own sums, its new state, and its findings. Returns false and writes
 * nothing if another run or a request has moved the check meanwhile, so that no entry is added twice.
 */
export async function writeTurn(
  db: Database,
  tenant_id: string,
  { before, after, entries, findings }: Turn,
  now: number,
): Promise<boolean> {
  const statements = [
    isUnmoved(tenant_id, before, entries.at(-1)),
    ...writeCheck([{ tenant_id, ...after }]),
    ...addToSums(accountSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...addToLoans(loanSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...forget(tenant_id, findings, after.figure_walk_at),
    ...writeFindings(findingRows(tenant_id, findings, now)),
  ];
  try {
    await runAll(db, statements);
    return true;
  } catch (error) {
    if (causeOf(error).includes(MOVED)) return false;
    throw error;
  }
}

const MOVED = "NOT NULL constraint failed: integrity_checks.tenant_id";

/**
 * Voids the batch, because a tenant_id may not be NULL, if the check has moved since it was read, or if the last entry is no
 * longer in the journal: D1 may have been restored to an earlier time.
 */
function isUnmoved(tenant: string, { turns }: Check, last: Entry | undefined): Sql {
  const sql = `INSERT INTO integrity_checks (tenant_id, sequence, position, round_after, round_loans, round_done,
      round_started_at, record_category, record_after, record_round_at, figure_step, figure_after, figure_walk_at, is_behind,
      visited_at, checked_upto, turns)
    SELECT NULL, 0, 0, '', 0, 0, 0, '', '', 0, '', '', 0, 0, 0, 0, 0
    WHERE COALESCE((SELECT turns FROM integrity_checks WHERE tenant_id = ?1), 0) <> CAST(?2 AS INTEGER)
      OR (?4 <> '' AND NOT EXISTS (SELECT 1 FROM journal_entries WHERE tenant_id = ?1
        AND sequence = CAST(?3 AS INTEGER) AND journal_entry_id = ?4))`;
  const { sequence = 0, journal_entry_id = "" } = last ?? {};
  return { sql, params: [tenant, String(turns), String(sequence), journal_entry_id] };
}

/** The rows of a turn's findings, each key once. */
function findingRows(tenant_id: string, { bySums, byLoans, byStep }: Findings, found_at: number) {
  const lists = [
    { found_by: "sums", found: bySums },
    { found_by: "loans", found: byLoans },
    { found_by: byStep?.step ?? "", found: byStep?.found ?? [] },
  ];
  const rows = lists.flatMap(({ found_by, found }) =>
    found.map(({ table: figure_table, account: account_code, place, ...rest }) => ({
      tenant_id,
      found_by,
      figure_table,
      account_code,
      ...rest,
      entry_sequence: place?.sequence ?? null,
      entry_position: place?.position ?? null,
      found_at,
    })),
  );
  const byKey = rows.map((row) => {
    const { found_by, figure_table, book, account_code, currency, day, entry } = row;
    return [JSON.stringify([found_by, figure_table, book, account_code, currency, day, entry]), row] as const;
  });
  return [...new Map(byKey).values()];
}

/** Deletes the findings about what was compared again. */
function forget(tenant: string, findings: Findings, walk_at: number): readonly Sql[] {
  const { byStep, touched, compared, areAccountsCompared, areAllLoansCompared } = findings;
  const { found_by, figure_table, book, found_at } = integrityFindings;
  const bySums = eq(found_by, "sums");
  const isLoan = eq(figure_table, "loan_balances");
  const listed = sql`${book} IN (SELECT 'loan:' || value FROM json_each(${JSON.stringify(touched)}))`;
  const conditions = [
    ...(areAccountsCompared ? [and(bySums, not(isLoan))] : []),
    and(bySums, isLoan, areAllLoansCompared ? undefined : listed),
    ...compared.map(({ after, end }) =>
      and(
        or(eq(found_by, "loans"), and(bySums, isLoan)),
        gt(book, loanFindingBook(after)),
        end === null ? undefined : lte(book, loanFindingBook(end)),
      ),
    ),
    ...(byStep?.isEnd ? [and(eq(found_by, byStep.step), lt(found_at, walk_at))] : []),
  ];
  return conditions.map((condition) =>
    builder
      .delete(integrityFindings)
      .where(and(eq(integrityFindings.tenant_id, tenant), condition))
      .toSQL(),
  );
}
