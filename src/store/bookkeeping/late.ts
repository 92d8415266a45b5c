import type { BookedCategory } from "../../domain/bookkeeping/booked.ts";
import type { Database } from "../d1/session.ts";
import { tuplesOf } from "../d1/statement.ts";

/** An entry that a record posted after its period was closed. */
export interface LateEntry {
  readonly disbursement_id: string;
  readonly category: BookedCategory;
  readonly record_id: string;
  readonly sequence: number;
  readonly position: number;
  readonly event_id: string;
  readonly journal_entry_id: string;
  readonly value_date: string;
  readonly effective_at: string;
  readonly currency: string;
}

/** An entry's place among the late ones. */
type LatePlace = Pick<LateEntry, "value_date" | "sequence" | "position">;

type LateTuple = readonly [
  disbursement_id: string,
  category: BookedCategory,
  record_id: string,
  sequence: number,
  position: number,
  event_id: string,
  journal_entry_id: string,
  value_date: string,
  effective_at: string,
  currency: string,
];

/** The event of an opening names its record in its answer. Entries of ledger routes are of no record. */
const LATE = `SELECT json_array(e.external_ref,
    iif(v.category = 'ledger', v.answer ->> 'category', v.category), iif(v.category = 'ledger', v.answer ->> 'id', v.record_id),
    e.sequence, e.position, v.event_id, e.journal_entry_id, e.value_date, e.effective_at, e.currency) AS row
  FROM journal_entries AS e INDEXED BY late_entries CROSS JOIN events AS v
  WHERE e.tenant_id = ?1 AND e.value_date <> e.effective_at AND e.value_date BETWEEN ?2 AND ?3
    AND (e.value_date, e.sequence, e.position) > (?4, CAST(?5 AS INTEGER), CAST(?6 AS INTEGER))
    AND v.tenant_id = ?1 AND v.sequence = e.sequence AND (v.category <> 'ledger' OR v.step = 'opening')
  ORDER BY e.value_date, e.sequence, e.position LIMIT CAST(?7 AS INTEGER)`;

/** Late entries with value dates from `first` to `last`, by value date, then in the order of posting, after a place. */
export async function readLate(
  db: Database,
  tenant: string,
  { first, last }: { readonly first: string; readonly last: string },
  { after, limit }: { readonly after: LatePlace | null; readonly limit: number },
): Promise<readonly LateEntry[]> {
  const { value_date, sequence, position } = after ?? { value_date: "", sequence: 0, position: 0 };
  const params = [tenant, first, last, value_date, String(sequence), String(position), String(limit)];
  const [tuples] = await tuplesOf<[LateTuple]>(db, [{ sql: LATE, params }]);
  return tuples.map((tuple) => {
    const [disbursement_id, category, record_id, at, place, event_id, journal_entry_id, ...others] = tuple;
    const [valued, effective_at, currency] = others;
    const record = { disbursement_id, category, record_id };
    const entry = { sequence: at, position: place, event_id, journal_entry_id };
    return { ...record, ...entry, value_date: valued, effective_at, currency };
  });
}
