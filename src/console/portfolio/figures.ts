import type { PortfolioLineJson } from "../../contract/position/answers.ts";
import { href } from "../address.ts";
import { type Child, h, link, scrolling } from "../dom.ts";
import { amountText, numberText, percentText, plural } from "../format.ts";
import type { Route } from "../route.ts";

/** One figure with its label and a note. */
export function figure(label: string, value: string, note: Child = null): HTMLElement {
  return h(
    "div",
    { class: "figure" },
    h("dt", {}, label),
    h("dd", {}, h("span", { class: "value" }, value), note !== null && h("span", { class: "note" }, note)),
  );
}

/** The figures of one currency. */
export function figures(line: PortfolioLineJson, asOf: string): HTMLElement {
  const amount = (value: PortfolioLineJson["outstanding"]) => amountText(value, line.currency);
  const loans = numberText(line.number);
  return h(
    "section",
    { class: "card", "aria-labelledby": "figures" },
    h("h2", { id: "figures" }, `${line.currency} on ${asOf}`),
    h(
      "dl",
      { class: "figures strong" },
      figure("Outstanding principal", amount(line.outstanding), plural(loans, "disbursement")),
      figure("Arrears", amount(line.arrears), "scheduled and not covered"),
      figure("Repaid", numberText(line.repaid), `of ${plural(loans, "disbursement")}`),
      figure("PAR 0", percentText(line.par0), "past due at all"),
      figure("PAR 30", percentText(line.par30), "over 30 days past due"),
      figure("PAR 90", percentText(line.par90), "over 90 days past due"),
    ),
    h(
      "dl",
      { class: "figures" },
      figure("Disbursed", amount(line.disbursed)),
      figure("Scheduled", amount(line.scheduled)),
      figure("Received", amount(line.received)),
      figure("Margin due", amount(line.margin_due)),
      figure("Written off", amount(line.written_off)),
      figure("Recovered", amount(line.recovered)),
      figure("Rebates", amount(line.rebates)),
      figure("Overpaid", amount(line.overpaid)),
    ),
  );
}

/** One line per currency; the chosen one is shown below in full. */
export function currencies(lines: readonly PortfolioLineJson[], chosen: string, route: Route): HTMLElement {
  const at = (currency: string) =>
    href(["portfolio"], { ...Object.fromEntries(route.query), currency, bucket: undefined });
  const row = (line: PortfolioLineJson) =>
    h(
      "tr",
      { "aria-current": line.currency === chosen ? "true" : undefined },
      h("th", { scope: "row" }, link(at(line.currency), line.currency)),
      h("td", { class: "number" }, numberText(line.number)),
      h("td", { class: "number" }, amountText(line.outstanding, line.currency)),
      h("td", { class: "number" }, amountText(line.arrears, line.currency)),
      h("td", { class: "number" }, percentText(line.par30)),
    );
  const heads = ["Disbursements", "Outstanding", "Arrears", "PAR 30"];
  const table = h(
    "table",
    {},
    h("caption", { class: "unseen" }, "Currencies"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Currency"),
        heads.map((head) => h("th", { scope: "col", class: "number" }, head)),
      ),
    ),
    h("tbody", {}, lines.map(row)),
  );
  return h("section", { class: "card", "aria-label": "Currencies" }, scrolling("Currencies", table));
}
