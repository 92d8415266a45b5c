import { ledgerLoanIds } from "../../domain/core/uuid.ts";
import type { PostedSum } from "../../domain/proof/proof.ts";
import { Telling, TOLD_MEMBERS, type ToldEvent } from "../../domain/proof/telling.ts";
import type { Database } from "../d1/session.ts";
import { HALF } from "../ledger/rows.ts";
import { loansOfPage, type RowText, tuplesIn } from "./pages.ts";

/** The most events of one page, and of one disbursement with its payments. */
const EVENTS_OF_A_PAGE = 20_000;
const EVENTS_OF_A_LOAN_MAX = 200_000;

/** A disbursement, deleted or not, as its events and its postings have it. */
interface LoanOnBothSides {
  readonly disbursement_id: string;
  /** False if a ledger route used its loan id first. */
  readonly follows_records: boolean;
  readonly updated_seq: number;
  readonly events: readonly ToldEvent[];
  readonly sums: readonly PostedSum[];
}

type HeadTuple = readonly [disbursement_id: string, updated_seq: number, follows_records: number | null];
type EventTuple = readonly [
  disbursement_id: string,
  sequence: number,
  category: string,
  step: string,
  id: string,
  ...members: (string | null)[],
];
type SumTuple = readonly [
  disbursement_id: string,
  currency: string,
  debit: string,
  credit: string,
  hi: string,
  lo: string,
];

/**
 * Reads some disbursements in the order of their ids with the events of them and their payments, and their postings up to
 * `day`, all in one transaction, so no event can fall between the two sides. A posting counts from its value date on: an
 * entry of a closed period takes effect later than the records say.
 */
export function readBothSides(
  db: Database,
  tenant: string,
  { after, day, limit }: { readonly after: string; readonly day: string; readonly limit: number },
) {
  return loansOfPage(db, tenant, { after, limit }, (ids) =>
    readLoans(db, tenant, ids, { day, most: ids.length <= 1 ? EVENTS_OF_A_LOAN_MAX : EVENTS_OF_A_PAGE }),
  );
}

const HEADS = `SELECT json_array(d.disbursement_id, d.updated_seq, l.follows_records) AS row
  FROM json_each(?2) AS own CROSS JOIN disbursements AS d
    LEFT JOIN ledger_loans AS l ON l.tenant_id = ?1 AND l.loan_id = own.value ->> 1
  WHERE d.tenant_id = ?1 AND d.disbursement_id = own.value ->> 0 ORDER BY d.disbursement_id`;

/**
 * Each event names the one before it of the same record, so the length of the log does not matter. A member that is joined to an empty
 * text is JSON no longer, so it arrives as a text with all digits, and null stays apart from a member that is not there.
 */
const EVENTS = `WITH RECURSIVE chain (loan, sequence) AS (
    SELECT d.disbursement_id, d.updated_seq FROM json_each(?2) AS own CROSS JOIN disbursements AS d
      WHERE d.tenant_id = ?1 AND d.disbursement_id = own.value ->> 0
    UNION ALL
    SELECT p.disbursement_id, p.updated_seq
      FROM json_each(?2) AS own CROSS JOIN payments AS p INDEXED BY payments_by_disbursement
      WHERE p.tenant_id = ?1 AND p.disbursement_id = own.value ->> 0
    UNION ALL
    SELECT chain.loan, e.previous_sequence FROM chain CROSS JOIN events AS e
      WHERE e.tenant_id = ?1 AND e.sequence = chain.sequence AND e.previous_sequence IS NOT NULL
    LIMIT ?3
  )
  SELECT json_array(chain.loan, e.sequence, e.category, e.step, e.record_id,
    ${TOLD_MEMBERS.map((name) => `(e.data -> '$.data.${name}') || ''`).join(", ")}) AS row
  FROM chain CROSS JOIN events AS e WHERE e.tenant_id = ?1 AND e.sequence = chain.sequence`;

/** Amounts in halves, whose sums fit into 64 bits. */
const POSTED = `SELECT json_array(own.value ->> 0, e.currency, p.debit, p.credit,
    CAST(SUM(p.amount_minor / ${HALF}) AS TEXT), CAST(SUM(p.amount_minor % ${HALF}) AS TEXT)) AS row
  FROM json_each(?2) AS own CROSS JOIN loan_entries AS l CROSS JOIN journal_entries AS e CROSS JOIN journal_postings AS p
  WHERE l.tenant_id = ?1 AND l.loan_id = own.value ->> 1
    AND e.tenant_id = ?1 AND e.sequence = l.sequence AND e.position = l.position AND e.value_date <= ?3
    AND p.tenant_id = ?1 AND p.sequence = l.sequence AND p.position = l.position AND p.loan_id = l.loan_id
  GROUP BY own.value ->> 0, e.currency, p.debit, p.credit`;

/** Null if there are more events than `most`. */
async function readLoans(
  { $client: d1 }: Database,
  tenant: string,
  ids: readonly string[],
  { day, most }: { readonly day: string; readonly most: number },
): Promise<readonly LoanOnBothSides[] | null> {
  const loanIdOf = ledgerLoanIds(tenant);
  const own = JSON.stringify(ids.map((id) => [id, loanIdOf(id)]));
  const [heads, told, posted] = await d1.batch<RowText>([
    d1.prepare(HEADS).bind(tenant, own),
    d1.prepare(EVENTS).bind(tenant, own, most + 1),
    d1.prepare(POSTED).bind(tenant, own, day),
  ]);
  const events = tuplesIn<EventTuple>(told);
  if (events.length > most) return null;
  const eventsOf = Map.groupBy(events, ([id]) => id);
  const postedOf = Map.groupBy(tuplesIn<SumTuple>(posted), ([id]) => id);
  return tuplesIn<HeadTuple>(heads).map(([disbursement_id, updated_seq, follows_records]) => ({
    disbursement_id,
    follows_records: follows_records !== 0,
    updated_seq,
    events: (eventsOf.get(disbursement_id) ?? []).map(([, sequence, category, step, id, ...members]) => ({
      ...{ sequence, category, step, id },
      telling: new Telling(members),
    })),
    sums: (postedOf.get(disbursement_id) ?? []).map(([, currency, debit, credit, hi, lo]) => ({
      ...{ currency, debit, credit },
      amount_minor: BigInt(hi) * HALF + BigInt(lo),
    })),
  }));
}
