import { href, type Query } from "./address.ts";
import { addressForm } from "./address-form.ts";
import { today } from "./caller.ts";
import { dateField } from "./date-field.ts";
import { button, type Child, foldable, h, labelled } from "./dom.ts";
import { KNOWN_TEXT, momentQuery, type ShownMoment } from "./moment.ts";
import { go } from "./route.ts";

interface DayControl {
  /** Offers a second day to compare with. */
  readonly compares?: boolean;
  /** False where the service answers only what is known now. */
  readonly knows?: boolean;
  /** Further controls of the view. */
  readonly others?: readonly Child[];
  /** Reads their part of the view's query. */
  readonly queryOf?: () => Query;
}

const KNOWN = { pattern: KNOWN_TEXT, meaning: "a timestamp or a sequence of the log" };

/** The moment that a view shows: as of a day, compared with another, as it was known. `segments` are its address. */
export function dayControl(
  segments: readonly string[],
  moment: ShownMoment,
  { compares = false, knows = true, others = [], queryOf = () => ({}) }: DayControl = {},
): HTMLElement {
  const day = dateField(moment.asOf, { required: true });
  const against = dateField(moment.against ?? "", { placeholder: "no other day" });
  const known = dateField(moment.known, { placeholder: "now", also: KNOWN });
  const address = (asOf: string) => {
    const next = { asOf, against: against.value() || null, known: known.value() };
    return href(segments, { ...momentQuery(next), ...queryOf() });
  };
  const controls = [
    labelled("As of", day.input, day.element),
    compares && labelled("Compare with", against.input, against.element),
    knows && labelled("Known at", known.input, known.element),
    ...others,
    h("button", {}, "Show"),
    moment.asOf !== today() && button("Today", () => go(address(today())), { class: "quiet" }),
  ];
  return foldable(
    summaryOf(moment),
    addressForm(undefined, controls, () => address(day.value())),
  );
}

function summaryOf({ asOf, against, known }: ShownMoment): string {
  const other = against === null ? "" : `, against ${against}`;
  return `As of ${asOf}${other}${known === "" ? "" : `, known at ${known}`}`;
}
