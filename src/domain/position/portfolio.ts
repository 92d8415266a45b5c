import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { Attributes } from "./attributes.ts";
import { clientOf, type Loan } from "./facts.ts";
import { concerns, type Filters, fittingPosition } from "./filters.ts";
import { byText } from "./order.ts";
import { type Measure, USUAL } from "./position.ts";
import { type Ready, ready } from "./ready.ts";
import { addPosition, noSums, type Sums } from "./sums.ts";

export const GROUPINGS = ["kind", "client_id", "country", "disbursed_month"] as const;
type Grouping = (typeof GROUPINGS)[number];

/** The sums of one currency and group as of one day. */
export interface PortfolioLine {
  readonly day: Day;
  readonly currency: string;
  readonly group: string | null;
  readonly sums: Sums;
}

/** What a portfolio shows. */
interface PortfolioView {
  readonly days: readonly Day[];
  readonly grouping: Grouping | null;
  readonly measure?: Measure;
  readonly calendar: Calendar;
  readonly filters?: Filters;
}

/** The most lines of one portfolio: more do not fit into an isolate's memory. */
const LINES_MAX = 20_000;

/** Builds the portfolio of some days from the loans of a tenant, one after another. */
export class Portfolio {
  readonly #view: Required<PortfolioView>;
  readonly #lines = new Map<string, PortfolioLine>();

  constructor(view: PortfolioView, saved: readonly PortfolioLine[] = []) {
    this.#view = { measure: USUAL, filters: {}, ...view };
    for (const line of saved) this.#lines.set(keyOf(line), line);
  }

  /** Returns false when the portfolio has more lines than an answer may hold. */
  add(loan: Loan, attributes: Attributes): boolean {
    const { days, grouping, measure, calendar, filters } = this.#view;
    const one = ready(loan, calendar);
    const selectable = { one, attributes };
    if (!concerns(selectable, filters)) return true;
    const group = groupOf(one, attributes.country, grouping);
    for (const day of days) {
      const position = day < one.start ? null : fittingPosition(selectable, day, { measure, filters });
      if (position === null) continue;
      const place = { day, currency: loan.disbursement.currency, group };
      const key = keyOf(place);
      const line = this.#lines.get(key) ?? { ...place, sums: noSums() };
      this.#lines.set(key, line);
      addPosition(line.sums, position);
    }
    return this.#lines.size <= LINES_MAX;
  }

  /** The lines in the order of the days, then by currency, then by group (no group first). */
  lines(): readonly PortfolioLine[] {
    const groupOf = ({ group }: PortfolioLine) => group ?? "";
    const lines = [...this.#lines.values()].sort(
      (a, b) => byText(a.currency, b.currency) || byText(groupOf(a), groupOf(b)),
    );
    return this.#view.days.flatMap((day) => lines.filter((line) => line.day === day));
  }
}

const keyOf = ({ day, currency, group }: Pick<PortfolioLine, "day" | "currency" | "group">): string =>
  JSON.stringify([day, currency, group]);

function groupOf({ loan, start }: Ready, country: string | null, grouping: Grouping | null): string | null {
  switch (grouping) {
    case null:
      return null;
    case "kind":
      return loan.disbursement.kind;
    case "client_id":
      return clientOf(loan.disbursement);
    case "country":
      return country;
    case "disbursed_month":
      return start.slice(0, "YYYY-MM".length);
  }
}
