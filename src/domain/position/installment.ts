import type { Day } from "../core/dates.ts";
import { byText } from "./order.ts";
import type { Parts } from "./parts.ts";

/** One installment of a schedule as of a day: what is due after cuts, and when after extensions. */
export interface Installment extends Parts {
  readonly payment_id: string;
  readonly installment_number: number | null;
  readonly due: Day;
  /** What was sent. */
  readonly expected: Parts;
  /** True for money that came in without ever having been expected. */
  readonly self_scheduled: boolean;
}

/** Installment 0 is the upfront fee: it is no part of amount and margin. */
export const isUpfront = ({ installment_number }: Pick<Installment, "installment_number">): boolean =>
  installment_number === 0;

/** By due day, then by `payment_id`. */
export const inOrder = (a: Pick<Installment, "due" | "payment_id">, b: typeof a): number =>
  byText(a.due, b.due) || byText(a.payment_id, b.payment_id);
