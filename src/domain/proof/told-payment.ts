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

/** The parts of an amount: both are known, or neither. */
interface Parts {
  readonly principal: bigint | null;
  readonly fee: bigint | null;
}

/** An amount with its parts, where they are known. */
interface Split extends Parts {
  readonly total: bigint;
}

/** A payment after some of its events. */
interface Payment extends Split {
  readonly currency: string;
  readonly status: string;
  readonly due: string;
  readonly paid: string | null;
  readonly number: string | null;
  readonly refund: boolean;
  readonly recovery: boolean;
  /** What was due when it was expected last. */
  readonly expected: (Split & { readonly due: string }) | null;
}

const NO_PARTS: Parts = { principal: null, fee: null };

/** A payment before its first event. */
const NOT_TOLD: Payment = {
  ...NO_PARTS,
  total: 0n,
  currency: "",
  status: "",
  due: "",
  paid: null,
  number: null,
  refund: false,
  recovery: false,
  expected: null,
};

/** The money of a payment by the events of its present life; null where it is not paid, or deleted. */
export function toldReceipt(events: readonly ToldEvent[], { dayOf }: Calendar): ToldReceipt | null {
  if (events.some(({ step }) => step === "delete")) return null;
  const payment = events.reduce((before, { telling }) => after(before, telling), NOT_TOLD);
  if (payment.status !== "paid") return null;
  const { currency, refund: is_refund, total } = payment;
  const day = dayOf(payment.paid ?? payment.due);
  return { day, currency, is_refund, total, ...countedAs(payment) };
}

function countedAs({ recovery, number, total, fee, expected }: Payment) {
  if (recovery) return { kind: "recovery", fee: 0n } as const;
  if (number !== null && Number(number) === 0) return { kind: "upfront_fee", fee: total } as const;
  if (fee !== null) return { kind: "loan", fee } as const;
  const due = expected?.fee ?? 0n;
  return { kind: "loan", fee: due < total ? due : total } as const;
}

function after(before: Payment, telling: Telling): Payment {
  const currency = telling.knownWord("currency", before.currency);
  const status = telling.knownWord("status", before.status);
  const returns = before.status !== "expected" && status === "expected";
  const restored = returns ? before.expected : null;
  const split = completed(splitBy(before, telling, { currency, status, restored }));
  const due = telling.knownDate("due_date", (restored ?? before).due);
  return {
    ...split,
    ...{ currency, status, due },
    paid: telling.date("payment_date", returns ? null : before.paid),
    number: telling.word("installment_number", before.number),
    refund: isTold(telling, "refund", before.refund),
    recovery: isTold(telling, "recovery", !returns && before.recovery),
    expected: status === "expected" ? { ...split, due } : before.expected,
  };
}

const isTold = (telling: Telling, mark: "refund" | "recovery", before: boolean): boolean =>
  telling.word(mark, String(before)) === "true";

/** The amounts that an event leaves. A payment that is due again owes what was due last, unless the event says otherwise. */
function splitBy(
  before: Payment,
  telling: Telling,
  event: { readonly currency: string; readonly status: string; readonly restored: Split | null },
): Split {
  const { currency, status, restored } = event;
  const last = restored ?? before;
  const total = telling.knownAmount("payment_total", currency, last.total);
  const parts = restored !== null && restored.total !== total ? NO_PARTS : last;
  const principal = telling.amount("payment_principal", currency, parts.principal);
  const fee = telling.amount("payment_fee", currency, parts.fee);
  // An event that names parts is accepted only where they make up its total. Of a receipt that names only a total, earlier
  // parts that do not make it up say nothing.
  const differs = principal !== null && fee !== null && principal + fee !== total;
  return status === "paid" && differs ? { total, ...NO_PARTS } : { total, principal, fee };
}

/** The part that was not said is the rest of the total. */
function completed({ total, principal, fee }: Split): Split {
  if (principal !== null) return { total, principal, fee: fee ?? total - principal };
  return { total, principal: fee === null ? null : total - fee, fee };
}
