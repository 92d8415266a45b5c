import { sql } from "drizzle-orm";
import { CATEGORIES, isCategory } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import { type Sql, textOf } from "../d1/statement.ts";
import { IS_AS_SEEN, type Seen, seenValues } from "../fence.ts";
import { RECORD_STORES } from "../tape/records.ts";
import type { ReachedEvent } from "./page.ts";
import type { ErasureProgress } from "./progress.ts";

/** Records by category and id, with the values that their private fields are to have; a missing one is null. */
export type BlankedRecords = ReadonlyMap<Category, ReadonlyMap<string, Readonly<Record<string, unknown>>>>;

/** What one page of an erasure writes. */
interface ErasedPage {
  readonly erasure: ErasureProgress;
  /** The log is erased up to this event. */
  readonly end: number;
  readonly now: number;
}

/** The statements of a page that reaches no event: only its progress. */
export const progressStatements = (tenant: string, page: ErasedPage): readonly Sql[] => [
  advance(tenant, page),
];

/**
 * The statements of a page: records, events, texts of the journal and of history without what is about the person. The
 * batch is void unless the tenant is as it was `seen`. No writer that has seen the records before may write them after it.
 */
export function pageStatements(
  tenant: string,
  page: ErasedPage,
  {
    reached,
    records,
    seen,
  }: {
    readonly reached: readonly ReachedEvent[];
    readonly records: BlankedRecords;
    readonly seen: Seen;
  },
): readonly Sql[] {
  const sequencesOf = (isMeant: (event: ReachedEvent) => boolean) =>
    JSON.stringify(reached.filter(isMeant).map(({ sequence }) => sequence));
  const posted = sequencesOf(({ category }) => category === "ledger");
  const changed = sequencesOf(({ category, step }) => category === "disbursement" && step === "update");
  const statements = [
    { sql: REWRITE, params: [...seenValues(tenant, seen), tenant] },
    ...[...records].map(([category, rows]) => blankRecords(tenant, category, rows)),
    { sql: BLANK_EVENTS, params: [tenant, sequencesOf(() => true)] },
    ...JOURNAL_TEXTS.map((text) => ({ sql: text, params: [tenant, posted] })),
    ...HISTORY_TEXTS.map((text) => ({ sql: text, params: [tenant, changed] })),
    advance(tenant, page),
  ];
  return statements.filter(({ params }) => params.at(-1) !== "[]");
}

const REWRITE =
  textOf(sql`INSERT INTO rewrites (tenant_id, number) SELECT CASE WHEN ${IS_AS_SEEN} THEN ${"tenant"} END, 1
  WHERE true ON CONFLICT (tenant_id) DO UPDATE SET number = number + 1`);

const BLANK_EVENTS = `UPDATE events SET private = NULL, salt = NULL, fingerprint = NULL
  WHERE tenant_id = ?1 AND sequence IN (SELECT value FROM json_each(?2))`;

/** A reversal repeats the reference of the entry that it reverses. One that a record's event posts names the record instead. */
const JOURNAL_TEXTS = [
  `UPDATE journal_entries SET external_ref = NULL, description = NULL
  WHERE tenant_id = ?1 AND sequence IN (SELECT value FROM json_each(?2))`,
  `UPDATE journal_entries SET external_ref = NULL WHERE tenant_id = ?1 AND (sequence, position) IN (
    SELECT reversal.sequence, reversal.position FROM json_each(?2) AS listed
      CROSS JOIN journal_entries AS reversal INDEXED BY an_entry_is_reversed_once
      CROSS JOIN events ON events.tenant_id = ?1 AND events.sequence = reversal.sequence
    WHERE reversal.tenant_id = ?1 AND reversal.reverses_sequence = listed.value AND events.category = 'ledger')`,
];

/** Why terms were changed. */
const HISTORY_TEXTS = ["extensions", "rebates", "write_offs", "restructures"].map(
  (table) => `UPDATE ${table} SET change_reason = NULL
  WHERE tenant_id = ?1 AND sequence IN (SELECT value FROM json_each(?2))`,
);

/** The columns of a category that say something about a person. */
const privateColumns = (category: Category): readonly string[] =>
  Object.entries(CATEGORIES[category].fields).flatMap(([name, field]) => (field.private ? [name] : []));

function blankRecords(
  tenant: string,
  category: Category,
  rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): Sql {
  const { table, id } = RECORD_STORES[category];
  const columns = privateColumns(category);
  const set = columns.map(
    (name, index) => sql`${sql.identifier(name)} = blank.value ->> ${sql.raw(String(index + 1))}`,
  );
  const values = [...rows].map(([own, row]) => [own, ...columns.map((name) => row[name] ?? null)]);
  return {
    sql: textOf(sql`UPDATE ${table} SET ${sql.join(set, sql`, `)} FROM json_each(${"rows"}) AS blank
      WHERE ${table.tenant_id} = ${"tenant"} AND ${id} = blank.value ->> 0`),
    params: [JSON.stringify(values), tenant],
  };
}

function advance(tenant: string, { erasure, end, now }: ErasedPage): Sql {
  const isComplete = end >= erasure.sequence;
  return {
    sql: `UPDATE erasures SET walked_to = CAST(?4 AS INTEGER), completed_at = CAST(?5 AS INTEGER),
        events_done = events_done + (SELECT count(*) FROM events
          WHERE tenant_id = ?1 AND sequence > walked_to AND sequence <= CAST(?4 AS INTEGER))
      WHERE tenant_id = ?1 AND person = ?2 AND sequence = CAST(?3 AS INTEGER) AND walked_to = CAST(?6 AS INTEGER)`,
    params: [
      tenant,
      erasure.person,
      String(erasure.sequence),
      String(end),
      isComplete ? String(now) : null,
      String(erasure.walked_to),
    ],
  };
}

/** The records that some events are about, by category. A client's own record is blank since the commit of its erasure. */
export function recordsOf(reached: readonly ReachedEvent[]): ReadonlyMap<Category, readonly string[]> {
  const records = new Map<Category, Set<string>>();
  for (const { category, record_id } of reached) {
    if (!isCategory(category) || category === "client") continue;
    records.set(category, (records.get(category) ?? new Set()).add(record_id));
  }
  return new Map([...records].map(([category, ids]) => [category, [...ids]]));
}
