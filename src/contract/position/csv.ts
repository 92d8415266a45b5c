import * as z from "zod";
import type { PortfolioLine } from "../../domain/analytics/portfolio.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import type { AnswerOf } from "../answer-types.ts";
import { day } from "../answer-values.ts";
import { csvOf, flat } from "../csv.ts";
import { columnsOf } from "../csv-columns.ts";
import {
  besidePosition,
  bucket,
  example,
  installment,
  portfolioLine,
  type position,
  positionLine,
  rule,
} from "./answers.ts";
import { portfolioLineView } from "./portfolio-view.ts";

type BesideName = keyof typeof besidePosition.shape;

/** The columns of a list of positions. */
export const POSITION_COLUMNS = columnsOf(positionLine.omit({ from: true, past: true, future: true }));

/** The list of positions, with those members beside each that were requested. */
export function positionsCsv(
  lines: readonly object[],
  beside: Readonly<Record<BesideName, boolean>>,
): string {
  const asked = Object.entries(besidePosition.shape).filter(([name]) => beside[name as BesideName]);
  return csvOf(
    [...POSITION_COLUMNS, ...columnsOf(z.object(Object.fromEntries(asked)))],
    lines.map((line) => flat(line)),
  );
}

/** One position: one line per installment. */
export function installmentsCsv(one: AnswerOf<typeof position>["data"]): string {
  const { disbursement_id, currency, as_of_date } = one;
  const of = { disbursement_id, currency, as_of_date };
  const rows = one.installments.map((installment) => ({ ...of, ...flat(installment) }));
  return csvOf([...Object.keys(of), ...columnsOf(installment)], rows);
}

/** The portfolio: one line per currency, group and day, with the buckets as columns. */
export function portfolioCsv(lines: readonly PortfolioLine[]): string {
  const buckets = z.object(Object.fromEntries(BUCKETS.map((name) => [name, bucket.omit({ bucket: true })])));
  const columns = columnsOf(z.object({ as_of_date: day, ...portfolioLine.shape, buckets }));
  const rows = lines.map((line) => {
    const { buckets, ...others } = portfolioLineView(line);
    const byName = Object.fromEntries(buckets.map(({ bucket: name, ...figures }) => [name, figures]));
    return flat({ as_of_date: line.day, ...others, buckets: byName });
  });
  return csvOf(columns, rows);
}

const EXAMPLE_COLUMNS = example.options.flatMap((option) => columnsOf(option));

/** The findings of one rule, one line each. */
export const findingsCsv = (findings: readonly AnswerOf<typeof example>[]): string =>
  csvOf(
    EXAMPLE_COLUMNS,
    findings.map((one) => flat(one)),
  );

/** The quality of the records: one line per example. */
export function qualityCsv(rules: readonly AnswerOf<typeof rule>[]): string {
  const columns = [...columnsOf(rule), ...EXAMPLE_COLUMNS];
  const rows = rules.flatMap(({ code, count, examples }) =>
    examples.map((example) => ({ code, count, ...example })),
  );
  return csvOf(columns, rows);
}
