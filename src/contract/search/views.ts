import { LosslessNumber } from "lossless-json";
import { renderDate } from "../../domain/core/dates.ts";
import type { RecordTableName, StoredRow } from "../../domain/core/lookup.ts";
import { fullDecimal } from "../../domain/core/money.ts";
import { type Entry, journalLines } from "../../domain/ledger/journal.ts";
import type { AnswerOf } from "../answer-types.ts";
import type { hit } from "./answers.ts";

type Hit = AnswerOf<typeof hit>;

/** A record that was found, as the API shows it (docs/api.md#search). */
export function hitView(table: RecordTableName, row: StoredRow): Hit {
  const text = (name: string) => {
    const value = row[name];
    return value === null || value === undefined ? null : String(value);
  };
  const [id, currency, minor, date] = [String(row.id), text("currency"), text("amount"), text("date")];
  return {
    id,
    label: text("label") ?? id,
    amount: minor === null || currency === null ? null : exact(BigInt(minor), currency),
    currency,
    date: date && renderDate(date),
    client_id: text("client_id"),
    client_name: text("client_name"),
    disbursement_id: text("disbursement_id"),
    href: hrefOf(table, id),
  };
}

/** The path of a row. A path cannot hold the ids `.` and `..`, so of those it is the list of that one id. */
function hrefOf(table: RecordTableName, id: string): string {
  const list = `/api/tables/${table}`;
  return /^\.\.?$/.test(id) ? `${list}?${table.slice(0, -1)}_id=${id}` : `${list}/${encodeURIComponent(id)}`;
}

/** A journal entry that was found; `disbursement_id` is that of its only loan, if it follows a record. */
export function entryHit(entry: Entry, disbursement_id: string | null): Hit {
  const { journal_entry_id: id, event_type: label, currency, effective_at: date } = entry;
  const debits = journalLines(entry.postings).filter(({ direction }) => direction === "DR");
  const amount = debits.reduce((sum, { amount_minor }) => sum + amount_minor, 0n);
  return {
    id,
    label,
    amount: exact(amount, currency),
    currency,
    date,
    client_id: null,
    client_name: null,
    disbursement_id,
    href: `/v1/journal-entries/${id}`,
  };
}

const exact = (minor: bigint, currency: string) => new LosslessNumber(fullDecimal(minor, currency));
