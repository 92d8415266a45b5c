import { and, desc, eq, sql } from "drizzle-orm";
import { type BooksState, noBookNeeds } from "../domain/bookkeeping/booked.ts";
import type { Needs } from "../domain/command.ts";
import { type Head, NO_HEAD, type SeenEvent } from "../domain/core/event.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import type { RecordState } from "../domain/tape/state.ts";
import { addBookkeeping, addBooks } from "./bookkeeping/load.ts";
import { ReadBatch } from "./d1/read-batch.ts";
import { isOneOf, selection } from "./d1/rows.ts";
import type { Database } from "./d1/session.ts";
import { addLedger } from "./ledger/load.ts";
import { events } from "./log.ts";
import { toClient, toDisbursement, toOperation, toPayment } from "./tape/rows.ts";
import { clients, disbursements, operations, payments } from "./tape/tables.ts";

/** What a group of commands is decided on. */
export interface Loaded {
  readonly head: Head;
  /** Events whose idempotency key is among those asked for. */
  readonly seen: readonly SeenEvent[];
  readonly state: RecordState;
  readonly ledger: LedgerState;
  readonly books: BooksState;
}

/**
 * Reads in one round trip all that deciding needs: the head of the log, the keys, and the records named. `withBooks`
 * false: the tenant's books do not come from its records, as far as the caller knows, and what booking them would look at is not read.
 */
export async function load(
  db: Database,
  tenant: string,
  keys: readonly string[],
  needs: Needs,
  withBooks: boolean,
): Promise<Loaded> {
  const batch = new ReadBatch();
  const head = batch.add(() => headQuery(db, tenant));
  const seen = batch.add(() => seenQuery(db, tenant, keys));
  const records = addRecords(batch, db, tenant, needs);
  const ledger = addLedger(batch, db, tenant, needs.ledger);
  const bookkeeping = addBookkeeping(batch, db, tenant);
  const books = addBooks(batch, db, tenant, withBooks ? needs.books : noBookNeeds());
  await batch.run(db);
  const ledgerState = ledger();
  books.addLoans(ledgerState);
  return {
    head: head()[0] ?? NO_HEAD,
    seen: seen(),
    state: records(),
    ledger: ledgerState,
    books: books.state(bookkeeping()),
  };
}

/** The last event of the tenant's log. */
export async function loadHead(db: Database, tenant: string): Promise<Head> {
  const [head] = await headQuery(db, tenant);
  return head ?? NO_HEAD;
}

/** Adds the queries for the records that are needed; what it returns reads them. */
function addRecords(batch: ReadBatch, db: Database, tenant: string, needs: Needs): () => RecordState {
  const client = [...needs.client];
  const disbursement = [...needs.disbursement];
  const payment = [...needs.payment];
  const operation = [...needs.operation];
  const clientRows = batch.add(
    () =>
      db
        .select(selection(clients))
        .from(clients)
        .where(and(eq(clients.tenant_id, tenant), isOneOf(clients.client_id, client))),
    client.length > 0,
  );
  const disbursementRows = batch.add(
    () => disbursementQuery(db, tenant, disbursement, payment, operation),
    disbursement.length + payment.length + operation.length > 0,
  );
  const paymentRows = batch.add(
    () =>
      db
        .select(selection(payments))
        .from(payments)
        .where(and(eq(payments.tenant_id, tenant), isOneOf(payments.payment_id, payment))),
    payment.length > 0,
  );
  const operationRows = batch.add(
    () =>
      db
        .select(selection(operations))
        .from(operations)
        .where(and(eq(operations.tenant_id, tenant), isOneOf(operations.operation_id, operation))),
    operation.length > 0,
  );
  return () => ({
    client: new Map(clientRows().map((row) => [row.client_id, toClient(row)])),
    disbursement: new Map(disbursementRows().map((row) => [row.disbursement_id, toDisbursement(row)])),
    payment: new Map(paymentRows().map((row) => [row.payment_id, toPayment(row)])),
    operation: new Map(operationRows().map((row) => [row.operation_id, toOperation(row)])),
  });
}

function headQuery(db: Database, tenant: string) {
  return db
    .select({ sequence: events.sequence, event_id: events.event_id, created_at: events.created_at })
    .from(events)
    .where(eq(events.tenant_id, tenant))
    .orderBy(desc(events.sequence))
    .limit(1);
}

function seenQuery(db: Database, tenant: string, keys: readonly string[]) {
  return db
    .select({
      idempotency_key: events.idempotency_key,
      fingerprint: events.fingerprint,
      sequence: events.sequence,
      event_id: events.event_id,
      category: events.category,
      step: events.step,
      record_id: events.record_id,
      answer: events.answer,
    })
    .from(events)
    .where(
      sql`(${events.tenant_id}, ${events.idempotency_key}) IN (
        SELECT ${tenant}, value FROM json_each(${JSON.stringify(keys)}))`,
    );
}

/** Disbursements by id, and the parents of the payments and operations that are about to change. */
function disbursementQuery(
  db: Database,
  tenant: string,
  ids: readonly string[],
  paymentIds: readonly string[],
  operationIds: readonly string[],
) {
  const parents = sql`${disbursements.disbursement_id} IN (
    SELECT value FROM json_each(${JSON.stringify(ids)})
    UNION ALL
    SELECT ${payments.disbursement_id} FROM ${payments}
      WHERE ${payments.tenant_id} = ${tenant} AND ${isOneOf(payments.payment_id, paymentIds)}
    UNION ALL
    SELECT ${operations.disbursement_id} FROM ${operations}
      WHERE ${operations.tenant_id} = ${tenant} AND ${isOneOf(operations.operation_id, operationIds)})`;
  return db
    .select(selection(disbursements))
    .from(disbursements)
    .where(and(eq(disbursements.tenant_id, tenant), parents));
}
