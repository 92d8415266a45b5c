import type { Database } from "../d1/session.ts";
import { tuplesOf } from "../d1/statement.ts";

/** The most events of one call. Each has only the members that positions need. */
const EVENTS_OF_A_CALL = 1_000;

/** The members of an event's data that positions need. */
export const PAST_MEMBERS = [
  "disbursement_id",
  "kind",
  "disbursement_amount",
  "total_expected_margin",
  "currency",
  "client_id",
  "purchase_clients",
  "disbursement_date",
  "maturity_date",
  "payment_date",
  "change_date",
  "payment_total",
  "status",
  "due_date",
  "payment_principal",
  "payment_fee",
  "installment_number",
  "country",
] as const;
export type PastMember = (typeof PAST_MEMBERS)[number];

/** An event of the log. `members` holds each member as JSON text, null for one that was not sent. */
export interface PastRow {
  readonly sequence: number;
  readonly category: string;
  readonly step: string;
  readonly record_id: string;
  readonly created_at: number;
  readonly members: Readonly<Record<PastMember, string | null>>;
}

type Tuple = readonly [
  sequence: number,
  category: string,
  step: string,
  record_id: string,
  created_at: number,
  ...members: (string | null)[],
];

/** Numbers are read as text, digit by digit: `->` gives a member's JSON, and `||` turns it into plain text. */
const MEMBERS = PAST_MEMBERS.map((name) => `(data -> '$.${name}') || ''`).join(", ");

/** Which events of the log to fold. */
export interface PastRange {
  /** The last sequence that was known. */
  readonly upto: number;
  /** Only the events of this disbursement and its payments. */
  readonly disbursement_id?: string;
}

/** The next events after a sequence, in their order; fewer than the most of a call when they are the last. */
export async function readPast(
  db: Database,
  tenant: string,
  after: number,
  { upto, disbursement_id = "" }: PastRange,
): Promise<{ readonly rows: readonly PastRow[]; readonly end: number | null }> {
  const only =
    disbursement_id === ""
      ? "category IN ('client', 'disbursement', 'payment') AND ?4 = ''"
      : `(category = 'disbursement' AND record_id = ?4
          OR category = 'payment' AND facts ->> 'disbursement_id' = ?4)`;
  const [tuples] = await tuplesOf<[Tuple]>(db, [
    {
      sql: `SELECT json_array(sequence, category, step, record_id, created_at, ${MEMBERS}) AS row FROM events
        WHERE tenant_id = ?1 AND sequence > CAST(?2 AS INTEGER) AND sequence <= CAST(?3 AS INTEGER) AND ${only}
        ORDER BY sequence LIMIT ${EVENTS_OF_A_CALL}`,
      params: [tenant, String(after), String(upto), disbursement_id],
    },
  ]);
  const end = tuples.length === EVENTS_OF_A_CALL ? (tuples.at(-1)?.[0] ?? null) : null;
  return { rows: tuples.map(rowOf), end };
}

function rowOf([sequence, category, step, record_id, created_at, ...values]: Tuple): PastRow {
  const members = Object.fromEntries(PAST_MEMBERS.map((name, index) => [name, values[index] ?? null]));
  return { sequence, category, step, record_id, created_at, members: members as PastRow["members"] };
}
