import { type Child, h, scrolling } from "../dom.ts";
import { figure, percentView } from "../figure.ts";
import { amountText, type Exact, exactPercentText, numberText } from "../format.ts";
import { dataTable, type TableColumn } from "../rows.ts";
import { covenantSignal, holdsSignal, overdrawnSignal } from "./signals.ts";
import {
  type BaseAnswer,
  boundText,
  covenantLabel,
  covenantText,
  dimensionWords,
  type FacilityJson,
  groupName,
  limitText,
  ruleText,
} from "./terms.ts";

/** The borrowing base of a day as a certificate: each step from the pool to what can still be drawn. */
export function certificate(
  facility: FacilityJson,
  { as_of_date, to_sequence, data }: BaseAnswer,
): readonly Child[] {
  const { currency } = data;
  return [
    h(
      "dl",
      { class: "members" },
      [
        ["Facility", `${facility.name} (${facility.facility_id})`],
        ["Creditor", facility.creditor ?? "none: the pool is all disbursements"],
        ["As of", as_of_date],
        ["Known at", `sequence ${numberText(to_sequence)} of the log`],
        ["Terms", `in force from ${data.effective_date}, put by sequence ${numberText(facility.sequence)}`],
        ["Currency", currency],
        ["Covenants", covenantSignal(data)],
      ].map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))),
    ),
    h(
      "dl",
      { class: "figures strong" },
      figure("Base", amountText(data.base, currency)),
      figure("Available", amountText(data.available, currency)),
      figure("Drawn", amountText(data.drawn, currency)),
      figure("Headroom", amountText(data.headroom, currency), overdrawnSignal(data)),
    ),
    steps(facility, data),
    covenants(data),
    h(
      "dl",
      { class: "signed" },
      ["Prepared by", "Date", "Signature"].map((label) => h("div", {}, h("dt", {}, label), h("dd", {}))),
    ),
  ];
}

type Step = readonly [label: Child, number: Exact | null, amount: string, kind?: "sum"];

/** A purchase with several clients or none is a client of its own. */
const limitedGroup = (by: string, group: string | null): string =>
  by === "client_id" && group === null
    ? "A purchase of several clients or none"
    : `${dimensionWords(by)} ${groupName(group)}`;

/** From the pool to the headroom, one line a step. */
function steps(facility: FacilityJson, data: BaseAnswer["data"]): HTMLElement {
  const { currency } = data;
  const amount = (value: Exact) => amountText(value, currency);
  const less = (value: Exact) => (/[1-9]/.test(value.value) ? `−${amount(value)}` : amount(value));
  const lines: readonly Step[] = [
    ["Pool", data.pool.number, amount(data.pool.outstanding), "sum"],
    ...data.ineligible.map(({ index, rule, number, outstanding }): Step => {
      const asked = facility.eligibility[Number(index.value)];
      const text = asked === undefined ? rule : ruleText(asked, currency);
      return [`Not eligible: ${text}`, number, less(outstanding)];
    }),
    ["Eligible", data.eligible.number, amount(data.eligible.outstanding), "sum"],
    ...data.excess.map(({ index, by, group, outstanding, allowed, excess }): Step => {
      const limit = facility.limits[Number(index.value)];
      const note = `${limitedGroup(by, group)} counts for ${amount(outstanding)}, allowed ${amount(allowed)}`;
      const text = limit === undefined ? "" : `${limitText(limit)}; `;
      return [["Above a limit: ", h("span", {}, text, note)], null, less(excess)];
    }),
    ["Base", null, amount(data.base), "sum"],
    ["Advance rate", null, exactPercentText(data.advance_rate)],
    ["Commitment", null, amount(data.commitment)],
    ["Available: the lesser of commitment and base at the rate", null, amount(data.available), "sum"],
    ["Drawn", null, less(data.drawn)],
    ["Headroom", null, amount(data.headroom), "sum"],
  ];
  const row = ([label, number, text, kind]: Step) =>
    h(
      "tr",
      { class: kind },
      h("th", { scope: "row", class: "step" }, label),
      h("td", { class: "number" }, number === null ? "" : numberText(number)),
      h("td", { class: "number" }, text),
    );
  const table = h(
    "table",
    { class: "steps" },
    h("caption", { class: "unseen" }, "From the pool to the headroom"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Step"),
        h("th", { scope: "col", class: "number" }, "Loans"),
        h("th", { scope: "col", class: "number" }, currency),
      ),
    ),
    h("tbody", {}, lines.map(row)),
  );
  return scrolling("From the pool to the headroom", table);
}

const COVENANT_COLUMNS: readonly TableColumn[] = [
  ["Covenant"],
  ["Value", "number"],
  ["Asked for", "number"],
  ["Signal"],
];

function covenants({ covenants: all, currency }: BaseAnswer["data"]): HTMLElement {
  if (all.length === 0) return h("p", { class: "note" }, "No covenant is asked for.");
  return dataTable(
    "Covenants",
    COVENANT_COLUMNS,
    all.map((one): readonly Child[] => [
      covenantLabel(one.code),
      one.code === "average_remaining_days" || one.code === "pool_outstanding"
        ? covenantText(one.code, one.value, currency)
        : percentView(one.value),
      boundText(one, currency),
      holdsSignal(one.holds),
    ]),
  );
}
