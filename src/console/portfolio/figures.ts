import type { PortfolioLineJson } from "../../contract/position/answers.ts";
import { href } from "../address.ts";
import { type Child, h, link, scrolling } from "../dom.ts";
import { changeText, figure, percentView, shareChangeText, ZERO } from "../figure.ts";
import { amountText, type Exact, numberText, plural } from "../format.ts";
import type { Route } from "../route.ts";

/** The same currency on the day to compare with; null where it had no disbursement. */
export interface Then {
  readonly day: string;
  readonly line: PortfolioLineJson | null;
}

type Shown = readonly [label: string, member: keyof PortfolioLineJson, note?: string];

/** The figures of one currency, each with how much it differs from that of another day. */
export function figures(line: PortfolioLineJson, asOf: string, then: Then | null): HTMLElement {
  const loans = plural(numberText(line.number), "disbursement");
  const amounts = ([label, member, note]: Shown) => {
    const value = line[member] as Exact;
    return figure(label, amountText(value, line.currency), [said(note), change(member, line.currency)]);
  };
  const change = (member: keyof PortfolioLineJson, currency: string | null) => {
    if (then === null) return null;
    const was = then.line?.[member] as Exact | undefined;
    return changeText(line[member] as Exact, was ?? ZERO, { currency, day: then.day });
  };
  const shares = ([label, member, note]: Shown) => {
    const now = line[member] as Exact | null;
    const was = (then?.line?.[member] ?? null) as Exact | null;
    const differs = then !== null && shareChangeText(now, was, then.day);
    return figure(label, percentView(now), [said(note), differs]);
  };
  return h(
    "section",
    { class: "card", "aria-labelledby": "figures" },
    h(
      "h2",
      { id: "figures" },
      `${line.currency} on ${asOf}${then === null ? "" : `, change since ${then.day}`}`,
    ),
    h(
      "dl",
      { class: "figures strong" },
      amounts(["Outstanding principal", "outstanding", loans]),
      amounts(["Arrears", "arrears", "scheduled and not covered"]),
      figure("Repaid", numberText(line.repaid), [said(`of ${loans}`), change("repaid", null)]),
      shares(["PAR 0", "par0", "past due at all"]),
      shares(["PAR 30", "par30", "over 30 days past due"]),
      shares(["PAR 90", "par90", "over 90 days past due"]),
    ),
    h("dl", { class: "figures" }, FURTHER.map(amounts)),
  );
}

const said = (note: string | undefined): Child => note !== undefined && h("span", {}, note);

const FURTHER: readonly Shown[] = [
  ["Disbursed", "disbursed"],
  ["Scheduled", "scheduled"],
  ["Received", "received"],
  ["Margin due", "margin_due"],
  ["Written off", "written_off"],
  ["Recovered", "recovered"],
  ["Rebates", "rebates"],
  ["Overpaid", "overpaid"],
];

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
      h("td", { class: "number" }, percentView(line.par30)),
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
