import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { Telling, ToldEvent } from "./telling.ts";
import { type ToldReceipt, toldReceipt } from "./told-payment.ts";

/*
 * What the events of a disbursement and its payments say, read from their data as it was sent. This shares with the rules that
 * book records only how amounts and dates are read, so that a fault in those rules shows in the proof
 * (docs/bookkeeping.md#proof).
 */

/** What the events say was agreed on some day: the sums are differences to what was agreed before. */
interface Agreed {
  readonly day: Day;
  readonly amount: bigint;
  readonly margin: bigint;
}

/** What the events say of a disbursement. */
interface Told {
  readonly currency: string;
  readonly is_deleted: boolean;
  readonly first: Agreed;
  /** In the order of the log. */
  readonly changes: readonly Agreed[];
}

/** What the events of a loan say, in the days of the tenant's calendar. */
export interface ToldLoan {
  /** Null for a disbursement without events. */
  readonly disbursement: Told | null;
  readonly receipts: readonly ToldReceipt[];
}

export function toldLoan(events: readonly ToldEvent[], calendar: Calendar): ToldLoan {
  const inOrder = events.toSorted((a, b) => a.sequence - b.sequence);
  const own = inOrder.filter(({ category }) => category === "disbursement");
  const paid = Map.groupBy(
    inOrder.filter(({ category }) => category === "payment"),
    ({ id }) => id,
  );
  return {
    disbursement: toldDisbursement(own, calendar),
    receipts: [...paid.values()].flatMap((each) => toldReceipt(presentLife(each), calendar) ?? []),
  };
}

/** The events since the last create: an id that is used again begins anew. */
const presentLife = (events: readonly ToldEvent[]): readonly ToldEvent[] =>
  events.slice(
    Math.max(
      0,
      events.findLastIndex(({ step }) => step === "create"),
    ),
  );

function toldDisbursement(events: readonly ToldEvent[], { dayOf }: Calendar): Told | null {
  const [create, ...later] = presentLife(events);
  if (!create) return null;
  const currency = create.telling.knownWord("currency", "");
  const isLoan = create.telling.word("kind", null) === "loan";
  const first = agreedBy(create.telling, currency, { amount: 0n, margin: 0n });
  const changes: Agreed[] = [];
  let now = first;
  let start = startBy(create.telling, isLoan, "");
  for (const { telling } of later) {
    const before = now;
    now = agreedBy(telling, currency, before);
    start = startBy(telling, isLoan, start);
    const [amount, margin] = [now.amount - before.amount, now.margin - before.margin];
    if (amount === 0n && margin === 0n) continue;
    changes.push({ day: dayOf(telling.knownDate("change_date", "")), amount, margin });
  }
  const is_deleted = later.at(-1)?.step === "delete";
  return { currency, is_deleted, first: { ...first, day: dayOf(start) }, changes };
}

/** A loan begins when it is paid out, a purchase when its supplier is paid. */
const startBy = (telling: Telling, isLoan: boolean, before: string): string =>
  telling.knownDate(isLoan ? "disbursement_date" : "payment_date", before);

const agreedBy = (telling: Telling, currency: string, before: Omit<Agreed, "day">) => ({
  amount: telling.knownAmount("disbursement_amount", currency, before.amount),
  margin: telling.knownAmount("total_expected_margin", currency, before.margin),
});
