import { sql } from "drizzle-orm";
import type { Entry } from "../domain/ledger/journal.ts";
import type { LoggedEvent } from "../domain/log/line.ts";
import { hexOf, outOf, selection } from "./d1/rows.ts";
import type { Database } from "./d1/session.ts";
import { textOf, tuplesOf } from "./d1/statement.ts";
import { placeKey, toEntries } from "./ledger/rows.ts";
import { journalEntries, journalPostings } from "./ledger/tables.ts";
import { events, headQuery } from "./log.ts";

/** A page ends with the event that takes its bytes beyond this: about 2 MB of lines. */
const PAGE_BYTES_MAX = 1_800_000;
/** What a line takes beside its texts, and for each loan that its entries touch. */
const LINE_BYTES = 1_000;
const LOAN_BYTES = 400;

/** A stored event as it leaves D1: one JSON array a row. */
type EventRow = readonly [
  sequence: number,
  event_id: string,
  category: string,
  step: string,
  record_id: string,
  previous_sequence: number | null,
  key_hash: string,
  data: string,
  own: string | null,
  salt: string | null,
  private_hash: string | null,
  person: string | null,
  makes_history: number,
  actor: string | null,
  created_at: number,
  hash: string,
];

const LAST_OF_PAGE = sql`(
  SELECT max(sequence) FROM (
    SELECT sequence, sum(bytes) OVER (ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM (
      SELECT sequence, octet_length(data) + ifnull(octet_length(private), 0) + ${sql.raw(String(LINE_BYTES))}
        + ${sql.raw(String(LOAN_BYTES))} * (SELECT total(loan_count) FROM journal_entries
          WHERE tenant_id = ${"tenant"} AND journal_entries.sequence = events.sequence) AS bytes
      FROM events WHERE tenant_id = ${"tenant"} AND sequence > ${"after"} ORDER BY sequence LIMIT ${"limit"}))
  WHERE ifnull(before, 0) < ${sql.raw(String(PAGE_BYTES_MAX))})`;

const PAGE = textOf(sql`
  SELECT json_array(${events.sequence}, ${events.event_id}, ${events.category}, ${events.step}, ${events.record_id},
    ${events.previous_sequence}, ${hexOf(events.key_hash)}, ${events.data}, ${events.private}, ${outOf(events.salt)},
    ${outOf(events.private_hash)}, ${events.person}, ${events.makes_history}, ${events.actor}, ${events.created_at},
    ${hexOf(events.hash)}) AS row
  FROM events WHERE tenant_id = ${"tenant"} AND sequence > ${"after"} AND sequence <= ${LAST_OF_PAGE} ORDER BY sequence`);

const HEAD = textOf(sql`SELECT json_array(head) AS row FROM (${headQuery("tenant")})`);

/** A page of the log for an export. */
interface ExportPage {
  readonly events: readonly LoggedEvent[];
  /** Every journal entry behind the event `after`, up to the page's last event, in the order of posting. */
  readonly entries: readonly Entry[];
  /** True when the log has events behind the page. */
  readonly hasMore: boolean;
}

/** The next events after a sequence, at most `limit`, and fewer where their lines would take more than about 2 MB. */
export async function exportPage(
  db: Database,
  tenant: string,
  after: number,
  limit: number,
): Promise<ExportPage> {
  const params = [tenant, after, tenant, tenant, after, limit];
  const [rows, [head]] = await tuplesOf<readonly [EventRow, readonly [number]]>(db, [
    { sql: PAGE, params },
    { sql: HEAD, params: [tenant] },
  ]);
  const found = rows.map(toEvent);
  const last = found.at(-1)?.sequence ?? after;
  const entries = found.length > 0 ? await entriesWithin(db, tenant, after, last) : [];
  return { events: found, entries, hasMore: (head?.[0] ?? 0) > last };
}

function toEvent(row: EventRow): LoggedEvent {
  const [sequence, event_id, category, step, record_id, previous_sequence, key_hash, data, ...others] = row;
  const [own, salt, private_hash, person, makes_history, actor, created_at, hash] = others;
  return {
    ...{ sequence, event_id, category, step, record_id, previous_sequence, key_hash, data, private: own },
    ...{ salt, private_hash, person, makes_history: makes_history === 1, actor, created_at, hash },
  };
}

/** The journal entries of the sequences beyond `after` up to `last`. */
async function entriesWithin(
  db: Database,
  tenant: string,
  after: number,
  last: number,
): Promise<readonly Entry[]> {
  const within = sql`tenant_id = ${tenant} AND sequence > ${after} AND sequence <= ${last}`;
  const [heads, postings] = await db.batch([
    db.select(selection(journalEntries)).from(journalEntries).where(within).orderBy(sql`sequence, position`),
    db.select(selection(journalPostings)).from(journalPostings).where(within),
  ]);
  const places = new Set(heads.map(placeKey));
  const strays = Map.groupBy(
    postings.filter((posting) => !places.has(placeKey(posting))),
    placeKey,
  );
  const headsOfStrays = [...strays.values()].flatMap(([first]) => (first ? [headOfStray(first)] : []));
  return toEntries([...heads, ...headsOfStrays], postings).sort((a, b) => a.sequence - b.sequence);
}

/** The head that postings without an entry lack: no event has such an entry, so its hash does not fit. */
const headOfStray = ({ tenant_id, sequence, position }: typeof journalPostings.$inferSelect) => ({
  ...({ tenant_id, sequence, position, journal_entry_id: "", event_type: "reversal", currency: "" } as const),
  ...({ layer: "SETTLED", effective_at: "", value_date: "", posted_at: 0, correlation_id: "" } as const),
  ...{ reverses_entry_id: null, reverses_sequence: null, reverses_position: null, settles_entry_id: null },
  ...{ loan_count: 0, bank_account_ref: null, external_ref: null, description: null, actor: null },
});
