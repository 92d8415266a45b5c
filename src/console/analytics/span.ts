import { isCalendarDate } from "../../domain/core/dates.ts";
import { href } from "../address.ts";
import { addressForm } from "../address-form.ts";
import { moved } from "../calendar-days.ts";
import { dateField } from "../date-field.ts";
import { foldable, h, labelled } from "../dom.ts";
import { KNOWN_TEXT, momentOf, momentParameters, momentQuery } from "../moment.ts";
import type { Route } from "../route.ts";
import { keptBesideMoment } from "./filters.ts";

/** The two days of a report; the later one is the address's `as_of`. */
export function spanOf(route: Route): { readonly from: string; readonly to: string } {
  const { asOf } = momentOf(route);
  const monthBefore = isCalendarDate(asOf) ? moved(asOf, { months: -1 }) : asOf;
  return { from: route.query.get("from") ?? monthBefore, to: asOf };
}

/** The API's parameters of a report between two days. */
export function spanQuery(route: Route) {
  const { from, to } = spanOf(route);
  const { known_at } = momentParameters(momentOf(route));
  return { from_date: from, to_date: to, known_at };
}

/** The control of the two days, and of what was known. */
export function spanControl(route: Route): HTMLElement {
  const { from, to } = spanOf(route);
  const moment = momentOf(route);
  const first = dateField(from, { required: true });
  const last = dateField(to, { required: true });
  const known = dateField(moment.known, {
    placeholder: "now",
    also: { pattern: KNOWN_TEXT, meaning: "a timestamp or a sequence of the log" },
  });
  const address = (): string => {
    const next = { asOf: last.value(), against: null, known: known.value() };
    const others = keptBesideMoment(route.query);
    return href(route.segments, { ...others, ...momentQuery(next), from: first.value() });
  };
  const controls = [
    labelled("From the end of", first.input, first.element),
    labelled("to the end of", last.input, last.element),
    labelled("Known at", known.input, known.element),
    h("button", {}, "Show"),
  ];
  const form = addressForm("Days", controls, address);
  return foldable(`From ${from} to ${to}${moment.known === "" ? "" : `, known at ${moment.known}`}`, form);
}
