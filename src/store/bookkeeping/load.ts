import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import {
  type Bookkeeping,
  type BookNeeds,
  type BooksState,
  NO_BOOKKEEPING,
  noBooksState,
  recordKey,
} from "../../domain/bookkeeping/booked.ts";
import { ledgerLoanIds, tenantNamespace } from "../../domain/core/uuid.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import { isOneOf, selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { isEntryOfSettlement } from "../ledger/rows.ts";
import { journalEntries, ledgerLoans, settlements } from "../ledger/tables.ts";
import { disbursements, disbursementTerms, payments } from "../tape/tables.ts";
import { toBookedLoan, toPart } from "./rows.ts";
import { bookedLoans, bookedParts, bookkeeping } from "./tables.ts";

/** Adds the query for the tenant's switch. */
export function addBookkeeping(batch: ReadBatch, db: Database, tenant: string): () => Bookkeeping {
  const rows = batch.add(() =>
    db
      .select({
        mode: bookkeeping.mode,
        settle_bank: bookkeeping.settle_bank,
        version: bookkeeping.version,
      })
      .from(bookkeeping)
      .where(eq(bookkeeping.tenant_id, tenant)),
  );
  return () => rows()[0] ?? NO_BOOKKEEPING;
}

/** What is read of the books: the state, and the ledger's loans that were looked up. */
interface FoundBooks {
  readonly state: (bookkeeping: Bookkeeping) => BooksState;
  readonly addLoans: (ledger: LedgerState) => void;
}

/** Adds the queries for what booking some records needs. */
export function addBooks(batch: ReadBatch, db: Database, tenant: string, needs: BookNeeds): FoundBooks {
  const [own, paid] = [[...needs.disbursement], [...needs.payment]];
  const named = [...new Set([...own, ...needs.loans])];
  const hasRecords = own.length + paid.length > 0;
  const ids = named.map(ledgerLoanIds(tenant));
  const parts = batch.add(() => partsQuery(db, tenant, needs), hasRecords);
  const loans = batch.add(() => loansQuery(db, tenant, needs), hasRecords);
  const terms = batch.add(() => termsQuery(db, tenant, own), own.length > 0);
  const settled = batch.add(() => settlementQuery(db, tenant, own), own.length > 0);
  const known = batch.add(
    () =>
      db
        .select(selection(ledgerLoans))
        .from(ledgerLoans)
        .where(and(eq(ledgerLoans.tenant_id, tenant), isOneOf(ledgerLoans.loan_id, ids))),
    ids.length > 0,
  );
  return {
    state(found) {
      const state = noBooksState(found, found.mode === "off" ? "" : tenantNamespace(tenant));
      for (const id of own) state.parts.set(recordKey("disbursement", id), []);
      for (const id of paid) state.parts.set(recordKey("payment", id), []);
      for (const [key, rows] of Map.groupBy(parts(), (row) => recordKey(row.category, row.record_id))) {
        state.parts.set(key, rows.map(toPart));
      }
      for (const row of loans()) state.loans.set(row.disbursement_id, toBookedLoan(row));
      for (const [id, rows] of Map.groupBy(terms(), ({ disbursement_id }) => disbursement_id)) {
        state.terms.set(id, rows.map(toTerms));
      }
      for (const row of settled()) state.settlements.set(row.disbursement_entry_id, row);
      for (const id of ids) state.asked.add(id);
      return state;
    },
    addLoans(ledger) {
      for (const { loan_id, borrower_id, currency, follows_records } of known()) {
        ledger.loans.set(loan_id, { borrower_id, currency, follows_records });
      }
    },
  };
}

const toTerms = ({ tenant_id: _, disbursement_id: __, ...row }: typeof disbursementTerms.$inferSelect) => row;

/** The needed records as rows of category and id. */
function listed({ disbursement, payment }: BookNeeds): SQL {
  const records = [
    ...[...disbursement].map((id) => ["disbursement", id]),
    ...[...payment].map((id) => ["payment", id]),
  ];
  return sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(records)}))`;
}

/** True for the booked parts of the needed records. */
const isOfRecord = (tenant: string, needs: BookNeeds): SQL =>
  sql`${bookedParts.tenant_id} = ${tenant} AND (${bookedParts.category}, ${bookedParts.record_id}) IN ${listed(needs)}`;

const partsQuery = (db: Database, tenant: string, needs: BookNeeds) =>
  db
    .select(selection(bookedParts))
    .from(bookedParts)
    .where(isOfRecord(tenant, needs))
    .orderBy(asc(bookedParts.sequence), asc(bookedParts.position));

/** The booked loans of the needed disbursements and payments, and of the disbursements that their parts are booked on. */
function loansQuery(db: Database, tenant: string, needs: BookNeeds) {
  const named = JSON.stringify([...needs.disbursement, ...needs.loans]);
  return db
    .select(selection(bookedLoans))
    .from(bookedLoans)
    .where(
      sql`${bookedLoans.tenant_id} = ${tenant} AND ${bookedLoans.disbursement_id} IN (
      SELECT value FROM json_each(${named})
      UNION ALL
      SELECT ${payments.disbursement_id} FROM ${payments}
        WHERE ${payments.tenant_id} = ${tenant} AND ${isOneOf(payments.payment_id, [...needs.payment])}
      UNION ALL
      SELECT ${bookedParts.disbursement_id} FROM ${bookedParts} WHERE ${isOfRecord(tenant, needs)})`,
    );
}

/** The terms of some disbursements in their present lives. */
const termsQuery = (db: Database, tenant: string, ids: readonly string[]) =>
  db
    .select(selection(disbursementTerms))
    .from(disbursementTerms)
    .innerJoin(
      disbursements,
      and(
        eq(disbursements.tenant_id, disbursementTerms.tenant_id),
        eq(disbursements.disbursement_id, disbursementTerms.disbursement_id),
        sql`${disbursements.created_seq} <= ${disbursementTerms.sequence}`,
      ),
    )
    .where(and(eq(disbursementTerms.tenant_id, tenant), isOneOf(disbursementTerms.disbursement_id, ids)))
    .orderBy(asc(disbursementTerms.sequence));

/** The settlements of some disbursements' originations and raises that are not reversed. */
function settlementQuery(db: Database, tenant: string, ids: readonly string[]) {
  return db
    .select({
      disbursement_entry_id: settlements.disbursement_entry_id,
      sequence: journalEntries.sequence,
      position: journalEntries.position,
      journal_entry_id: journalEntries.journal_entry_id,
      effective_at: journalEntries.effective_at,
      value_date: journalEntries.value_date,
      bank_account_ref: journalEntries.bank_account_ref,
    })
    .from(bookedParts)
    .innerJoin(
      settlements,
      and(
        eq(settlements.tenant_id, bookedParts.tenant_id),
        eq(settlements.disbursement_entry_id, bookedParts.journal_entry_id),
      ),
    )
    .innerJoin(journalEntries, isEntryOfSettlement)
    .where(
      sql`(${bookedParts.tenant_id}, ${bookedParts.category}, ${bookedParts.record_id}) IN (
        SELECT ${tenant}, 'disbursement', value FROM json_each(${JSON.stringify(ids)}))`,
    );
}
