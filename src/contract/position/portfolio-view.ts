import { LosslessNumber } from "lossless-json";
import type { PortfolioLine } from "../../domain/position/portfolio.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import { PAR_DAYS, ratio } from "../../domain/position/sums.ts";
import { amountIn } from "./view.ts";

/** One line of the portfolio (docs/api.md#positions). */
export function portfolioView({ currency, group, sums }: PortfolioLine) {
  const amount = amountIn(currency);
  const [par0, par30, par90] = PAR_DAYS.map((_, index) => {
    const share = ratio(sums.at_risk[index] ?? 0n, sums.outstanding);
    return share === null ? null : new LosslessNumber(share);
  });
  return {
    currency,
    group,
    number: sums.number,
    disbursed: amount(sums.disbursed),
    outstanding: amount(sums.outstanding),
    scheduled: amount(sums.scheduled),
    received: amount(sums.received),
    arrears: amount(sums.arrears),
    margin_due: amount(sums.margin_due),
    buckets: BUCKETS.map((bucket, index) => {
      const of = sums.buckets[index] ?? { number: 0, outstanding: 0n, arrears: 0n };
      const { number, outstanding, arrears } = of;
      return { bucket, number, outstanding: amount(outstanding), arrears: amount(arrears) };
    }),
    par0,
    par30,
    par90,
    repaid: sums.repaid,
    written_off: amount(sums.written_off),
    rebates: amount(sums.rebates),
    overpaid: amount(sums.overpaid),
  };
}

/** A line of the portfolio as a row of CSV: the buckets are columns. */
export function portfolioRow(line: PortfolioLine): Record<string, unknown> {
  const { buckets, ...others } = portfolioView(line);
  const columns = buckets.flatMap(({ bucket, ...figures }) =>
    Object.entries(figures).map(([name, value]) => [`buckets_${bucket}_${name}`, value] as const),
  );
  return { as_of_date: line.day, ...others, ...Object.fromEntries(columns) };
}
