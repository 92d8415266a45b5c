import type { PositionJson } from "../../contract/position/answers.ts";
import { minorText } from "../format.ts";
import type { Life } from "./life.ts";

/** A day of the time line, with the letter that marks it in the pictures. */
interface ShownMoment {
  readonly letter: string;
  readonly day: string;
  readonly texts: readonly string[];
}

/** Disbursed, each change of a term or of the schedule, maturity, and the requested day, in the order of their days. */
export function moments({ currency, as_of_date, kind }: PositionJson, life: Life): readonly ShownMoment[] {
  const [first, ...changes] = life.terms;
  const amount = minorText(first.disbursement_amount, currency);
  const found: [day: string, text: string][] = [
    [life.start, `${kind === "purchase" ? "paid out" : "disbursed"} ${amount}`],
  ];
  let before = first;
  for (const row of changes) {
    for (const text of changeTexts(before, row, currency)) found.push([row.on_date, text]);
    before = row;
  }
  for (const day of life.schedule_changes) found.push([day, "installments changed"]);
  if (life.maturity !== null) found.push([life.maturity, "matures"]);
  found.push([as_of_date, "the day asked for"]);
  const days = Map.groupBy(found, ([day]) => day);
  // Days beyond the alphabet have no letter.
  return [...days.keys()].sort().map((day, index) => ({
    day,
    letter: index < 26 ? String.fromCharCode(65 + index) : "",
    texts: (days.get(day) ?? []).map(([, text]) => text),
  }));
}

type TermsRow = Life["terms"][0];

function changeTexts(before: TermsRow, after: TermsRow, currency: string): readonly string[] {
  const amount = after.disbursement_amount - before.disbursement_amount;
  const margin = after.total_expected_margin - before.total_expected_margin;
  const shown = (minor: bigint) => minorText(minor < 0n ? -minor : minor, currency);
  return [
    ...(amount < 0n
      ? [`written off ${shown(amount)}`]
      : amount > 0n
        ? [`amount raised by ${shown(amount)}`]
        : []),
    ...(margin < 0n
      ? [`margin reduced by ${shown(margin)}`]
      : margin > 0n
        ? [`margin raised by ${shown(margin)}`]
        : []),
    ...(after.maturity_date !== before.maturity_date
      ? [`maturity moved from ${before.maturity_date ?? "none"} to ${after.maturity_date ?? "none"}`]
      : []),
  ];
}
