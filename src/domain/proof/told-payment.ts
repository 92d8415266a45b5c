import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { Telling, ToldEvent } from "./telling.ts";

/** Money that came in, or went back, on a day. */
export interface ToldReceipt {
  readonly day: Day;
  readonly currency: string;
  /** What it counts for: the account of income where all of it is income, or principal and fee of the loan. */
  readonly kind: "loan" | "upfront_fee" | "recovery";
  readonly is_refund: boolean;
  readonly total: bigint;
  /** Of the total; the rest is principal. */
  readonly fee: bigint;
}

/** An amount with its parts, where they are known. */
interface Split {
  readonly total: bigint;
  readonly principal: bigint | null;
  readonly fee: bigint | null;
}

/** A payment after some of its events. */
interface Payment extends Split {
  readonly currency: string;
  readonly status: string | null;
  readonly due: string | null;
  readonly paid: string | null;
  readonly number: string | null;
  readonly refund: boolean;
  readonly recovery: boolean;
  /** What was due when it was expected last. */
  readonly expected: (Split & { readonly due: string | null }) | null;
}

/** The money of a payment by the events of its present life; null where it is not paid, or deleted. */
export function toldReceipt(events: readonly ToldEvent[], { dayOf }: Calendar): ToldReceipt | null {
  let payment: Payment | null = null;
  for (const { step, telling } of events) {
    if (step === "delete") return null;
    payment = after(payment, telling);
  }
  if (payment?.status !== "paid") return null;
  const { currency, refund: is_refund, total } = payment;
  const day = dayOf(payment.paid ?? payment.due ?? "");
  return { day, currency, is_refund, total, ...countedAs(payment) };
}

function countedAs({ recovery, number, total, principal, fee, expected }: Payment) {
  if (recovery) return { kind: "recovery", fee: 0n } as const;
  if (number !== null && Number(number) === 0) return { kind: "upfront_fee", fee: total } as const;
  if (principal !== null && fee !== null) return { kind: "loan", fee } as const;
  const due = expected?.fee ?? 0n;
  return { kind: "loan", fee: due < total ? due : total } as const;
}

function after(before: Payment | null, telling: Telling): Payment {
  const currency = before?.currency ?? telling.word("currency", null) ?? "";
  const status = telling.word("status", before?.status ?? null);
  const returns = before !== null && before.status !== "expected" && status === "expected";
  const split = completed(splitBy(before, telling, { currency, status, returns }));
  const restored = returns ? before.expected : null;
  const due = telling.date("due_date", restored?.due ?? before?.due ?? null);
  return {
    ...split,
    ...{ currency, status, due },
    paid: telling.date("payment_date", returns ? null : (before?.paid ?? null)),
    number: telling.word("installment_number", before?.number ?? null),
    refund: isTold(telling, "refund", before?.refund),
    recovery: isTold(telling, "recovery", returns ? false : before?.recovery),
    expected: status === "expected" ? { ...split, due } : (before?.expected ?? null),
  };
}

const isTold = (telling: Telling, mark: "refund" | "recovery", before: boolean | undefined): boolean =>
  telling.word(mark, String(before ?? false)) === "true";

const NO_SPLIT: Split = { total: 0n, principal: null, fee: null };

/** The amounts that an event leaves. A payment that is due again owes what was due last, unless the event says otherwise. */
function splitBy(
  before: Payment | null,
  telling: Telling,
  event: { readonly currency: string; readonly status: string | null; readonly returns: boolean },
): Split {
  const { currency, status, returns } = event;
  const last = returns ? (before?.expected ?? before) : before;
  const total = telling.amount("payment_total", currency, last?.total ?? null) ?? 0n;
  const isRestored = returns && before?.expected != null;
  const parts = isRestored && last?.total !== total ? NO_SPLIT : (last ?? NO_SPLIT);
  const principal = telling.amount("payment_principal", currency, parts.principal);
  const fee = telling.amount("payment_fee", currency, parts.fee);
  // Of a receipt that names only a total, parts that do not make it up say nothing.
  const isTotalOnly =
    telling.names("payment_total") && !telling.names("payment_principal") && !telling.names("payment_fee");
  const differs = principal !== null && fee !== null && principal + fee !== total;
  return status === "paid" && isTotalOnly && differs ? { ...NO_SPLIT, total } : { total, principal, fee };
}

/** The part that was not said is the rest of the total. */
function completed({ total, principal, fee }: Split): Split {
  if (principal === null && fee === null) return { total, principal, fee };
  return { total, principal: principal ?? total - (fee ?? 0n), fee: fee ?? total - (principal ?? 0n) };
}
