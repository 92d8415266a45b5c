import type { ReportLine } from "../../domain/analytics/lines.ts";
import type { MovementSums } from "../../domain/analytics/movement.ts";
import type { AnswerOf } from "../answer-types.ts";
import { amountIn } from "../position/view.ts";
import type { movementLine } from "./answers.ts";

/** One line of how the portfolio moved (docs/analytics.md#movement). */
export function movementLineView({
  currency,
  group,
  sums,
}: ReportLine<MovementSums>): AnswerOf<typeof movementLine> {
  const amount = amountIn(currency);
  const ends = ({ from, to }: { readonly from: bigint; readonly to: bigint }) => ({
    from: amount(from),
    to: amount(to),
  });
  const { principal, arrears } = sums;
  return {
    currency,
    group,
    principal: {
      opening: amount(principal.opening),
      disbursed: amount(principal.disbursed),
      raised: amount(principal.raised),
      repaid: amount(principal.repaid),
      written_off: amount(principal.written_off),
      closing: amount(principal.closing),
    },
    outstanding: ends(sums.outstanding),
    overpaid: ends(sums.overpaid),
    recovered: ends(sums.recovered),
    arrears: {
      opening: amount(arrears.opening),
      fell_due: amount(arrears.fell_due),
      collected: amount(arrears.collected),
      adjusted: amount(arrears.adjusted),
      closing: amount(arrears.closing),
    },
  };
}
