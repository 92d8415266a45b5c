import type { PartsJson, PositionJson, TermsJson } from "../../contract/position/answers.ts";
import { href } from "../address.ts";
import { clientLink } from "../client/link.ts";
import { h, link, scrolling } from "../dom.ts";
import { changeText, figure } from "../figure.ts";
import { amountText, dateText, type Exact, NONE, numberText } from "../format.ts";
import { stateTag } from "../portfolio/late-loans.ts";

/** What is owed on the day, how it differs from another day, and the terms that it results from. */
export function positionFigures(position: PositionJson, then: PositionJson | null): HTMLElement {
  const { arrears, received, scheduled, days_past_due } = position;
  const { amount, sum, owed } = figuresOf(position, then);
  return h(
    "section",
    { class: "card", "aria-labelledby": "position" },
    heading(position, then),
    h(
      "dl",
      { class: "figures strong" },
      owed("Outstanding principal", ({ outstanding_principal }) => outstanding_principal),
      sum("Arrears", arrears, then?.arrears),
      figure("Days past due", numberText(days_past_due), [
        h("span", {}, position.bucket ?? "no bucket"),
        then !== null &&
          changeText(days_past_due, then.days_past_due, { currency: null, day: then.as_of_date }),
      ]),
    ),
    h(
      "dl",
      { class: "figures" },
      sum("Scheduled", scheduled, then?.scheduled),
      sum("Received", received, then?.received),
      owed("Refunded", ({ refunded }) => refunded),
      owed("Margin due", ({ margin_due }) => margin_due),
      owed("Recovered", ({ recovered }) => recovered),
      owed("Overpaid", ({ overpaid }) => overpaid),
      nextAndLast(position, amount),
    ),
    terms(position),
  );
}

/** How the figures of a position are made, each with its difference from the other day. */
function figuresOf(position: PositionJson, then: PositionJson | null) {
  const { currency } = position;
  const amount = (value: Exact) => amountText(value, currency);
  const change = (now: Exact, was: Exact | undefined) =>
    then === null || was === undefined ? null : changeText(now, was, { currency, day: then.as_of_date });
  const owed = (label: string, of: (one: PositionJson) => Exact) =>
    figure(label, amount(of(position)), change(of(position), then === null ? undefined : of(then)));
  const sum = (label: string, now: PartsJson, was: PartsJson | undefined) =>
    figure(label, amount(now.total), [
      h("span", {}, `principal ${amount(now.principal)}`),
      h("span", {}, `fee ${amount(now.fee)}`),
      change(now.total, was?.total),
    ]);
  return { amount, sum, owed };
}

function heading(position: PositionJson, then: PositionJson | null): HTMLElement {
  const { currency, client_id, as_of_date, disbursement_id } = position;
  const since = then === null ? "" : `, change since ${then.as_of_date}`;
  return h(
    "div",
    { class: "card-head" },
    h("h2", { id: "position" }, `${currency} on ${as_of_date}${since}`),
    h(
      "p",
      { class: "facts" },
      stateTag(position.state),
      h("span", {}, position.kind),
      client_id !== null && h("span", {}, "client ", clientLink(client_id)),
      h("span", {}, link(href(["tables", "disbursements", disbursement_id]), "record")),
    ),
  );
}

function nextAndLast(
  { next_due, last_received }: PositionJson,
  amount: (value: Exact) => string,
): readonly HTMLElement[] {
  return [
    next_due === null
      ? figure("Next due", NONE, "nothing is open")
      : figure("Next due", amount(next_due.amount), `on ${dateText(next_due.due_date)}`),
    last_received === null
      ? figure("Last received", NONE, "no money so far")
      : figure("Last received", amount(last_received.amount), `on ${dateText(last_received.payment_date)}`),
  ];
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
