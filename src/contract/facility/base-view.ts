import { LosslessNumber } from "lossless-json";
import type { CheckedCovenant } from "../../domain/facility/covenants.ts";
import type { BaseFigures, GatheredPool } from "../../domain/facility/gathered-pool.ts";
import type { Facility, FacilityTerms } from "../../domain/facility/terms.ts";
import type { AnswerOf } from "../answer-types.ts";
import { csvOf, flat } from "../csv.ts";
import { columnsOf } from "../csv-columns.ts";
import { dimensionText } from "../position/groups.ts";
import { ratioView } from "../position/portfolio-view.ts";
import { amountIn } from "../position/view.ts";
import {
  type base as baseAnswer,
  baseFigures,
  baseLoan,
  type baseLoans,
  checkedCovenant,
  excess as excessAnswer,
  ineligible as ineligibleAnswer,
} from "./answers.ts";

type BaseJson = AnswerOf<typeof baseAnswer>["data"];
type BaseLoanJson = AnswerOf<typeof baseLoans>["data"][number];

/** The base of a facility as it is answered (docs/api.md#facilities). */
export function baseView({ facility_id, effective_date, terms }: Facility, figures: BaseFigures): BaseJson {
  const amount = amountIn(terms.currency);
  const sum = ({ number, outstanding }: BaseFigures["pool"]) => ({
    number,
    outstanding: amount(outstanding),
  });
  return {
    facility_id,
    currency: terms.currency,
    effective_date,
    pool: sum(figures.pool),
    ineligible: figures.ineligible.map(({ index, rule, ...of }) => ({ index, rule, ...sum(of) })),
    eligible: sum(figures.eligible),
    excess: figures.excess.map(({ index, by, group, outstanding, allowed, excess }) => ({
      index,
      by: dimensionText(by),
      group,
      outstanding: amount(outstanding),
      allowed: amount(allowed),
      excess: amount(excess),
    })),
    base: amount(figures.base),
    advance_rate: new LosslessNumber(terms.advance_rate),
    available: amount(figures.available),
    commitment: amount(terms.commitment),
    drawn: amount(terms.drawn),
    headroom: amount(figures.headroom),
    covenants: figures.covenants.map((one) => checkedView(one, amount)),
  };
}

function checkedView(
  { covenant, value, holds }: CheckedCovenant,
  amount: ReturnType<typeof amountIn>,
): BaseJson["covenants"][number] {
  const shown =
    typeof value === "bigint" ? amount(value) : value && ratioView(value.numerator, value.denominator);
  return "min" in covenant
    ? { code: covenant.code, value: shown, min: amount(covenant.min), holds }
    : { code: covenant.code, value: shown, max: new LosslessNumber(covenant.max), holds };
}

const SECTIONS = [ineligibleAnswer, excessAnswer, checkedCovenant];

/** The base as CSV: a line of its figures, then one for each rule, excess and covenant, told apart by `section`. */
export function baseCsv(as_of_date: string, { ineligible, excess, covenants, ...figures }: BaseJson): string {
  const { facility_id, currency, effective_date } = figures;
  const columns = new Set(["section", "as_of_date", "facility_id", "currency", "effective_date"]);
  for (const schema of [baseFigures, ...SECTIONS]) for (const name of columnsOf(schema)) columns.add(name);
  const of = { as_of_date, facility_id, currency, effective_date };
  const rows = [
    { section: "base", ...of, ...flat(figures) },
    ...ineligible.map((one) => ({ section: "ineligible", ...of, ...flat(one) })),
    ...excess.map((one) => ({ section: "excess", ...of, ...flat(one) })),
    ...covenants.map((one) => ({ section: "covenants", ...of, ...flat(one) })),
  ];
  return csvOf([...columns], rows);
}

/** What each disbursement of a pool counts for, in the order of the ids. */
export function baseLoanLines(pool: GatheredPool, terms: FacilityTerms): readonly BaseLoanJson[] {
  const amount = amountIn(terms.currency);
  const counted = new Map(pool.base().counted.map((one) => [one.loan.disbursement_id, one]));
  return pool.pool.map(({ disbursement_id, client_id, outstanding, failed }) => {
    const { counts_for = 0n, taken = [] } = counted.get(disbursement_id) ?? {};
    const rule = failed === null ? undefined : terms.eligibility[failed];
    const ofLimits = taken.flatMap((one) => {
      const limit = terms.limits[one.index];
      return limit ? [{ index: one.index, by: dimensionText(limit.by), excess: amount(one.amount) }] : [];
    });
    return {
      disbursement_id,
      client_id,
      outstanding: amount(outstanding),
      counts_for: amount(counts_for),
      reasons: failed !== null && rule ? [{ index: failed, rule: rule.rule }] : ofLimits,
    };
  });
}

const LOAN_COLUMNS = [...columnsOf(baseLoan), "reasons"];

/** The same as CSV: `reasons` is one cell, such as `max_days_past_due` or `client_id -266.67; country -25.64`. */
export const baseLoansCsv = (lines: readonly BaseLoanJson[]): string =>
  csvOf(
    LOAN_COLUMNS,
    lines.map(({ reasons, ...line }) => ({ ...line, reasons: reasons.map(reasonText).join("; ") })),
  );

const reasonText = (reason: BaseLoanJson["reasons"][number]): string =>
  "rule" in reason ? reason.rule : `${reason.by} -${reason.excess}`;
