import { desc, eq, sql } from "drizzle-orm";
import { type BooksState, noBookNeeds } from "../domain/bookkeeping/booked.ts";
import type { ClosingState } from "../domain/closing/closing.ts";
import type { Needs } from "../domain/command.ts";
import type { Day } from "../domain/core/dates.ts";
import { type Head, type LogPlace, NO_HEAD, type SeenEvent } from "../domain/core/event.ts";
import type { Settings } from "../domain/core/settings.ts";
import type { ErasureState } from "../domain/erasure/erasure.ts";
import type { AccountNames } from "../domain/ledger/account-names.ts";
import type { AccountCode } from "../domain/ledger/accounts.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import type { RecordState } from "../domain/tape/state.ts";
import { addClientsOfEntries } from "./bookkeeping/clients.ts";
import { addBookkeeping, addBooks } from "./bookkeeping/load.ts";
import { addClosedThrough, addClosing } from "./closing/closing.ts";
import { ReadBatch } from "./d1/read-batch.ts";
import { hexOf, outOf } from "./d1/rows.ts";
import type { Database } from "./d1/session.ts";
import { addErasures } from "./erasure/load.ts";
import { liveFacilitiesQuery } from "./facility/facilities.ts";
import { rewritesValue, type Seen } from "./fence.ts";
import { accountNamesQuery, namedAccounts } from "./ledger/account-names.ts";
import { addLedger } from "./ledger/load.ts";
import { events } from "./log.ts";
import { settingsOf, settingsQuery } from "./settings/settings.ts";
import { addRecords } from "./tape/load.ts";

/** Where a tenant's log ends. */
interface LogEnd extends Seen {
  /** True when none of the events that the caller trusts is in the log: D1 was restored to an earlier time. */
  readonly isRestored: boolean;
}

/** What a group of commands is decided on. */
export interface Loaded extends LogEnd {
  /** Events whose key is among those asked for. */
  readonly seen: readonly SeenEvent[];
  readonly state: RecordState;
  readonly ledger: LedgerState;
  readonly books: BooksState;
  readonly erasures: ErasureState;
  /** The names of the accounts that the group names. */
  readonly accounts: Map<AccountCode, AccountNames>;
  /** The facilities that the tenant has, each with the event that put it, where the group changes one. */
  readonly facilities: Map<string, number>;
  /** A command that changes them changes `now` for the group's next command. */
  readonly settings: { now: Settings };
  /** The last day of the closed period; null where none is closed. A command that changes it goes alone. */
  readonly closed_through: Day | null;
  readonly closing: ClosingState;
}

/** What a load reads. */
interface WantedAttributes {
  /** Hashes of idempotency keys. */
  readonly keys: readonly string[];
  /** Events of which one must be in the log; none for a caller who has seen none. */
  readonly trusted: readonly LogPlace[];
  readonly needs: Needs;
  /** False where the tenant's books do not come from its records, as far as the caller knows. */
  readonly withBooks: boolean;
}

/** Reads in one round trip all that deciding needs: the head of the log, the keys, the records, and the books. */
export async function load(
  db: Database,
  tenant: string,
  { keys, trusted, needs, withBooks }: WantedAttributes,
): Promise<Loaded> {
  const batch = new ReadBatch();
  const end = batch.add(() => endQuery(db, tenant, trusted));
  const seen = batch.add(() => seenQuery(db, tenant, keys));
  const records = addRecords(batch, db, tenant, needs);
  const ledger = addLedger(batch, db, tenant, needs.ledger);
  const clients = addClientsOfEntries(batch, db, tenant, [...needs.ledger.entries.keys()]);
  const bookkeeping = addBookkeeping(batch, db, tenant);
  const settings = batch.add(() => settingsQuery(db, tenant));
  const books = addBooks(batch, db, tenant, withBooks ? needs.books : noBookNeeds());
  const closed_through = addClosedThrough(batch, db, tenant);
  const [day] = needs.closing;
  const closing = addClosing(batch, db, tenant, day);
  const erasures = addErasures(batch, db, tenant, needs.persons);
  const accounts = batch.add(
    () => accountNamesQuery(db, tenant, [...needs.accounts]),
    needs.accounts.size > 0,
  );
  const facilities = batch.add(() => liveFacilitiesQuery(db, tenant), needs.facilities.size > 0);
  await batch.run(db);
  const ledgerState = ledger();
  for (const [loan_id, client_id] of clients()) ledgerState.clients.set(loan_id, client_id);
  books.addLoans(ledgerState);
  return {
    ...logEnd(end(), trusted),
    seen: seen(),
    state: records(),
    ledger: ledgerState,
    books: books.state(bookkeeping()),
    erasures: erasures(),
    accounts: new Map(namedAccounts(accounts())),
    facilities: new Map(facilities().map(({ facility_id, sequence }) => [facility_id, sequence])),
    settings: { now: settingsOf(settings()) },
    closed_through: closed_through(),
    closing: closing(),
  };
}

/** Where the tenant's log ends. */
export async function loadEnd(db: Database, tenant: string, trusted: readonly LogPlace[]): Promise<LogEnd> {
  return logEnd(await endQuery(db, tenant, trusted), trusted);
}

/** The last event of the log, and whether one of the trusted ones is there. */
function endQuery(db: Database, tenant: string, trusted: readonly LogPlace[]) {
  const listed = JSON.stringify(trusted.map(({ sequence, event_id }) => [sequence, event_id]));
  const holds = sql<number>`EXISTS (SELECT 1 FROM json_each(${listed}) AS listed CROSS JOIN events AS seen
    WHERE seen.tenant_id = ${tenant} AND seen.sequence = listed.value ->> 0 AND seen.event_id = listed.value ->> 1)`;
  return db
    .select({
      sequence: events.sequence,
      event_id: events.event_id,
      created_at: events.created_at,
      hash: hexOf(events.hash).as("hash"),
      holds_trusted: holds.as("holds_trusted"),
      rewrites: rewritesValue(tenant).as("rewrites"),
    })
    .from(events)
    .where(eq(events.tenant_id, tenant))
    .orderBy(desc(events.sequence))
    .limit(1);
}

function logEnd(
  [last]: readonly (Head & { readonly holds_trusted: number; readonly rewrites: number })[],
  trusted: readonly LogPlace[],
): LogEnd {
  if (!last) return { head: NO_HEAD, rewrites: 0, isRestored: trusted.length > 0 };
  const { holds_trusted, rewrites, ...head } = last;
  return { head, rewrites, isRestored: trusted.length > 0 && holds_trusted === 0 };
}

function seenQuery(db: Database, tenant: string, keys: readonly string[]) {
  return db
    .select({
      key_hash: hexOf(events.key_hash).as("key_hash"),
      fingerprint: outOf(events.fingerprint).mapWith(events.fingerprint).as("fingerprint"),
      sequence: events.sequence,
      event_id: events.event_id,
      category: events.category,
      step: events.step,
      record_id: events.record_id,
      answer: events.answer,
      hash: hexOf(events.hash).as("hash"),
    })
    .from(events)
    .where(
      sql`(${events.tenant_id}, ${events.key_hash}) IN (
        SELECT ${tenant}, unhex(value) FROM json_each(${JSON.stringify(keys)}))`,
    );
}
