import type { StoredDate } from "../core/dates.ts";
import type { DecimalText } from "../core/decimal.ts";
import { toMinor } from "../core/money.ts";
import type { Turned } from "./category.ts";
import type { Payment, PaymentChange, Step } from "./fields.ts";
import { isLive } from "./record.ts";
import type { Link, PaymentTerms, ScheduleMembers, Stored } from "./state.ts";

const AMOUNTS = ["payment_total", "payment_principal", "payment_fee"] as const;
const MEMBERS = ["status", "due_date", "installment_number", ...AMOUNTS] as const;

const setsSchedule = (change: PaymentChange): boolean => MEMBERS.some((name) => change[name] !== undefined);

/** True for an event that acts on the schedule from a day on. */
export const isDatedChange = (change: PaymentChange): boolean =>
  Boolean(change.change_date) && setsSchedule(change);

/**
 * The rows that an event adds to `payment_terms`: none for a payment without dated events (docs/api.md#payments). With its
 * first dated event a payment also gets what its record said before. The rows of a deleted payment stay.
 */
export function paymentTermsOf({ before, after, change }: Turned<Payment>): Link[] {
  const { record, updated_seq: sequence } = after;
  const sent: PaymentChange = change;
  const isDeleted = !isLive(after);
  const isKept = before?.record.is_dated ?? false;
  const isDated = Boolean(sent.change_date) && (isDeleted || setsSchedule(sent));
  if (!isKept && !isDated) return [];
  const rows = before && !isKept ? rowsBefore(before) : [];
  const step = isDeleted ? "delete" : before ? "update" : "create";
  if (isDeleted || setsSchedule(sent)) {
    const set = isDeleted ? {} : membersOf(sent, record.currency);
    rows.push(rowOf(record, { sequence, step, change_date: sent.change_date ?? null, set }));
  }
  return rows.length > 0 ? [{ type: "payment_terms", rows }] : [];
}

/** The record before its first dated event: what was expected of it last, and what it says since then. */
function rowsBefore({ record, created_seq, updated_seq }: Stored<Payment>): PaymentTerms[] {
  const { status, due_date, installment_number, due_sequence } = record;
  const { payment_total, payment_principal, payment_fee } = record;
  const now = { status, due_date, installment_number, payment_total, payment_principal, payment_fee };
  const create = { sequence: due_sequence ?? created_seq, step: "create", change_date: null } as const;
  const { expected_total, expected_due_date, expected_principal, expected_fee } = record;
  if (status === "expected" || expected_total === null || expected_due_date === null) {
    return [rowOf(record, { ...create, set: now })];
  }
  const set: ScheduleMembers = {
    status: "expected",
    due_date: expected_due_date,
    installment_number,
    payment_total: expected_total,
    payment_principal: expected_principal,
    payment_fee: expected_fee,
  };
  const update = { sequence: updated_seq, step: "update", change_date: null } as const;
  return [rowOf(record, { ...create, set }), rowOf(record, { ...update, set: now })];
}

interface Row {
  readonly sequence: number;
  readonly step: Step;
  readonly change_date: StoredDate | null;
  readonly set: ScheduleMembers;
}

const rowOf = ({ disbursement_id, payment_id }: Payment, row: Row): PaymentTerms => ({
  disbursement_id,
  payment_id,
  ...row,
});

/** The members that an accepted event sent, as stored. */
function membersOf(change: PaymentChange, currency: string): ScheduleMembers {
  const sent = MEMBERS.filter((name) => change[name] !== undefined);
  return Object.fromEntries(sent.map((name) => [name, storedValue(change[name], name, currency)]));
}

function storedValue(value: unknown, name: (typeof MEMBERS)[number], currency: string): unknown {
  if (value === null || !AMOUNTS.some((amount) => amount === name)) return value;
  const minor = toMinor(value as DecimalText, currency);
  if (!minor.ok) throw new RangeError(`an accepted event has the ${name} ${String(value)}`);
  return minor.value;
}
