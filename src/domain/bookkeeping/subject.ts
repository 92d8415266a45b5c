import type { Calendar } from "../core/calendar.ts";
import { ledgerBorrowerId, ledgerLoanId } from "../core/uuid.ts";
import type { TermsRow } from "../position/facts.ts";
import { isLive } from "../tape/record.ts";
import type { RecordState } from "../tape/state.ts";
import type { BookedCategory } from "./booked.ts";
import { type BookPart, disbursementParts, paymentParts } from "./rules.ts";

/** A record to book. */
export interface BookedRecord {
  readonly category: BookedCategory;
  readonly id: string;
  /** The terms of a disbursement in its present life; none for a payment. */
  readonly terms: readonly TermsRow[];
}

/** A record as the books see it. */
export interface Subject {
  readonly category: BookedCategory;
  readonly record_id: string;
  readonly disbursement_id: string;
  readonly borrower_id: string;
  readonly currency: string;
  readonly position: readonly BookPart[];
}

/** A loan's borrower is its client. A purchase may have several clients, so it is its own borrower. */
function borrowerOf(namespace: string, disbursement_id: string, client_id: string | null): string {
  return client_id === null
    ? ledgerLoanId(namespace, disbursement_id)
    : ledgerBorrowerId(namespace, client_id);
}

/**
 * A record after an event as the books see it, on days of the tenant's calendar: `terms` are those of a disbursement.
 * Null for one that never was.
 */
export function subjectOf(
  namespace: string,
  records: RecordState,
  { category, id, terms }: BookedRecord,
  calendar: Calendar,
): Subject | null {
  if (category === "disbursement") {
    const stored = records.disbursement.get(id);
    if (!stored) return null;
    const { client_id, currency } = stored.record;
    const [first, ...changes] = terms;
    const live = isLive(stored);
    if (live && !first) throw new Error("a disbursement has the terms that it was created with");
    const position =
      live && first
        ? disbursementParts({ disbursement: stored.record, terms: [first, ...changes] }, calendar)
        : [];
    const borrower_id = borrowerOf(namespace, id, client_id);
    return { category, record_id: id, disbursement_id: id, borrower_id, currency, position };
  }
  const stored = records.payment.get(id);
  if (!stored) return null;
  const { disbursement_id, client_id, currency } = stored.record;
  const kind = records.disbursement.get(disbursement_id)?.record.kind;
  const position = isLive(stored) ? paymentParts(stored.record, calendar) : [];
  const borrower_id = borrowerOf(namespace, disbursement_id, kind === "purchase" ? null : client_id);
  return { category, record_id: id, disbursement_id, borrower_id, currency, position };
}
