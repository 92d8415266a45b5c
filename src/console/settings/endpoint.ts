import type { ParsedOf } from "../../contract/answer-types.ts";
import type { endpoint } from "../../contract/webhooks/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { h, link } from "../dom.ts";
import { loading } from "../loading.ts";
import { reloadable } from "../reloadable.ts";
import {
  changeEndpointForm,
  deleteForm,
  replayForm,
  rotateForm,
  statusForm,
  testForm,
} from "./endpoint-forms.ts";
import { endpointFacts } from "./webhooks.ts";

type Endpoint = ParsedOf<typeof endpoint>;

/** One endpoint: how far it is, and what can be done with it. */
export function endpointPart(id: string, page: AbortSignal): readonly HTMLElement[] {
  const forms = h("div", { class: "part" });
  let shown: Endpoint;
  const { element, again } = reloadable(() =>
    loading("the endpoint", page, async ({ signal }) => {
      const answer = await get<Endpoint>(pathOf(["v1", "webhook-endpoints", id]), signal);
      if (!answer.ok) return answer;
      shown = answer.value;
      if (forms.childElementCount === 0) forms.append(...allForms(() => shown, again, page));
      return { ok: true, value: [facts(answer.value)] };
    }),
  );
  return [h("p", {}, link(href(["settings", "webhooks"]), "All endpoints")), element, forms];
}

function facts(one: Endpoint): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-labelledby": "endpoint" },
    h("h2", { id: "endpoint" }, one.url),
    h(
      "dl",
      { class: "members" },
      endpointFacts(one).map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))),
    ),
  );
}

function allForms(now: () => Endpoint, again: () => void, page: AbortSignal): readonly HTMLElement[] {
  const card = (title: string, note: string, make: (anew: () => void) => HTMLElement): HTMLElement => {
    const id = title.toLowerCase().replaceAll(" ", "-");
    const { element } = reloadable(make);
    return h(
      "section",
      { class: "card", "aria-labelledby": id },
      h("h2", { id }, title),
      h("p", { class: "note" }, note),
      element,
    );
  };
  return [
    card("Change", "URL, description and types.", (anew) => changeEndpointForm(now, { again, anew }, page)),
    h(
      "div",
      { class: "side-by-side" },
      card("Test", "Sends a ping once, also to a disabled endpoint.", (anew) => testForm(now, anew, page)),
      card("Replay", "Delivers again from an event on.", (anew) => replayForm(now, { again, anew }, page)),
      card("Secret", "A new secret. For 24 hours both sign, unless the old one expires at once.", () =>
        rotateForm(now, again, page),
      ),
      card("Switch", "A disabled endpoint gets nothing, and continues where it stopped.", (anew) =>
        statusForm(now, { again, anew }, page),
      ),
      card("Delete", "Deliveries stop at once. The place in the log is lost.", () => deleteForm(now, page)),
    ),
  ];
}
