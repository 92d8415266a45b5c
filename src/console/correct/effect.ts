import { renderDate } from "../../domain/core/dates.ts";
import type { Position } from "../../domain/position/position.ts";
import { type Child, h } from "../dom.ts";
import { minorText, NONE, words } from "../format.ts";
import { dataTable } from "../rows.ts";

/** The figures of a position, in the order in which a reader asks for them. */
function figuresOf(
  position: Position,
  currency: string,
): readonly (readonly [label: string, text: string])[] {
  const amount = (minor: bigint) => minorText(minor, currency);
  const { terms, next_due, last_received } = position;
  return [
    ["State", words(position.state)],
    ["Outstanding principal", amount(position.outstanding_principal)],
    ["Margin due", amount(position.margin_due)],
    ["Arrears", amount(position.arrears.total)],
    ["Days past due", String(position.days_past_due)],
    ["Scheduled", amount(position.scheduled.total)],
    ["Received", amount(position.received.total)],
    ["Overpaid", amount(position.overpaid)],
    ["Refunded", amount(position.refunded)],
    ["Recovered", amount(position.recovered)],
    ["Agreed amount", amount(terms.amount)],
    ["Agreed margin", amount(terms.margin)],
    ["Maturity", terms.maturity_date === null ? NONE : renderDate(terms.maturity_date)],
    ["Next due", next_due === null ? NONE : `${next_due.due} · ${amount(next_due.amount)}`],
    [
      "Last received",
      last_received === null ? NONE : `${last_received.day} · ${amount(last_received.amount)}`,
    ],
  ];
}

/** Figure by figure before and after; what stays is left out. */
export function positionChange(
  [before, after]: readonly [Position, Position],
  currency: string,
  day: string,
): HTMLElement {
  const then = figuresOf(after, currency);
  const rows = figuresOf(before, currency).flatMap(([label, text], index): (readonly Child[])[] => {
    const next = then[index]?.[1] ?? "";
    return text === next ? [] : [[label, text, next]];
  });
  if (rows.length === 0) return h("p", { class: "note" }, `No figure of the position on ${day} changes.`);
  const title = `Position on ${day}, in ${currency}`;
  const table = dataTable(title, [["Figure"], ["Before", "number"], ["After", "number"]], rows);
  return h("div", {}, h("h3", {}, title), table);
}
