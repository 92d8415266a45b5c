import type { DecimalText } from "../core/decimal.ts";
import { divideHalfEven } from "../core/money.ts";
import type { Day } from "./days.ts";
import { clientOf, type Loan } from "./facts.ts";
import { BUCKETS, type Position, positionAt, type Ready, ready } from "./position.ts";

/** The loans of one bucket. */
export interface BucketSums {
  readonly number: number;
  readonly outstanding: bigint;
  readonly arrears: bigint;
}

/** Days past due beyond which a loan is at risk, in the order of `Sums.at_risk`. */
export const PAR_DAYS = [0, 30, 90] as const;

/** Sums over the positions of one currency and group, in minor units. Pending loans do not count. */
export interface Sums {
  number: number;
  repaid: number;
  disbursed: bigint;
  outstanding: bigint;
  scheduled: bigint;
  received: bigint;
  arrears: bigint;
  margin_due: bigint;
  written_off: bigint;
  rebates: bigint;
  overpaid: bigint;
  /** Outstanding principal of loans more than 0, 30 and 90 days past due. */
  at_risk: [bigint, bigint, bigint];
  /** In the order of `BUCKETS`. */
  buckets: BucketSums[];
}

export const noSums = (): Sums => ({
  number: 0,
  repaid: 0,
  disbursed: 0n,
  outstanding: 0n,
  scheduled: 0n,
  received: 0n,
  arrears: 0n,
  margin_due: 0n,
  written_off: 0n,
  rebates: 0n,
  overpaid: 0n,
  at_risk: [0n, 0n, 0n],
  buckets: BUCKETS.map(() => ({ number: 0, outstanding: 0n, arrears: 0n })),
});

/** Adds a position to the sums of its currency and group (docs/portfolio.md#the-portfolio). */
export function addPosition(sums: Sums, position: Position): void {
  if (position.state === "pending") return;
  const { terms, outstanding_principal: outstanding, arrears, days_past_due } = position;
  sums.number += 1;
  if (position.state === "repaid") sums.repaid += 1;
  sums.disbursed += terms.first_agreed.amount + terms.raised;
  sums.outstanding += outstanding;
  sums.scheduled += position.scheduled.total;
  sums.received += position.received.total;
  sums.arrears += arrears.total;
  sums.margin_due += position.margin_due;
  sums.written_off += terms.written_off;
  sums.rebates += terms.rebates;
  sums.overpaid += position.overpaid;
  for (const [index, days] of PAR_DAYS.entries()) {
    if (days_past_due > days) sums.at_risk[index] = (sums.at_risk[index] ?? 0n) + outstanding;
  }
  if (position.bucket === null) return;
  const index = BUCKETS.indexOf(position.bucket);
  const before = sums.buckets[index];
  if (!before) return;
  sums.buckets[index] = {
    number: before.number + 1,
    outstanding: before.outstanding + outstanding,
    arrears: before.arrears + arrears.total,
  };
}

const RATIO_DECIMALS = 6;
const ONE = 10n ** BigInt(RATIO_DECIMALS);

/** `part` over `whole` with six decimals, rounded half to even; null when the whole is 0. */
export function ratio(part: bigint, whole: bigint): DecimalText | null {
  if (whole === 0n) return null;
  const digits = divideHalfEven(part * ONE, whole)
    .toString()
    .padStart(RATIO_DECIMALS + 1, "0");
  return `${digits.slice(0, -RATIO_DECIMALS)}.${digits.slice(-RATIO_DECIMALS)}`;
}

export const GROUPINGS = ["kind", "client_id", "country", "disbursed_month"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The sums of one currency and group as of one day. */
export interface PortfolioLine {
  readonly day: Day;
  readonly currency: string;
  readonly group: string | null;
  readonly sums: Sums;
}

/** The most lines of one portfolio. More would not fit into an isolate's memory, and nobody reads as many. */
const LINES_MAX = 20_000;

/** Builds the portfolio of some days from the loans of a tenant, one after another. */
export class Portfolio {
  readonly #days: readonly Day[];
  readonly #grouping: Grouping | null;
  readonly #lines = new Map<string, PortfolioLine>();

  constructor(days: readonly Day[], grouping: Grouping | null, saved: readonly PortfolioLine[] = []) {
    this.#days = days;
    this.#grouping = grouping;
    for (const line of saved) this.#lines.set(keyOf(line), line);
  }

  /** Returns false when the portfolio has more lines than an answer may hold. */
  add(loan: Loan, country: string | null): boolean {
    const one = ready(loan);
    const group = groupOf(one, country, this.#grouping);
    for (const day of this.#days) {
      const position = positionAt(one, day);
      if (position.state === "pending") continue;
      const place = { day, currency: loan.disbursement.currency, group };
      const key = keyOf(place);
      const line = this.#lines.get(key) ?? { ...place, sums: noSums() };
      this.#lines.set(key, line);
      addPosition(line.sums, position);
    }
    return this.#lines.size <= LINES_MAX;
  }

  /** The lines by currency, then by group (no group first), then in the order of the days. */
  lines(): readonly PortfolioLine[] {
    const place = new Map(this.#days.map((day, index) => [day, index]));
    return [...this.#lines.values()].sort(
      (a, b) =>
        (place.get(a.day) ?? 0) - (place.get(b.day) ?? 0) ||
        inOrder(a.currency, b.currency) ||
        inOrder(a.group ?? "", b.group ?? ""),
    );
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
      return clientOf(loan.disbursement) === null ? null : country;
    case "disbursed_month":
      return start.slice(0, "YYYY-MM".length);
  }
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
