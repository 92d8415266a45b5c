import type { PositionJson, TermsJson } from "../../contract/position/answers.ts";
import type { Calendar } from "../../domain/core/calendar.ts";
import { toMinor } from "../../domain/core/money.ts";
import type { TermsRow } from "../../domain/position/facts.ts";
import type { Exact } from "../format.ts";

/** A disbursement's figures at the end of one day, in minor units. */
export interface LifeDay {
  readonly day: string;
  readonly scheduled: bigint;
  /** Null after the requested day. */
  readonly received: bigint | null;
  readonly outstanding: bigint | null;
}

export interface Life {
  readonly start: string;
  /** The day on which it matures by its last terms; null if it has no maturity date. */
  readonly maturity: string | null;
  readonly days: readonly LifeDay[];
  /** The terms first agreed, then after each change, including changes dated after the day; each with its day. */
  readonly terms: TermsRows;
  /** The days from which dated changes of payments apply. */
  readonly schedule_changes: readonly string[];
}

type TermsRows = readonly [TermsRow, ...TermsRow[]];

/**
 * The days of a disbursement's life: those of the series, whose figures hold until the next one, the requested day and
 * the maturity. `whole` is the position with its series as of a day after every change.
 */
export function lifeInDays(now: PositionJson, whole: PositionJson, calendar: Calendar): Life {
  const { currency, as_of_date: asOf } = now;
  const { series = [], terms } = whole;
  const last = terms.as_of.maturity_date;
  const maturity = last === null ? null : calendar.dayOf(last);
  const figuresOf = (scheduled: Exact, received: Exact, outstanding: Exact) => ({
    scheduled: minor(scheduled, currency),
    received: minor(received, currency),
    outstanding: minor(outstanding, currency),
  });
  const figures = new Map(
    series.map((one) => [one.as_of_date, figuresOf(one.scheduled, one.received, one.outstanding_principal)]),
  );
  figures.set(asOf, figuresOf(now.scheduled.total, now.received.total, now.outstanding_principal));
  let at = { scheduled: 0n, received: 0n, outstanding: 0n };
  const days = [...new Set([...figures.keys(), maturity ?? asOf])].sort().map((day): LifeDay => {
    at = figures.get(day) ?? at;
    return day <= asOf ? { day, ...at } : { day, ...at, received: null, outstanding: null };
  });
  const start = series.find(({ state }) => state !== "pending")?.as_of_date ?? asOf;
  const schedule_changes = series.flatMap((one) => (one.changes_schedule ? [one.as_of_date] : []));
  return { start, maturity, days, terms: termsRows(terms, currency, calendar), schedule_changes };
}

function termsRows(
  { first_agreed, changes }: PositionJson["terms"],
  currency: string,
  { dayOf }: Calendar,
): TermsRows {
  const row = (
    sequence: number,
    on_date: string,
    { amount, margin, maturity_date }: TermsJson,
  ): TermsRow => ({
    sequence,
    on_date,
    disbursement_amount: minor(amount, currency),
    total_expected_margin: minor(margin, currency),
    maturity_date,
  });
  return [
    row(0, "", first_agreed),
    ...changes.map((one) => row(Number(one.sequence.value), dayOf(one.change_date), one)),
  ];
}

/** An amount of the API in minor units. */
export function minor(amount: Exact, currency: string): bigint {
  const read = toMinor(amount.value, currency);
  if (!read.ok) throw new Error(`The API sent an amount that its currency cannot have: ${read.error}`);
  return read.value;
}
