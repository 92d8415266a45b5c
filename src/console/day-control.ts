import { href } from "./address.ts";
import { today } from "./caller.ts";
import { button, type Child, h, labelled, on } from "./dom.ts";
import { go } from "./route.ts";

/**
 * The day as of which a view shows what it shows. `segments` are the view's address; `others` are further controls of the
 * view, and `queryOf` reads their part of its query.
 */
export function dayControl(
  segments: readonly string[],
  asOf: string,
  others: readonly Child[] = [],
  queryOf: () => Readonly<Record<string, string | undefined>> = () => ({}),
): HTMLElement {
  const date = h("input", { type: "date", value: asOf, required: true, max: "9999-12-31" });
  const show = (day: string) =>
    go(href(segments, { as_of: day === today() ? undefined : day, ...queryOf() }));
  const form = h(
    "form",
    { class: "controls" },
    labelled("As of", date),
    ...others,
    h("button", {}, "Show"),
    asOf !== today() && button("Today", () => show(today()), { class: "quiet" }),
  );
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      show(date.value);
    },
  });
}
