import { LosslessNumber } from "lossless-json";
import { RATE_ONE } from "../../domain/analytics/averages.ts";
import type { PortfolioLine } from "../../domain/analytics/portfolio.ts";
import { ratio } from "../../domain/analytics/ratio.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import type { AnswerOf } from "../answer-types.ts";
import type { portfolioLine } from "./answers.ts";
import { amountIn } from "./view.ts";

/** One line of the portfolio (docs/api.md#positions). */
export function portfolioLineView(line: PortfolioLine): AnswerOf<typeof portfolioLine> {
  const { currency, group, sums, weighed, largest } = line;
  const amount = amountIn(currency);
  const [par0, par30, par90] = sums.at_risk;
  const share = (part: bigint) => ratioView(part, sums.outstanding);
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
    recovered: amount(sums.recovered),
    buckets: BUCKETS.map((bucket, index) => {
      const of = sums.buckets[index] ?? { number: 0, outstanding: 0n, arrears: 0n };
      const { number, outstanding, arrears } = of;
      return { bucket, number, outstanding: amount(outstanding), arrears: amount(arrears) };
    }),
    par0: share(par0),
    par30: share(par30),
    par90: share(par90),
    repaid: sums.repaid,
    written_off: amount(sums.written_off),
    rebates: amount(sums.rebates),
    overpaid: amount(sums.overpaid),
    average_remaining_days: ratioView(weighed.remaining_days, weighed.with_days),
    average_original_days: ratioView(weighed.original_days, weighed.with_days),
    average_margin_rate: ratioView(weighed.margin_rates, weighed.with_rate * RATE_ONE),
    largest_share: largest === null ? null : share(largest),
  };
}

/** A ratio with six decimals; null over 0. */
export function ratioView(part: bigint, whole: bigint): LosslessNumber | null {
  const text = ratio(part, whole);
  return text === null ? null : new LosslessNumber(text);
}
