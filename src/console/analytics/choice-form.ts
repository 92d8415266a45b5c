import { href } from "../address.ts";
import { type Child, h, labelled, on, select } from "../dom.ts";
import { go, type Route } from "../route.ts";
import type { Chosen } from "./chosen.ts";
import { kept } from "./filters.ts";

/** A member of the address that is chosen from a list. */
interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly chosen: string;
}

/** Selects whose values are members of the address; lists of one are left out. */
export function choiceForm(route: Route, label: string, choices: readonly Choice[]): Child {
  const offered = choices.filter(({ options }) => options.length > 1);
  if (offered.length === 0) return null;
  const selects = offered.map(({ options, chosen }) => select(options, chosen));
  const names = offered.map(({ name }) => name);
  const form = h(
    "form",
    { class: "controls", "aria-label": label },
    offered.map((one, index) => labelled(one.label, selects[index] ?? h("select", {}))),
    h("button", {}, "Show"),
  );
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      const values = names.map((name, index) => [name, selects[index]?.value] as const);
      const others = kept(route.query, (name) => !names.includes(name));
      go(href(route.segments, { ...others, ...Object.fromEntries(values) }));
    },
  });
}

/** The choice of a currency and of a group, where an answer has several. */
export const lineChoices = (
  chosen: Pick<Chosen, "currency" | "currencies" | "groups" | "key">,
): readonly Choice[] => [
  {
    name: "shown",
    label: "Currency shown",
    options: chosen.currencies.map((one) => [one, one] as const),
    chosen: chosen.currency,
  },
  { name: "group", label: "Group shown", options: chosen.groups, chosen: chosen.key },
];
