import type { RowJson } from "../../contract/lookup/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { dayControl } from "../day-control.ts";
import { eventLog } from "../disbursement/events.ts";
import { type Child, h, link } from "../dom.ts";
import { dateText, NONE } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf } from "../moment.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { erasureState } from "./erasure.ts";
import { clientFigures, clientLoans } from "./loans.ts";
import { clientPayments } from "./payments.ts";

/** A client as of a day: who it is, what it owes, what came in, and what changed. */
export function clientView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const id = route.segments[1] ?? "";
  const moment = momentOf(route);
  const records = may("records:read");
  main.append(
    h("div", { class: "heading" }, entitle(id || NONE, true), dayControl(["client", id], moment)),
    records ? who(id, page) : unnamed(),
    clientFigures(id, moment, page),
    clientLoans(id, moment, page),
  );
  // The tables know only what is known now.
  if (records && moment.known === "") {
    main.append(clientPayments(id, moment.asOf, page), eventLog("client", id, page));
  }
}

const unnamed = (): HTMLElement =>
  h("p", { class: "card note" }, "Name, payments and history need a token with the scope records:read.");

const SHOWN: readonly (readonly [column: string, label: string])[] = [
  ["email", "E-mail"],
  ["phone", "Phone"],
  ["address", "Address"],
  ["country", "Country"],
  ["registration_number", "Registration number"],
  ["contact_person", "Contact"],
];

function who(id: string, page: AbortSignal): HTMLElement {
  return loading("the client", page, async ({ signal }) => {
    const answer = await get<{ readonly data: RowJson }>(pathOf(["api", "tables", "clients", id]), signal);
    return answer.ok ? { ok: true, value: [card(id, answer.value.data, page)] } : answer;
  });
}

function card(id: string, row: RowJson, page: AbortSignal): HTMLElement {
  const text = (column: string): string | null => {
    const value = row[column];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const erased = text("erased_at");
  const name = text("name") ?? (erased === null ? "No name" : "Erased");
  const members = SHOWN.flatMap(([column, label]): readonly (readonly [string, Child])[] => {
    const value = text(column);
    return value === null ? [] : [[label, value]];
  });
  return h(
    "section",
    { class: "card", "aria-labelledby": "who" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "who" }, name),
      h(
        "p",
        { class: "facts" },
        h("span", { class: "tag" }, row.is_company === true ? "company" : "person"),
        h("span", {}, link(href(["tables", "clients", id]), "record")),
      ),
    ),
    h(
      "dl",
      { class: "members" },
      [...members, ["Known since", dateText(text("created_at"))] as const].map(([label, value]) =>
        h("div", {}, h("dt", {}, label), h("dd", {}, value)),
      ),
    ),
    erasureState(id, erased, page),
  );
}
