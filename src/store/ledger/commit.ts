import { sql } from "drizzle-orm";
import type { Writes } from "../../domain/command.ts";
import { type AccountCode, type Layer, RECEIVABLES } from "../../domain/ledger/accounts.ts";
import { addTotals, type Entry, NO_TOTAL, type Total, totalsOf } from "../../domain/ledger/journal.ts";
import { type OnConflict, rowWriter } from "../d1/rows.ts";
import type { Statement } from "../d1/statement.ts";
import { WHOLE_LEDGER } from "./load.ts";
import { journalEntries, journalPostings, ledgerDays, ledgerLoans, ledgerTotals } from "./tables.ts";

const writeEntries = rowWriter(journalEntries);
const writePostings = rowWriter(journalPostings);
const writeLoans = rowWriter(ledgerLoans);
const addTotalsUp = rowWriter(ledgerTotals, adding(ledgerTotals));
const addDaysUp = rowWriter(ledgerDays, adding(ledgerDays));

/** Adds to the sums that are there. The gate has refused what would leave 64 bits, and STRICT refuses it again. */
function adding<T extends typeof ledgerTotals | typeof ledgerDays>(table: T): OnConflict<T> {
  const place = [table.tenant_id, table.book, table.account_code, table.currency, table.layer] as const;
  const set = {
    dr_minor: sql`${table.dr_minor} + excluded.dr_minor`,
    cr_minor: sql`${table.cr_minor} + excluded.cr_minor`,
  };
  return { key: "day" in table ? [...place, table.day] : place, set } as OnConflict<T>;
}

/** The statements that post a group's entries and keep the totals, for the group's one batch. */
export function ledgerStatements(tenant_id: string, writes: Writes): readonly Statement[] {
  const { entries, loans } = writes;
  if (entries.length === 0) return [];
  const postings = entries.flatMap(({ sequence, postings: own }) =>
    own.map((posting, position) => ({ tenant_id, sequence, position, ...posting })),
  );
  const journal = entries.map(({ postings: _, ...entry }) => ({ tenant_id, ...entry }));
  const known = [...loans].map(([loan_id, loan]) => ({ tenant_id, loan_id, ...loan }));
  const totals = summed(tenant_id, entries, () => ({}));
  const days = summed(tenant_id, entries, ({ effective_at }) => ({ day: effective_at }));
  return [
    ...writeEntries(journal),
    ...writePostings(postings),
    ...addTotalsUp(totals),
    ...addDaysUp(days),
    ...writeLoans(known),
  ];
}

interface Sum extends Total {
  readonly tenant_id: string;
  readonly book: string;
  readonly account_code: AccountCode;
  readonly currency: string;
  readonly layer: Layer;
}

/** What the entries add, in one row for each account of each book, and for what else `by` tells apart. */
function summed<By extends object>(
  tenant_id: string,
  entries: readonly Entry[],
  by: (entry: Entry) => By,
): (Sum & By)[] {
  const rows = new Map<string, Sum & By>();
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
