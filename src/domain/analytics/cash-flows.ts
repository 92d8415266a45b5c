import type { Day } from "../core/dates.ts";
import type { Filters } from "../position/filters.ts";
import { NOTHING, type Parts, plus } from "../position/parts.ts";
import {
  type FutureFlow,
  NO_FUTURE_FLOW,
  NO_PAST_FLOW,
  type PastFlow,
  pastFlowOf,
  plusFuture,
  plusPast,
  remainingOf,
} from "./cash-flow.ts";
import { futureMonths, type PastMonth, pastMonths } from "./cash-months.ts";
import type { Grouping } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { Lines } from "./lines.ts";
import { onDay } from "./span.ts";

/** The cash flows of one currency and group, in minor units (docs/analytics.md#cash-flows). */
export interface CashFlowSums {
  /** In the order of the months, as `CashFlows.months` names them. */
  readonly past: PastFlow[];
  outstanding: bigint;
  overdue: Parts;
  overdue_unscheduled: bigint;
  readonly future: FutureFlow[];
  beyond: FutureFlow;
  over_scheduled: bigint;
}

interface CashFlowView {
  readonly day: Day;
  /** Months that ended by the day, and months from the next day on. */
  readonly past: number;
  readonly months: number;
  readonly grouping: Grouping;
  readonly filters: Filters;
}

/** Months of all lines: more do not fit into an answer. */
const MONTHS_OF_LINES_MAX = 20_000;

/** Gathers what fell due and came in by month, and what will fall due. */
export class CashFlows implements Gatherer {
  readonly lines: Lines<CashFlowSums>;
  readonly months: { readonly past: readonly PastMonth[]; readonly future: readonly string[] };
  readonly #view: CashFlowView;

  constructor(view: CashFlowView, text: string | null = null) {
    this.#view = view;
    this.months = { past: pastMonths(view.day, view.past), future: futureMonths(view.day, view.months) };
    this.lines = new Lines(view.grouping, () => this.#none(), text);
  }

  /** Returns false when there are more months of lines than an answer may hold. */
  add(one: Examined): boolean {
    const { day, filters } = this.#view;
    const span = onDay(day);
    if (day < one.start || !one.fits(filters, span)) return true;
    const sums = this.lines.of(one, span);
    for (const [index, month] of this.months.past.entries()) {
      const flow = sums.past[index];
      if (flow && one.start <= month.to) sums.past[index] = plusPast(flow, pastFlowOf(one, month));
    }
    this.#addComing(sums, one);
    const { past, future } = this.months;
    return this.lines.size * (past.length + future.length) <= MONTHS_OF_LINES_MAX;
  }

  save(): string {
    return this.lines.save();
  }

  #none(): CashFlowSums {
    return {
      past: this.months.past.map(() => NO_PAST_FLOW),
      outstanding: 0n,
      overdue: NOTHING,
      overdue_unscheduled: 0n,
      future: this.months.future.map(() => NO_FUTURE_FLOW),
      beyond: NO_FUTURE_FLOW,
      over_scheduled: 0n,
    };
  }

  #addComing(sums: CashFlowSums, one: Examined): void {
    const coming = remainingOf(one, this.#view.day);
    if (coming === null) return;
    sums.outstanding += coming.outstanding;
    sums.overdue = plus(sums.overdue, coming.overdue.due);
    sums.overdue_unscheduled += coming.overdue.unscheduled;
    sums.over_scheduled += coming.over_scheduled;
    for (const [month, flow] of coming.months) {
      const index = this.months.future.indexOf(month);
      const own = sums.future[index];
      if (own) sums.future[index] = plusFuture(own, flow);
      else sums.beyond = plusFuture(sums.beyond, flow);
    }
  }
}
