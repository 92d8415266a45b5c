import type { Day } from "../core/dates.ts";
import type { CoveredInstallment } from "../position/coverage.ts";
import type { Filters } from "../position/filters.ts";
import { atLeastZero, less, NOTHING, type Parts, plus, restOf } from "../position/parts.ts";
import { installmentsAt } from "../position/position.ts";
import { futureMonths, type PastMonth, pastMonths } from "./cash-months.ts";
import type { Grouping } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { Lines } from "./lines.ts";
import { periodOf } from "./months.ts";
import { onDay } from "./span.ts";

/** What fell due and came in during a month that is past. */
interface PastFlow {
  due: Parts;
  received: Parts;
  /** Of what fell due, covered at the end of the month. */
  covered: Parts;
}

/** What will fall due, and principal that no row of a schedule covers. */
interface FutureFlow {
  due: Parts;
  unscheduled: bigint;
}

/** The cash flows of one currency and group, in minor units (docs/analytics.md#cash-flows). */
export interface CashFlowSums {
  /** In the order of the months, as `CashFlows.months` names them. */
  readonly past: PastFlow[];
  outstanding: bigint;
  overdue: Parts;
  overdue_unscheduled: bigint;
  readonly future: FutureFlow[];
  readonly beyond: FutureFlow;
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

const noFutureFlow = (): FutureFlow => ({ due: NOTHING, unscheduled: 0n });

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
      if (flow && one.start <= month.to) addPast(flow, one, month);
    }
    if (one.positionAt(day).bucket !== null) this.#addFuture(sums, one);
    const { past, future } = this.months;
    return this.lines.size * (past.length + future.length) <= MONTHS_OF_LINES_MAX;
  }

  save(): string {
    return this.lines.save();
  }

  #none(): CashFlowSums {
    return {
      past: this.months.past.map(() => ({ due: NOTHING, received: NOTHING, covered: NOTHING })),
      outstanding: 0n,
      overdue: NOTHING,
      overdue_unscheduled: 0n,
      future: this.months.future.map(noFutureFlow),
      beyond: noFutureFlow(),
      over_scheduled: 0n,
    };
  }

  /** Adds what is still to come of a disbursement that is not pending, repaid or written off. */
  #addFuture(sums: CashFlowSums, one: Examined): void {
    const { day } = this.#view;
    let scheduled = 0n;
    for (const row of installmentsAt(one.one, day, one.measure)) {
      const open = restOf(row, row.covered);
      scheduled += open.principal;
      if (row.due <= day) sums.overdue = plus(sums.overdue, open);
      else {
        const flow = this.#flowOf(sums, row.due);
        flow.due = plus(flow.due, open);
      }
    }
    const outstanding = one.positionAt(day).outstanding_principal;
    sums.outstanding += outstanding;
    sums.over_scheduled += atLeastZero(scheduled - outstanding);
    const unscheduled = atLeastZero(outstanding - scheduled);
    const { maturity } = one.one.agreementAt(day);
    if (maturity === null || maturity <= day) sums.overdue_unscheduled += unscheduled;
    else this.#flowOf(sums, maturity).unscheduled += unscheduled;
  }

  /** The flow of the month in which a later day lies. */
  #flowOf({ future, beyond }: CashFlowSums, later: Day): FutureFlow {
    return future[this.months.future.indexOf(periodOf(later, "month"))] ?? beyond;
  }
}

/** Adds what fell due, came in and was covered in a month, by the position at its end. What is dated before the start counts with it. */
function addPast(flow: PastFlow, one: Examined, { to, before }: PastMonth): void {
  const isFirst = before < one.start;
  const from = isFirst ? "" : before;
  for (const row of installmentsAt(one.one, to, one.measure)) {
    if (row.due > to || row.due <= from) continue;
    flow.due = plus(flow.due, row);
    flow.covered = plus(flow.covered, coveredParts(row));
  }
  const received = one.positionAt(to).received;
  flow.received = plus(flow.received, isFirst ? received : less(received, one.positionAt(before).received));
}

/** What money covers of a row: the fee before the principal. */
const coveredParts = (row: CoveredInstallment): Parts => less(row, restOf(row, row.covered));
