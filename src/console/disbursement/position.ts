import type { PartsJson, PositionJson, TermsJson } from "../../contract/position/answers.ts";
import { href } from "../address.ts";
import { clientLink } from "../client/link.ts";
import { h, link, scrolling } from "../dom.ts";
import { amountText, dateText, type Exact, NONE, numberText } from "../format.ts";
import { figure } from "../portfolio/figures.ts";
import { stateTag } from "../portfolio/late-loans.ts";

/** What is owed on the day, and the terms that it results from. */
export function positionFigures(position: PositionJson): HTMLElement {
  const { currency, client_id, arrears, received, scheduled, next_due, last_received } = position;
  const amount = (value: Exact) => amountText(value, currency);
  const parts = (of: PartsJson) => [
    h("span", {}, `principal ${amount(of.principal)}`),
    h("span", {}, `fee ${amount(of.fee)}`),
  ];
  const dated = (date: string, value: Exact) => [amount(value), `on ${dateText(date)}`] as const;
  const [nextAmount, nextDay] = next_due
    ? dated(next_due.due_date, next_due.amount)
    : [NONE, "nothing is open"];
  const [lastAmount, lastDay] = last_received
    ? dated(last_received.payment_date, last_received.amount)
    : [NONE, "no money so far"];
  return h(
    "section",
    { class: "card", "aria-labelledby": "position" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "position" }, `${currency} on ${position.as_of_date}`),
      h(
        "p",
        { class: "facts" },
        stateTag(position.state),
        h("span", {}, position.kind),
        client_id !== null && h("span", {}, "client ", clientLink(client_id)),
        h("span", {}, link(href(["tables", "disbursements", position.disbursement_id]), "record")),
      ),
    ),
    h(
      "dl",
      { class: "figures strong" },
      figure("Outstanding principal", amount(position.outstanding_principal)),
      figure("Arrears", amount(arrears.total), parts(arrears)),
      figure("Days past due", numberText(position.days_past_due), position.bucket ?? "no bucket"),
    ),
    h(
      "dl",
      { class: "figures" },
      figure("Scheduled", amount(scheduled.total), parts(scheduled)),
      figure("Received", amount(received.total), parts(received)),
      figure("Refunded", amount(position.refunded)),
      figure("Margin due", amount(position.margin_due)),
      figure("Recovered", amount(position.recovered)),
      figure("Overpaid", amount(position.overpaid)),
      figure("Next due", nextAmount, nextDay),
      figure("Last received", lastAmount, lastDay),
    ),
    terms(position),
  );
}

function terms({ terms: { first_agreed, as_of }, currency, as_of_date }: PositionJson): HTMLElement {
  const row = (label: string, of: TermsJson) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, label),
      h("td", { class: "number" }, amountText(of.amount, currency)),
      h("td", { class: "number" }, amountText(of.margin, currency)),
      h("td", {}, dateText(of.maturity_date)),
    );
  const head = (label: string, number: boolean) =>
    h("th", { scope: "col", class: number ? "number" : undefined }, label);
  const table = h(
    "table",
    {},
    h("caption", { class: "unseen" }, "Terms"),
    h(
      "thead",
      {},
      h("tr", {}, head("Terms", false), head("Amount", true), head("Margin", true), head("Maturity", false)),
    ),
    h("tbody", {}, row("As first agreed", first_agreed), row(`On ${as_of_date}`, as_of)),
  );
  return scrolling("Terms", table);
}
