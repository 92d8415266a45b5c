import type { PostedSum, RecordedLoan } from "../../domain/bookkeeping/compare.ts";
import { ledgerLoanIds } from "../../domain/core/uuid.ts";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import type { TermsRow } from "../../domain/position/facts.ts";
import type { Database } from "../d1/session.ts";
import { HALF } from "../ledger/rows.ts";
import {
  PAYMENT_COLUMNS,
  PAYMENTS_OF_A_LOAN_MAX,
  type PaymentTuple,
  paymentOf,
  TERMS_COLUMNS,
  type TermsTuple,
  termsOf,
} from "../position/loan-rows.ts";

/** The most payments of one page: the page shrinks until they fit into an isolate's memory. */
const PAYMENTS_OF_A_PAGE = 20_000;

/** A disbursement, deleted or not, with its records and its postings. */
interface LoanOnBothSides {
  readonly loan: RecordedLoan;
  /** False if a ledger route used its loan id first. */
  readonly follows_records: boolean;
  readonly sums: readonly PostedSum[];
}

interface BothSides {
  readonly loans: readonly LoanOnBothSides[];
  /** The id after which the next page starts; null when this is the last. */
  readonly end: string | null;
}

interface Row {
  readonly row: string;
}

const tuples = <T>(rows: readonly Row[]): T[] => JSON.parse(`[${rows.map(({ row }) => row).join(",")}]`);

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
];

type SumTuple = readonly [
  disbursement_id: string,
  currency: string,
  debit: AccountCode,
  credit: AccountCode,
  hi: string,
  lo: string,
];

/**
 * Reads some disbursements in the order of their ids with their terms, paid payments and postings up to `day`, all in
 * one transaction, so no event can fall between the two sides. Only postings with a value date up to `day` count: an entry of
 * a closed period takes effect later than the records say.
 */
export async function readBothSides(
  db: Database,
  tenant: string,
  { after, day, limit }: { readonly after: string; readonly day: string; readonly limit: number },
): Promise<BothSides | "too_large"> {
  const { $client: d1 } = db;
  const ids = await idsAfter(d1, tenant, after, limit);
  for (let count = ids.length; ; count = Math.ceil(count / 2)) {
    const some = ids.slice(0, count);
    const most = count <= 1 ? PAYMENTS_OF_A_LOAN_MAX : PAYMENTS_OF_A_PAGE;
    const loans = await readPage(d1, tenant, some, { day, most });
    if (loans === null && count <= 1) return "too_large";
    if (loans === null) continue;
    const isLast = count === ids.length && ids.length < limit;
    return { loans, end: isLast ? null : (some.at(-1) ?? null) };
  }
}

async function idsAfter(d1: D1Database, tenant: string, after: string, limit: number): Promise<string[]> {
  const query = `SELECT disbursement_id AS id FROM disbursements NOT INDEXED
    WHERE tenant_id = ?1 AND disbursement_id > ?2 ORDER BY disbursement_id LIMIT ?3`;
  const [found] = await d1.batch<{ id: string }>([d1.prepare(query).bind(tenant, after, limit)]);
  return (found?.results ?? []).map(({ id }) => id);
}

const DISBURSEMENTS = `SELECT json_array(d.disbursement_id, d.kind, d.currency, d.client_id, d.disbursement_date, d.payment_date,
    d.created_seq, d.updated_seq, d.deleted_at, l.follows_records) AS row
  FROM json_each(?2) AS own CROSS JOIN disbursements AS d
    LEFT JOIN ledger_loans AS l ON l.tenant_id = ?1 AND l.loan_id = own.value ->> 1
  WHERE d.tenant_id = ?1 AND d.disbursement_id = own.value ->> 0 ORDER BY d.disbursement_id`;

const TERMS = `SELECT json_array(${TERMS_COLUMNS}) AS row FROM disbursement_terms
  WHERE tenant_id = ?1 AND disbursement_id IN (SELECT value ->> 0 FROM json_each(?2)) ORDER BY disbursement_id, sequence`;

const RECEIPTS = `SELECT json_array(${PAYMENT_COLUMNS}, updated_seq) AS row FROM payments INDEXED BY payments_by_disbursement
  WHERE tenant_id = ?1 AND disbursement_id IN (SELECT value ->> 0 FROM json_each(?2)) AND deleted_at IS NULL
    AND status = 'paid' LIMIT ?3`;

/** Amounts in halves, whose sums fit into 64 bits. */
const POSTED = `SELECT json_array(own.value ->> 0, e.currency, p.debit, p.credit,
    CAST(SUM(p.amount_minor / ${HALF}) AS TEXT), CAST(SUM(p.amount_minor % ${HALF}) AS TEXT)) AS row
  FROM json_each(?2) AS own CROSS JOIN loan_entries AS l CROSS JOIN journal_entries AS e CROSS JOIN journal_postings AS p
  WHERE l.tenant_id = ?1 AND l.loan_id = own.value ->> 1
    AND e.tenant_id = ?1 AND e.sequence = l.sequence AND e.position = l.position AND e.value_date <= ?3
    AND p.tenant_id = ?1 AND p.sequence = l.sequence AND p.position = l.position AND p.loan_id = l.loan_id
  GROUP BY own.value ->> 0, e.currency, p.debit, p.credit`;

/** Null if there are more paid payments than `most`. */
async function readPage(
  d1: D1Database,
  tenant: string,
  ids: readonly string[],
  { day, most }: { readonly day: string; readonly most: number },
): Promise<readonly LoanOnBothSides[] | null> {
  if (ids.length === 0) return [];
  const loanIdOf = ledgerLoanIds(tenant);
  const own = JSON.stringify(ids.map((id) => [id, loanIdOf(id)]));
  const [heads, termsRows, receipts, posted] = await d1.batch<Row>([
    d1.prepare(DISBURSEMENTS).bind(tenant, own),
    d1.prepare(TERMS).bind(tenant, own),
    d1.prepare(RECEIPTS).bind(tenant, own, most + 1),
    d1.prepare(POSTED).bind(tenant, own, day),
  ]);
  const paid = tuples<PaymentTuple>(receipts?.results ?? []);
  if (paid.length > most) return null;
  const termsBy = Map.groupBy(tuples<TermsTuple>(termsRows?.results ?? []), ([id]) => id);
  const paidBy = Map.groupBy(paid, ([id]) => id);
  const postedBy = Map.groupBy(tuples<SumTuple>(posted?.results ?? []), ([id]) => id);
  return tuples<DisbursementTuple>(heads?.results ?? []).map((head) => {
    const [disbursement_id, kind, currency, client_id, disbursement_date, payment_date] = head;
    const [, , , , , , created_seq, updated_seq, deleted_at, follows_records] = head;
    const terms: readonly TermsRow[] = (termsBy.get(disbursement_id) ?? [])
      .filter(([, sequence]) => sequence >= created_seq)
      .map(termsOf);
    const facts = { disbursement_id, kind, currency, client_id, purchase_clients: null };
    return {
      loan: {
        disbursement: { ...facts, disbursement_date, payment_date },
        is_deleted: deleted_at !== null,
        terms,
        receipts: (paidBy.get(disbursement_id) ?? []).map(([...tuple]) => {
          // The last column does not belong to the payment.
          const updated_seq = Number(tuple.pop());
          return { ...paymentOf(tuple as unknown as PaymentTuple), updated_seq };
        }),
        updated_seq,
      },
      follows_records: follows_records !== 0,
      sums: (postedBy.get(disbursement_id) ?? []).map(([, of, debit, credit, hi, lo]) => ({
        currency: of,
        debit,
        credit,
        amount_minor: BigInt(hi) * HALF + BigInt(lo),
      })),
    };
  });
}
