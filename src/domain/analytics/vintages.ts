import type { Day } from "../core/dates.ts";
import type { Filters } from "../position/filters.ts";
import type { Grouping } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { Lines } from "./lines.ts";
import { endOf, lastMonthOf, monthOf, type Period, periodOf } from "./months.ts";
import { onDay } from "./span.ts";

/** Sums of the disbursements of a cohort after some months, in minor units (docs/analytics.md#vintages). */
export interface VintageSums {
  number: number;
  repaid: number;
  disbursed: bigint;
  outstanding: bigint;
  principal_received: bigint;
  fees_received: bigint;
  arrears: bigint;
  /** Outstanding principal of those more than 30 and 90 days past due. */
  outstanding_30: bigint;
  outstanding_90: bigint;
  written_off: bigint;
  recovered: bigint;
}

const noVintage = (): VintageSums => ({
  number: 0,
  repaid: 0,
  disbursed: 0n,
  outstanding: 0n,
  principal_received: 0n,
  fees_received: 0n,
  arrears: 0n,
  outstanding_30: 0n,
  outstanding_90: 0n,
  written_off: 0n,
  recovered: 0n,
});

interface VintagesView {
  readonly day: Day;
  readonly by: Period;
  /** The most months on book. */
  readonly months: number;
  readonly grouping: Grouping;
  readonly filters: Filters;
}

/** Cells are ordered by their text: the cohort, then the months in three digits. */
const cellOf = (cohort: string, months_on_book: number) =>
  `${cohort} ${String(months_on_book).padStart(3, "0")}`;

export function cohortOf(cell: string): { readonly cohort: string; readonly months_on_book: number } {
  const [cohort = "", months = ""] = cell.split(" ");
  return { cohort, months_on_book: Number(months) };
}

/** Gathers how the disbursements of each period perform, month by month after their own month. */
export class Vintages implements Gatherer {
  readonly lines: Lines<VintageSums>;
  readonly #view: VintagesView;

  constructor(view: VintagesView, text: string | null = null) {
    this.#view = view;
    this.lines = new Lines(view.grouping, noVintage, text);
  }

  add(one: Examined): boolean {
    const { day, by, months, filters } = this.#view;
    const given = monthsEnded(day) - lastMonthOf(one.start, by);
    if (given < 0 || !one.fits(filters, onDay(day))) return true;
    const [own, cohort] = [monthOf(one.start), periodOf(one.start, by)];
    for (let month = 0; month <= Math.min(months, given); month += 1) {
      const sums = this.lines.of(one, onDay(day), cellOf(cohort, month));
      addVintage(sums, one, endOf(own + month));
    }
    return this.lines.areFew;
  }

  save(): string {
    return this.lines.save();
  }
}

/** The last month that has ended by a day. */
const monthsEnded = (day: Day): number => (endOf(monthOf(day)) === day ? monthOf(day) : monthOf(day) - 1);

function addVintage(sums: VintageSums, one: Examined, day: Day): void {
  const { state, terms, received, arrears, days_past_due, recovered, ...position } = one.positionAt(day);
  const outstanding = position.outstanding_principal;
  sums.number += 1;
  if (state === "repaid") sums.repaid += 1;
  sums.disbursed += terms.first_agreed.amount;
  sums.outstanding += outstanding;
  sums.principal_received += received.principal;
  sums.fees_received += received.fee;
  sums.arrears += arrears.total;
  if (days_past_due > 30) sums.outstanding_30 += outstanding;
  if (days_past_due > 90) sums.outstanding_90 += outstanding;
  sums.written_off += terms.written_off;
  sums.recovered += recovered;
}
