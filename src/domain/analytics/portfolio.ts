import type { Day } from "../core/dates.ts";
import type { Filters } from "../position/filters.ts";
import { byText } from "../position/order.ts";
import { restored, saved } from "../position/saved.ts";
import { byGroup, type Group, type Grouping, groupOf } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { onDay } from "./span.ts";
import { addPosition, noSums, type Sums } from "./sums.ts";

/** The sums of one currency and group as of one day. */
export interface PortfolioLine {
  readonly day: Day;
  readonly currency: string;
  readonly group: Group;
  readonly sums: Sums;
}

/** What a portfolio shows. */
interface PortfolioView {
  readonly day: Day;
  /** The month ends of a series. */
  readonly ends: readonly Day[];
  readonly grouping: Grouping;
  readonly filters: Filters;
}

/** The most lines of one portfolio: more do not fit into an isolate's memory. */
const LINES_MAX = 20_000;

/** Builds the portfolio of some days from the disbursements of a tenant, one after another. */
export class Portfolio implements Gatherer {
  readonly ends: readonly Day[];
  readonly #view: PortfolioView;
  readonly #days: readonly Day[];
  readonly #lines: Map<string, PortfolioLine>;

  constructor(view: PortfolioView, text: string | null = null) {
    this.#view = view;
    this.ends = view.ends;
    this.#days = [...new Set([view.day, ...view.ends])];
    const lines = text === null ? [] : restored<readonly PortfolioLine[]>(text);
    this.#lines = new Map(lines.map((line) => [keyOf(line), line]));
  }

  /** Returns false when the portfolio has more lines than an answer may hold. */
  add(one: Examined): boolean {
    const { grouping, filters } = this.#view;
    if (!one.concerns(filters)) return true;
    const { currency } = one.loan.disbursement;
    for (const day of this.#days) {
      const span = onDay(day);
      if (day < one.start || !one.isIn(filters, span)) continue;
      const place = { day, currency, group: groupOf(one, grouping, span) };
      const key = keyOf(place);
      const line = this.#lines.get(key) ?? { ...place, sums: noSums() };
      this.#lines.set(key, line);
      addPosition(line.sums, one.positionAt(day));
    }
    return this.#lines.size <= LINES_MAX;
  }

  save(): string {
    return saved([...this.#lines.values()]);
  }

  /** The lines in the order of the days, then by currency, then by group (no group first). */
  lines(): readonly PortfolioLine[] {
    const lines = [...this.#lines.values()].sort(
      (a, b) => byText(a.currency, b.currency) || byGroup(a.group, b.group),
    );
    const byDay = Map.groupBy(lines, ({ day }) => day);
    return this.#days.flatMap((day) => byDay.get(day) ?? []);
  }
}

const keyOf = ({ day, currency, group }: Pick<PortfolioLine, "day" | "currency" | "group">): string =>
  JSON.stringify([day, currency, group]);
