import type { ParsedOf } from "../../contract/answer-types.ts";
import type { base, baseLoans } from "../../contract/facility/answers.ts";
import type { Day } from "../../domain/core/dates.ts";
import { sheetOf } from "./columns.ts";
import type { Questions } from "./questions.ts";
import type { Sheet } from "./workbook.ts";

const BASE = [
  ...["section", "name", "group", "currency", "number", "outstanding", "allowed", "excess", "amount", "rate"],
  ...["value", "max", "min", "holds"],
];
const LOANS = ["disbursement_id", "client_id", "currency", "outstanding", "counts_for", "reasons"];

/** The borrowing base of a facility, and what each disbursement of its pool counts for. */
export async function baseSheets(
  questions: Questions,
  asOf: Day,
  facility: string,
): Promise<readonly Sheet[]> {
  const path = `/api/facilities/${encodeURIComponent(facility)}/base`;
  const day = [["as_of_date", asOf]] as const;
  const { data } = await questions.ask<ParsedOf<typeof base>>(path, day);
  const { currency } = data;
  const figure = (name: "base" | "available" | "commitment" | "drawn" | "headroom") => ({
    ...{ section: "figures", name, currency, amount: data[name] },
  });
  const lines = [
    { section: "figures", name: "pool", currency, ...data.pool },
    ...data.ineligible.map(({ index, rule, ...sum }) => ({
      ...{ section: "ineligible", name: `${index} ${rule}`, currency, ...sum },
    })),
    { section: "figures", name: "eligible", currency, ...data.eligible },
    ...data.excess.map(({ index, by, ...of }) => ({
      ...{ section: "excess", name: `${index} ${by}`, currency, ...of },
    })),
    figure("base"),
    { section: "figures", name: "advance_rate", currency, rate: data.advance_rate },
    ...(["available", "commitment", "drawn", "headroom"] as const).map(figure),
    ...data.covenants.map(({ code, ...of }) => ({ section: "covenants", name: code, currency, ...of })),
  ];
  return [
    sheetOf("Borrowing base", BASE, () => lines),
    sheetOf("Base loans", LOANS, async function* () {
      for await (const loan of questions.rows(`${path}/loans`, day)) {
        const { reasons, ...figures } = loan as ParsedOf<typeof baseLoans>["data"][number];
        yield { ...figures, currency, reasons: reasons.map(reasonText).join("; ") };
      }
    }),
  ];
}

const reasonText = (reason: ParsedOf<typeof baseLoans>["data"][number]["reasons"][number]): string =>
  "rule" in reason ? `${reason.index} ${reason.rule}` : `${reason.index} ${reason.by}: ${reason.excess}`;
