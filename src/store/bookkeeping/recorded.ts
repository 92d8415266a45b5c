import type { RecordedLoan } from "../../domain/bookkeeping/exceptions.ts";
import { ledgerLoanIds } from "../../domain/core/uuid.ts";
import type { Database } from "../d1/session.ts";
import {
  PAYMENT_COLUMNS,
  PAYMENTS_OF_A_LOAN_MAX,
  type PaymentTuple,
  paymentOf,
  TERMS_COLUMNS,
  type TermsTuple,
  termsOf,
} from "../position/loan-rows.ts";
import { loansOfPage, type RowText, tuplesIn } from "./pages.ts";

/** The most payments of one page: the page shrinks until they fit into an isolate's memory. */
const PAYMENTS_OF_A_PAGE = 20_000;

/** A disbursement, deleted or not, as its records have it. */
interface BookedRecords {
  readonly loan: RecordedLoan;
  /** False if a ledger route used its loan id first; null if nothing was ever booked of it. */
  readonly follows_records: boolean | null;
}

type DisbursementTuple = readonly [
  disbursement_id: string,
  kind: "loan" | "purchase",
  currency: string,
  client_id: string | null,
  disbursement_date: string | null,
  payment_date: string | null,
  created_seq: number,
  updated_seq: number,
  deleted_at: number | null,
  follows_records: number | null,
  unsettled: string | null,
];

/**
 * Reads some disbursements in the order of their ids with their terms and paid payments, and whether the books lack a settlement
 * of them, all in one transaction.
 */
export function readBookedRecords(
  db: Database,
  tenant: string,
  { after, limit }: { readonly after: string; readonly limit: number },
) {
  return loansOfPage(db, tenant, { after, limit }, (ids) =>
    readLoans(db, tenant, ids, ids.length <= 1 ? PAYMENTS_OF_A_LOAN_MAX : PAYMENTS_OF_A_PAGE),
  );
}

/**
 * What an origination promises that is not settled, although an event of records took back a settlement in this life of the
 * disbursement: a date was corrected, and the money has left the bank all the same.
 */
const UNSETTLED = `SELECT CAST(p.amount_minor AS TEXT) FROM booked_parts AS b CROSS JOIN journal_postings AS p
  WHERE b.tenant_id = ?1 AND b.category = 'disbursement' AND b.record_id = d.disbursement_id AND b.name = 'origination'
    AND p.tenant_id = ?1 AND p.sequence = b.sequence AND p.position = b.position AND p.credit = '2100'
    AND NOT EXISTS (SELECT 1 FROM loan_entries AS l CROSS JOIN journal_entries AS s
      WHERE l.tenant_id = ?1 AND l.loan_id = b.loan_id AND l.event_type = 'disbursement_settled'
        AND s.tenant_id = ?1 AND s.sequence = l.sequence AND s.position = l.position
        AND s.settles_entry_id = b.journal_entry_id)
    AND EXISTS (SELECT 1
      FROM loan_entries AS l CROSS JOIN journal_entries AS r CROSS JOIN journal_entries AS s CROSS JOIN events AS v
      WHERE l.tenant_id = ?1 AND l.loan_id = b.loan_id AND l.sequence > d.created_seq AND l.event_type = 'reversal'
        AND r.tenant_id = ?1 AND r.sequence = l.sequence AND r.position = l.position
        AND s.tenant_id = ?1 AND s.sequence = r.reverses_sequence AND s.position = r.reverses_position
        AND s.event_type = 'disbursement_settled'
        AND v.tenant_id = ?1 AND v.sequence = r.sequence AND (v.category <> 'ledger' OR v.step = 'opening'))`;

const DISBURSEMENTS = `SELECT json_array(d.disbursement_id, d.kind, d.currency, d.client_id, d.disbursement_date, d.payment_date,
    d.created_seq, d.updated_seq, d.deleted_at, l.follows_records, (${UNSETTLED})) AS row
  FROM json_each(?2) AS own CROSS JOIN disbursements AS d
    LEFT JOIN ledger_loans AS l ON l.tenant_id = ?1 AND l.loan_id = own.value ->> 1
  WHERE d.tenant_id = ?1 AND d.disbursement_id = own.value ->> 0 ORDER BY d.disbursement_id`;

const TERMS = `SELECT json_array(${TERMS_COLUMNS}) AS row FROM disbursement_terms
  WHERE tenant_id = ?1 AND disbursement_id IN (SELECT value ->> 0 FROM json_each(?2)) ORDER BY disbursement_id, sequence`;

const RECEIPTS = `SELECT json_array(${PAYMENT_COLUMNS}, updated_seq) AS row FROM payments INDEXED BY payments_by_disbursement
  WHERE tenant_id = ?1 AND disbursement_id IN (SELECT value ->> 0 FROM json_each(?2)) AND deleted_at IS NULL
    AND status = 'paid' LIMIT ?3`;

/** Null if there are more paid payments than `most`. */
async function readLoans(
  { $client: d1 }: Database,
  tenant: string,
  ids: readonly string[],
  most: number,
): Promise<readonly BookedRecords[] | null> {
  const loanIdOf = ledgerLoanIds(tenant);
  const own = JSON.stringify(ids.map((id) => [id, loanIdOf(id)]));
  const [heads, termsRows, receipts] = await d1.batch<RowText>([
    d1.prepare(DISBURSEMENTS).bind(tenant, own),
    d1.prepare(TERMS).bind(tenant, own),
    d1.prepare(RECEIPTS).bind(tenant, own, most + 1),
  ]);
  const paid = tuplesIn<PaymentTuple>(receipts);
  if (paid.length > most) return null;
  const termsBy = Map.groupBy(tuplesIn<TermsTuple>(termsRows), ([id]) => id);
  const paidBy = Map.groupBy(paid, ([id]) => id);
  return tuplesIn<DisbursementTuple>(heads).map((head) =>
    recordsOf(head, termsBy.get(head[0]) ?? [], paidBy.get(head[0]) ?? []),
  );
}

function recordsOf(
  head: DisbursementTuple,
  terms: readonly TermsTuple[],
  paid: readonly PaymentTuple[],
): BookedRecords {
  const [disbursement_id, kind, currency, client_id, disbursement_date, payment_date, ...others] = head;
  const [created_seq, updated_seq, deleted_at, follows_records, unsettled] = others;
  const facts = { disbursement_id, kind, currency, client_id, purchase_clients: null };
  return {
    loan: {
      disbursement: { ...facts, disbursement_date, payment_date },
      is_deleted: deleted_at !== null,
      terms: terms.filter(([, sequence]) => sequence >= created_seq).map(termsOf),
      receipts: paid.map(([...tuple]) => {
        // The last column does not belong to the payment.
        const own_seq = Number(tuple.pop());
        return { ...paymentOf(tuple as unknown as PaymentTuple), updated_seq: own_seq };
      }),
      unsettled: BigInt(unsettled ?? 0),
      updated_seq,
    },
    follows_records: follows_records === null ? null : follows_records !== 0,
  };
}
