import type { Concentrated, Owing } from "../../domain/analytics/concentration.ts";
import type { AnswerOf } from "../answer-types.ts";
import { csvOf } from "../csv.ts";
import { ratioView } from "../position/portfolio-view.ts";
import { amountIn } from "../position/view.ts";
import type { concentrationLine } from "./answers.ts";

type LineJson = AnswerOf<typeof concentrationLine>;

/** The concentration of one currency (docs/analytics.md#concentration). */
export function concentrationView(one: Concentrated): LineJson {
  const { currency, outstanding: whole } = one;
  const amount = amountIn(currency);
  const owing = ({ number, outstanding, arrears, over_30 }: Owing) => ({
    number,
    outstanding: amount(outstanding),
    share: ratioView(outstanding, whole),
    arrears: amount(arrears),
    par30: ratioView(over_30, outstanding),
  });
  return {
    currency,
    groups: one.groups,
    largest_share: ratioView(one.largest, whole),
    hhi: ratioView(one.squares, whole * whole),
    rows: one.rows.map(({ group, ...of }) => ({ group, ...owing(of) })),
    others: one.others && owing(one.others),
  };
}

const OWING = ["number", "outstanding", "share", "arrears", "par30"];
const COLUMNS = ["section", "currency", "groups", "largest_share", "hhi", "group", ...OWING];

/** As CSV: for each currency a line of its figures, then one for each row, and one for the others. */
export const concentrationCsv = (lines: readonly LineJson[]): string =>
  csvOf(
    COLUMNS,
    lines.flatMap(({ rows, others, currency, ...figures }) => [
      { section: "currency", currency, ...figures },
      ...rows.map((row) => ({ section: "rows", currency, ...row })),
      ...(others ? [{ section: "others", currency, ...others }] : []),
    ]),
  );
