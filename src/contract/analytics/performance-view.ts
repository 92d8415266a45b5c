import type { Group, Grouping } from "../../domain/analytics/dimensions.ts";
import type { ReportLine } from "../../domain/analytics/lines.ts";
import type { RollCell } from "../../domain/analytics/roll-rates.ts";
import { cohortOf, type VintageSums } from "../../domain/analytics/vintages.ts";
import type { AnswerOf } from "../answer-types.ts";
import { ratioView } from "../position/portfolio-view.ts";
import { amountIn } from "../position/view.ts";
import type { rollRate, vintageLine } from "./answers.ts";

/** The group of a line, where the request has one. */
export const grouped = (group: Group, grouping: Grouping | undefined) =>
  grouping === undefined ? {} : { group };

/** One cohort after some months (docs/analytics.md#vintages). */
export function vintageLineView(
  { currency, group, cell, sums }: ReportLine<VintageSums>,
  grouping: Grouping | undefined,
): AnswerOf<typeof vintageLine> {
  const amount = amountIn(currency);
  const { number, repaid, disbursed, outstanding, written_off, recovered, outstanding_90 } = sums;
  const { cohort, months_on_book } = cohortOf(cell);
  return {
    currency,
    cohort,
    ...grouped(group, grouping),
    months_on_book,
    number,
    disbursed: amount(disbursed),
    outstanding: amount(outstanding),
    principal_received: amount(sums.principal_received),
    fees_received: amount(sums.fees_received),
    arrears: amount(sums.arrears),
    outstanding_30: amount(sums.outstanding_30),
    outstanding_90: amount(outstanding_90),
    written_off: amount(written_off),
    recovered: amount(recovered),
    repaid,
    pool_factor: ratioView(outstanding, disbursed),
    loss_rate: ratioView(written_off, disbursed),
    net_loss_rate: ratioView(written_off - recovered, disbursed),
    default_rate: ratioView(written_off + outstanding_90, disbursed),
  };
}

/** What moved from one place to another (docs/analytics.md#roll-rates). */
export function rollRateView(cell: RollCell, grouping: Grouping | undefined): AnswerOf<typeof rollRate> {
  const { currency, group, from, to, number, share } = cell;
  const amount = amountIn(currency);
  return {
    currency,
    ...grouped(group, grouping),
    from,
    to,
    number,
    outstanding_from: amount(cell.outstanding_from),
    outstanding_to: amount(cell.outstanding_to),
    rate: ratioView(...share),
  };
}
