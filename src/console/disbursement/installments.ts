import type { InstallmentJson, PositionJson } from "../../contract/position/answers.ts";
import { href, pathOf } from "../address.ts";
import { button, h, link, scrolling } from "../dom.ts";
import { csvButton } from "../download.ts";
import { amountText, count, dateText, NONE, numberText } from "../format.ts";

/** The number of installments shown at first; the rest on request. */
const SHOWN_FIRST = 200;

export function installments(
  { installments: all, currency, ...position }: PositionJson,
  page: AbortSignal,
): HTMLElement {
  const number = (label: string) => h("th", { scope: "col", class: "number" }, label);
  const text = (label: string) => h("th", { scope: "col" }, label);
  const body = h(
    "tbody",
    {},
    all.slice(0, SHOWN_FIRST).map((one) => row(one, currency)),
  );
  const table = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, "Installments"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        number("No."),
        text("Due"),
        number("Expected"),
        number("Principal"),
        number("Fee"),
        number("Reduced by"),
        number("Covered"),
        number("Days late"),
        text("Covered in full on"),
        text("Payment"),
      ),
    ),
    body,
  );
  const rest = all.slice(SHOWN_FIRST);
  const more = button(`Show the other ${rest.length}`, () => {
    body.append(...rest.map((one) => row(one, currency)));
    more.remove();
  });
  const { disbursement_id: id, as_of_date } = position;
  const path = () => pathOf(["api", "positions", id], { as_of_date });
  return h(
    "section",
    { class: "card", "aria-labelledby": "installments" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "installments" }, "Installments"),
      csvButton(path, `${id}-${as_of_date}.csv`, page),
    ),
    all.length === 0
      ? h("p", { class: "note" }, "Nothing was ever scheduled.")
      : scrolling("Installments", table),
    rest.length > 0 && more,
  );
}

function row(one: InstallmentJson, currency: string): HTMLTableRowElement {
  const number = (text: string) => h("td", { class: "number" }, text);
  const late = count(one.days_late) > 0 && one.paid_on === null;
  return h(
    "tr",
    { class: late ? "is-late" : undefined },
    number(one.installment_number === null ? NONE : numberText(one.installment_number)),
    h("td", {}, dateText(one.due_date)),
    number(amountText(one.expected.total, currency)),
    number(amountText(one.expected.principal, currency)),
    number(amountText(one.expected.fee, currency)),
    number(amountText(one.reduced.total, currency)),
    number(amountText(one.covered, currency)),
    number(numberText(one.days_late)),
    h("td", {}, dateText(one.paid_on)),
    h("td", {}, link(href(["tables", "payments", one.payment_id]), one.payment_id)),
  );
}
