import type { Calendar } from "../core/calendar.ts";
import type { Day, StoredDate } from "../core/dates.ts";

/** To whom a disbursement is pledged from a day on; null: to no creditor. */
interface Pledge {
  readonly on_date: StoredDate;
  readonly pledge_creditor: string | null;
}

/** What reports filter and group disbursements by, besides what a position follows from. */
export interface Attributes {
  /** Of the one client; null for a purchase with several or none, and where it was not read. */
  readonly country: string | null;
  readonly insurer_name: string | null;
  /** In the order of the log: the creditor at first, then the one after each change of terms or creditor. */
  readonly pledges: readonly Pledge[];
}

/** The creditor as of a day: that of the last pledge in the order of the log that is not dated after the day. */
export function creditorOn({ pledges }: Attributes, day: Day, { dayOf }: Calendar): string | null {
  let creditor: string | null = null;
  let before: string | null | undefined;
  for (const { on_date, pledge_creditor } of pledges) {
    const isFirst = before === undefined;
    if (isFirst || (pledge_creditor !== before && dayOf(on_date) <= day)) creditor = pledge_creditor;
    before = pledge_creditor;
  }
  return creditor;
}
