import type { Day } from "../core/dates.ts";
import { covered } from "../position/coverage.ts";
import type { Filters } from "../position/filters.ts";
import { upTo } from "../position/receipts.ts";
import type { Grouping } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { Lines } from "./lines.ts";
import type { Span } from "./span.ts";

/** A figure at the end of the first day and at the end of the last one. */
interface AtEnds {
  from: bigint;
  to: bigint;
}

/** How the sums of one currency and group moved between two days, in minor units (docs/analytics.md#movement). */
export interface MovementSums {
  readonly principal: {
    opening: bigint;
    disbursed: bigint;
    raised: bigint;
    repaid: bigint;
    written_off: bigint;
    closing: bigint;
  };
  readonly outstanding: AtEnds;
  readonly overpaid: AtEnds;
  readonly recovered: AtEnds;
  readonly arrears: {
    opening: bigint;
    fell_due: bigint;
    collected: bigint;
    adjusted: bigint;
    closing: bigint;
  };
}

const noMovement = (): MovementSums => ({
  principal: { opening: 0n, disbursed: 0n, raised: 0n, repaid: 0n, written_off: 0n, closing: 0n },
  outstanding: { from: 0n, to: 0n },
  overpaid: { from: 0n, to: 0n },
  recovered: { from: 0n, to: 0n },
  arrears: { opening: 0n, fell_due: 0n, collected: 0n, adjusted: 0n, closing: 0n },
});

interface MovementView {
  readonly span: Span;
  readonly grouping: Grouping;
  readonly filters: Filters;
}

/** Gathers how principal and arrears moved between two days. */
export class Movement implements Gatherer {
  readonly lines: Lines<MovementSums>;
  readonly #view: MovementView;

  constructor(view: MovementView, text: string | null = null) {
    this.#view = view;
    this.lines = new Lines(view.grouping, noMovement, text);
  }

  add(one: Examined): boolean {
    const { span, filters } = this.#view;
    if (span.to < one.start || !one.fits(filters, span)) return true;
    addMovement(this.lines.of(one, span), one, span);
    return this.lines.areFew;
  }

  save(): string {
    return this.lines.save();
  }
}

/** Adds how one disbursement moved that is not pending on the last day. */
function addMovement(sums: MovementSums, one: Examined, { from, to }: Span): void {
  const [before, after] = [principalAt(one, from), principalAt(one, to)];
  const { principal } = sums;
  principal.opening += before.balance;
  principal.disbursed += after.agreed - before.agreed;
  principal.raised += after.raised - before.raised;
  principal.repaid += after.repaid - before.repaid;
  principal.written_off += after.written_off - before.written_off;
  principal.closing += after.balance;
  for (const end of ["from", "to"] as const) {
    const position = one.positionAt(end === "from" ? from : to);
    sums.outstanding[end] += position.outstanding_principal;
    sums.overpaid[end] += position.overpaid;
    sums.recovered[end] += position.recovered;
  }
  addArrears(sums.arrears, one, { from, to });
}

const NOT_STARTED = { agreed: 0n, raised: 0n, written_off: 0n, repaid: 0n, balance: 0n };

/** What changed principal up to a day, by the terms and the parts of receipts only. Before the start all is 0. */
function principalAt(one: Examined, day: Day) {
  if (day < one.start) return NOT_STARTED;
  const { terms, received } = one.positionAt(day);
  const { raised, written_off } = terms;
  const agreed = terms.first_agreed.amount;
  const repaid = received.principal;
  return { agreed, raised, written_off, repaid, balance: agreed + raised - written_off - repaid };
}

function addArrears(sums: MovementSums["arrears"], one: Examined, { from, to }: Span): void {
  const [opening, closing] = [one.positionAt(from).arrears.total, one.positionAt(to).arrears.total];
  const { installments } = one.one.agreementAt(to).schedule;
  const isDueBetween = (due: Day) => due <= to && (due > from || from < one.start);
  const fell_due = installments.reduce((sum, { due, total }) => sum + (isDueBetween(due) ? total : 0n), 0n);
  const collected = coveredUpTo(one, to, to) - (from < one.start ? 0n : coveredUpTo(one, from, to));
  sums.opening += opening;
  sums.fell_due += fell_due;
  sums.collected += collected;
  sums.adjusted += closing - opening - fell_due + collected;
  sums.closing += closing;
}

/** What money up to a day covers of the rows due by `to`, in the schedule as of `to`. */
function coveredUpTo({ one, measure }: Examined, day: Day, to: Day): bigint {
  const { installments } = one.agreementAt(to).schedule;
  const rows = covered(installments, upTo(one.money.receipts, day), measure.allocation);
  return rows.reduce((sum, row) => sum + (row.due <= to ? row.covered : 0n), 0n);
}
