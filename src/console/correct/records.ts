import { isLosslessNumber } from "lossless-json";
import type { PositionJson } from "../../contract/position/answers.ts";
import { parseDate, type StoredDate } from "../../domain/core/dates.ts";
import { toMinor } from "../../domain/core/money.ts";
import type { TermsRow } from "../../domain/position/facts.ts";
import {
  type Disbursement,
  disbursementFields,
  type Field,
  type Fields,
  type Payment,
  paymentFields,
} from "../../domain/tape/fields.ts";
import type { Stored } from "../../domain/tape/state.ts";

/** A row of a lookup table: numbers are LosslessNumbers. */
type Row = Readonly<Record<string, unknown>>;

/** The records from which a preview is computed. */
export interface Known {
  readonly disbursement: Stored<Disbursement>;
  /** Those that are not deleted, by id. */
  readonly payments: ReadonlyMap<string, Stored<Payment>>;
  readonly terms: readonly [TermsRow, ...TermsRow[]];
}

function storedValue({ type }: Field, value: unknown, currency: string): unknown {
  if (value === null || value === undefined) return null;
  const text = isLosslessNumber(value) ? value.value : String(value);
  if (type === "boolean") return value === true;
  if (type === "integer") return Number(text);
  if (type === "clients")
    return (value as readonly { client_id: string }[]).map(({ client_id }) => client_id);
  if (type === "object") return JSON.stringify(value);
  if (type === "amount") return amountOf(text, currency);
  return type === "date" ? storedDate(text) : text;
}

function storedDate(text: string): StoredDate {
  const read = parseDate(text);
  if (!read.ok) throw new Error(`The API sent the date ${text}: ${read.error}`);
  return read.value;
}

function amountOf(text: string, currency: string): bigint {
  const read = toMinor(text, currency);
  if (!read.ok) throw new Error(`The API sent an amount that its currency cannot have: ${read.error}`);
  return read.value;
}

function recordOf(fields: Fields, row: Row, currency: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, storedValue(field, row[name], currency)]),
  );
}

/** No rule of a change asks when a record was written. */
const stored = <T>(record: T): Stored<T> => ({
  record,
  created_seq: 0,
  updated_seq: 0,
  created_at: 0,
  updated_at: 0,
  deleted_at: null,
});

/** The record of a disbursement from its row and the terms of its position. */
function disbursementOf(row: Row, { currency, terms }: PositionJson): Disbursement {
  const amount = amountOf(terms.first_agreed.amount.value, currency);
  const further = {
    first_agreed_amount: amount,
    changed_hands: false,
    amount_changed_on: null,
    margin_changed_on: null,
    maturity_changed_on: null,
  };
  return { ...recordOf(disbursementFields, row, currency), ...further } as Disbursement;
}

const EXPECTATION = {
  expected_total: { type: "amount", required: false },
  expected_principal: { type: "amount", required: false },
  expected_fee: { type: "amount", required: false },
  expected_due_date: { type: "date", required: false },
} as const satisfies Fields;

function paymentOf(row: Row): Payment {
  const currency = String(row.currency);
  const record = recordOf({ ...paymentFields, ...EXPECTATION }, row, currency);
  const marks = { refund: row.refund === true, recovery: row.recovery === true };
  // The API shows neither; a preview is compared with the API's own position before it is shown.
  return { ...record, ...marks, due_sequence: null, is_dated: false } as Payment;
}

function termsOf({ terms, currency }: PositionJson): Known["terms"] {
  const row = (sequence: number, on_date: string, of: PositionJson["terms"]["as_of"]): TermsRow => ({
    sequence,
    on_date,
    disbursement_amount: amountOf(of.amount.value, currency),
    total_expected_margin: amountOf(of.margin.value, currency),
    maturity_date: of.maturity_date === null ? null : storedDate(of.maturity_date),
  });
  return [
    row(0, "", terms.first_agreed),
    ...terms.changes.map((one) => row(Number(one.sequence.value), storedDate(one.change_date), one)),
  ];
}

/** `whole` is the position as of a day after every change. */
export function knownOf(whole: PositionJson, disbursement: Row, payments: readonly Row[]): Known {
  return {
    disbursement: stored(disbursementOf(disbursement, whole)),
    payments: new Map(payments.map((row) => [String(row.payment_id), stored(paymentOf(row))])),
    terms: termsOf(whole),
  };
}

/**
 * Whether some payment has a change that counts from a day on: its row shows only the last state. `whole` has the series
 * of its days.
 */
export const hasDatedChanges = ({ series = [] }: PositionJson): boolean =>
  series.some(({ changes_schedule }) => changes_schedule);
