import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { PaymentFacts, RowEvent } from "./facts.ts";
import type { SentParts } from "./parts.ts";

/** What was expected of a payment last. */
interface Expected extends SentParts {
  readonly due_date: string;
  /** The event that set the due date last. */
  readonly due_sequence: number;
}

/** What a payment says about the schedule as of a day. */
interface Row {
  readonly status: PaymentFacts["status"];
  readonly installment_number: number | null;
  readonly due_date: string;
  /** Null for a payment that was never expected. */
  readonly expected: Expected | null;
}

/** The row of a payment as of a day; null where it does not exist on that day (docs/portfolio.md#rows-as-of-a-day). */
export function rowAt(payment: PaymentFacts, day: Day, calendar: Calendar): Row | null {
  const { row_events } = payment;
  if (row_events === null) return rowOfRecord(payment);
  let row: FoldedRow | null = null;
  for (const event of row_events) {
    const { change_date } = event;
    if (change_date === null || calendar.dayOf(change_date) <= day) row = rowAfter(row, event);
  }
  return row;
}

function rowOfRecord(payment: PaymentFacts): Row {
  const { status, installment_number, due_date, due_sequence, expected_total: total } = payment;
  const { expected_principal: principal, expected_fee: fee, expected_due_date } = payment;
  const expected =
    total === null
      ? null
      : { total, principal, fee, due_date: expected_due_date ?? due_date, due_sequence: due_sequence ?? 0 };
  return { status, installment_number, due_date, expected };
}

interface FoldedRow extends Row {
  readonly amounts: SentParts;
}

/** The row after one more of its events. An update of a row that does not exist on the day has no effect. */
function rowAfter(before: FoldedRow | null, { step, set, sequence }: RowEvent): FoldedRow | null {
  if (step === "delete" || (step === "update" && before === null)) return null;
  const current = step === "create" ? null : before;
  const status = set.status ?? current?.status ?? "expected";
  const base = status === "expected" ? (dueAgain(current, set) ?? current) : current;
  const due_date = set.due_date ?? base?.due_date ?? "";
  const amounts = amountsAfter(base?.amounts, set);
  const installment_number =
    set.installment_number === undefined ? (current?.installment_number ?? null) : set.installment_number;
  const due_sequence = set.due_date === undefined ? (current?.expected?.due_sequence ?? sequence) : sequence;
  const expected =
    status === "expected" ? { ...amounts, due_date, due_sequence } : (current?.expected ?? null);
  return { status, installment_number, due_date, amounts, expected };
}

/** A payment that becomes expected again is due as it was last: total, due date, and the parts of that total. */
function dueAgain(
  current: FoldedRow | null,
  set: RowEvent["set"],
): Pick<FoldedRow, "due_date" | "amounts"> | null {
  if (!current?.expected || current.status === "expected") return null;
  const { total, principal, fee, due_date } = current.expected;
  const isSameTotal = set.payment_total === undefined || set.payment_total === total;
  const parts = isSameTotal ? { principal, fee } : { principal: null, fee: null };
  return { due_date, amounts: { total, ...parts } };
}

/** One known part gives the other. Parts that do not make up their total are unknown. */
function amountsAfter(base: SentParts | undefined, set: RowEvent["set"]): SentParts {
  const total = set.payment_total ?? base?.total ?? 0n;
  const sentPrincipal = set.payment_principal === undefined ? base?.principal : set.payment_principal;
  const sentFee = set.payment_fee === undefined ? (base?.fee ?? null) : set.payment_fee;
  const principal = sentPrincipal ?? (sentFee === null ? null : total - sentFee);
  const unknown = { total, principal: null, fee: null };
  if (principal === null) return unknown;
  const fee = sentFee ?? total - principal;
  return principal + fee === total && principal >= 0n && fee >= 0n ? { total, principal, fee } : unknown;
}
