import { LosslessNumber } from "lossless-json";
import type { PortfolioLine } from "../../domain/analytics/portfolio.ts";
import { ratio } from "../../domain/analytics/sums.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import type { AnswerOf } from "../answer-types.ts";
import type { portfolioLine } from "./answers.ts";
import { amountIn } from "./view.ts";

/** One line of the portfolio (docs/api.md#positions). */
export function portfolioLineView({ currency, group, sums }: PortfolioLine): AnswerOf<typeof portfolioLine> {
  const amount = amountIn(currency);
  const [par0, par30, par90] = sums.at_risk;
  const share = (at_risk: bigint) => {
    const text = ratio(at_risk, sums.outstanding);
    return text === null ? null : new LosslessNumber(text);
  };
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
  };
}
