import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Writes } from "../../domain/command.ts";
import { type AccountCode, RECEIVABLES } from "../../domain/ledger/accounts.ts";
import { addTotals, type Entry, NO_TOTAL, type Total, totalsOf } from "../../domain/ledger/journal.ts";
import { writeRows } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { WHOLE_LEDGER } from "./load.ts";
import { journalEntries, journalPostings, ledgerDays, ledgerLoans, ledgerTotals } from "./tables.ts";

/** The statements that post a group's entries and keep the totals, for the group's one batch. */
export function ledgerStatements(db: Database, tenant_id: string, writes: Writes): BatchItem<"sqlite">[] {
  const { entries, loans } = writes;
  if (entries.length === 0) return [];
  const postings = entries.flatMap(({ sequence, postings: own }) =>
    own.map((posting, position) => ({ tenant_id, sequence, position, ...posting })),
  );
  const journal = entries.map((entry) => ({ tenant_id, ...entry }));
  const known = [...loans].map(([loan_id, loan]) => ({ tenant_id, loan_id, ...loan }));
  const totals = summed(tenant_id, entries, () => ({}));
  const days = summed(tenant_id, entries, ({ effective_at }) => ({ day: effective_at }));
  return [
    ...writeRows(db, journalEntries, journal),
    ...writeRows(db, journalPostings, postings),
    ...addRows(db, ledgerTotals, totals),
    ...addRows(db, ledgerDays, days),
    ...writeRows(db, ledgerLoans, known),
  ];
}

type SumRow = Readonly<Record<string, string | bigint>> & Total;

/** What the entries add, in one row for each account of each book, and for what else `by` tells apart. */
function summed(
  tenant_id: string,
  entries: readonly Entry[],
  by: (entry: Entry) => Readonly<Record<string, string>>,
): SumRow[] {
  const rows = new Map<string, SumRow>();
  for (const entry of entries) {
    const { currency, layer, loan_id } = entry;
    for (const [account_code, total] of totalsOf(entry.postings)) {
      for (const book of isReceivable(account_code) ? [WHOLE_LEDGER, loan_id] : [WHOLE_LEDGER]) {
        const place = { tenant_id, book, account_code, currency, layer, ...by(entry) };
        const key = JSON.stringify(place);
        rows.set(key, { ...place, ...addTotals(rows.get(key) ?? NO_TOTAL, total) });
      }
    }
  }
  return [...rows.values()];
}

const isReceivable = (account: AccountCode) => RECEIVABLES.some((code) => code === account);

/** Adds to the sums that are there. The gate has refused what would leave 64 bits, and STRICT refuses it again. */
function addRows(db: Database, table: typeof ledgerTotals | typeof ledgerDays, rows: readonly SumRow[]) {
  const place = [table.tenant_id, table.book, table.account_code, table.currency, table.layer] as const;
  const target = "day" in table ? [...place, table.day] : [...place];
  const set = {
    dr_minor: sql`${table.dr_minor} + excluded.dr_minor`,
    cr_minor: sql`${table.cr_minor} + excluded.cr_minor`,
  };
  return writeRows(db, table, rows).map((insert) => insert.onConflictDoUpdate({ target, set }));
}
