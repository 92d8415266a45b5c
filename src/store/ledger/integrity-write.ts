import { and, eq, sql } from "drizzle-orm";
import { causeOf } from "../../domain/core/failure.ts";
import type { Finding } from "../../domain/ledger/integrity.ts";
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
const writeFindings = rowWriter(integrityFindings, "ignore");

/** What a turn found, and the books that it compared: earlier findings about these books no longer hold. */
interface Findings {
  readonly found: readonly Finding[];
  readonly loans: readonly string[];
  readonly areAccountsCompared: boolean;
  readonly areAllLoansCompared: boolean;
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
  const found = findings.found.map((one) => ({ tenant_id, ...one, found_at: now }));
  const statements = [
    isUnmoved(tenant_id, before, entries.at(-1)),
    ...writeCheck([{ tenant_id, ...after }]),
    ...addToSums(accountSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...addToLoans(loanSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...forget(tenant_id, findings),
    ...writeFindings(found),
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
      round_started_at, record_category, record_after, record_round_at, is_behind, visited_at, checked_upto, turns)
    SELECT NULL, 0, 0, '', 0, 0, 0, '', '', 0, 0, 0, 0, 0
    WHERE COALESCE((SELECT turns FROM integrity_checks WHERE tenant_id = ?1), 0) <> CAST(?2 AS INTEGER)
      OR (?4 <> '' AND NOT EXISTS (SELECT 1 FROM journal_entries WHERE tenant_id = ?1
        AND sequence = CAST(?3 AS INTEGER) AND journal_entry_id = ?4))`;
  const { sequence = 0, journal_entry_id = "" } = last ?? {};
  return { sql, params: [tenant, String(turns), String(sequence), journal_entry_id] };
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
