import type { Calendar } from "../core/calendar.ts";
import type { Day, StoredDate } from "../core/dates.ts";
import { NO_INFO, type OpenInfo } from "./open-info.ts";

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
  /** Of its own `info` and of that of the one client: those members that were read. */
  readonly info: OpenInfo;
  readonly client_info: OpenInfo;
  /** In the order of the log: the creditor at first, then the one after each change of terms or creditor. */
  readonly pledges: readonly Pledge[];
}

/** What is known of a disbursement whose attributes were not read. */
export const NO_ATTRIBUTES: Attributes = {
  country: null,
  insurer_name: null,
  info: NO_INFO,
  client_info: NO_INFO,
  pledges: [],
};

/** What has to be read of disbursements besides what every position needs. */
export interface WantedAttributes {
  /** The country of the client. */
  readonly country: boolean;
  /** Members of `info`, and of the client's. */
  readonly info: readonly string[];
  readonly client_info: readonly string[];
}

export const NOTHING_MORE: WantedAttributes = { country: false, info: [], client_info: [] };

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
