import { desc, eq, sql } from "drizzle-orm";
import { type BooksState, noBookNeeds } from "../domain/bookkeeping/booked.ts";
import type { Needs } from "../domain/command.ts";
import { type Head, NO_HEAD, type SeenEvent } from "../domain/core/event.ts";
import type { Settings } from "../domain/core/settings.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import type { RecordState } from "../domain/tape/state.ts";
import { addBookkeeping, addBooks } from "./bookkeeping/load.ts";
import { ReadBatch } from "./d1/read-batch.ts";
import type { Database } from "./d1/session.ts";
import { addLedger } from "./ledger/load.ts";
import { events } from "./log.ts";
import { settingsOf, settingsQuery } from "./settings/settings.ts";
import { addRecords } from "./tape/load.ts";

/** What a group of commands is decided on. */
export interface Loaded {
  readonly head: Head;
  /** Events whose idempotency key is among those asked for. */
  readonly seen: readonly SeenEvent[];
  readonly state: RecordState;
  readonly ledger: LedgerState;
  readonly books: BooksState;
  /** A command that changes them changes `now` for the group's next command. */
  readonly settings: { now: Settings };
}

/** What a load reads. */
interface Wanted {
  /** Idempotency keys. */
  readonly keys: readonly string[];
  readonly needs: Needs;
  /** False where the tenant's books do not come from its records, as far as the caller knows. */
  readonly withBooks: boolean;
}

/** Reads in one round trip all that deciding needs: the head of the log, the keys, the records, and the books. */
export async function load(
  db: Database,
  tenant: string,
  { keys, needs, withBooks }: Wanted,
): Promise<Loaded> {
  const batch = new ReadBatch();
  const head = batch.add(() => headQuery(db, tenant));
  const seen = batch.add(() => seenQuery(db, tenant, keys));
  const records = addRecords(batch, db, tenant, needs);
  const ledger = addLedger(batch, db, tenant, needs.ledger);
  const bookkeeping = addBookkeeping(batch, db, tenant);
  const settings = batch.add(() => settingsQuery(db, tenant));
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
    settings: { now: settingsOf(settings()) },
  };
}

/** The last event of the tenant's log. */
export async function loadHead(db: Database, tenant: string): Promise<Head> {
  const [head] = await headQuery(db, tenant);
  return head ?? NO_HEAD;
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
