import type { QualityJson, RuleJson } from "../../contract/position/answers.ts";
import { href, pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { clientLink } from "../client/link.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, link } from "../dom.ts";
import { csvButton } from "../download.ts";
import { count, numberText, plural } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf, momentParameters } from "../moment.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { RULES } from "./rules.ts";

/** What is odd in the records as of a day, rule by rule, with links to the records. */
export function qualityView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const moment = momentOf(route);
  const { asOf } = moment;
  const path = pathOf(["api", "quality"], momentParameters(moment));
  main.append(
    h("div", { class: "heading" }, entitle("Quality", true), dayControl(["quality"], moment)),
    loading("the findings", page, async ({ signal, progress }) => {
      const answer = await getWalked<QualityJson>(path, signal, progress);
      if (!answer.ok) return answer;
      const { rules } = answer.value;
      const [found, quiet] = [rules.filter(hasFindings), rules.filter((rule) => !hasFindings(rule))];
      const file =
        found.length > 0 && csvButton(() => path, `quality-${asOf}.csv`, page, "Download examples as CSV");
      return {
        ok: true,
        value: [summary(rules, found, file), found.map((rule) => findings(rule, asOf)), clean(quiet)],
      };
    }),
  );
}

const hasFindings = ({ count: number }: RuleJson): boolean => count(number) > 0;

function summary(rules: readonly RuleJson[], found: readonly RuleJson[], file: Child): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-label": "Summary" },
    h(
      "p",
      {},
      found.length === 0
        ? `None of the ${rules.length} rules found anything.`
        : `${found.length} of ${rules.length} rules found something. None of it was refused when it was sent. Check whether it is intended.`,
    ),
    file,
  );
}

/** A rule's findings: how many, and the first examples. */
function findings({ code, count: number, examples }: RuleJson, asOf: string): HTMLElement {
  const [title, meaning] = RULES[code];
  const rest = examples.length < count(number) ? `, the first ${examples.length} below` : "";
  return h(
    "section",
    { class: "card", "aria-labelledby": code },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: code }, title),
      h("span", { class: "note" }, `${plural(numberText(number), "finding")}${rest}`),
    ),
    h("p", {}, meaning),
    h(
      "ul",
      { class: "examples" },
      examples.map((example) => h("li", {}, exampleLinks(example, asOf))),
    ),
  );
}

function exampleLinks(example: RuleJson["examples"][number], asOf: string): Child {
  if ("client_ids" in example) {
    return example.client_ids.map((id, index) => [index > 0 && ", ", clientLink(id)]);
  }
  const { disbursement_id: id, payment_id } = example;
  const disbursement = link(href(["disbursement", id], { as_of: asOf }), id);
  if (payment_id === undefined) return disbursement;
  return [link(href(["tables", "payments", payment_id]), payment_id), " of ", disbursement];
}

/** The rules that found nothing, so that a reader knows what was looked for. */
function clean(rules: readonly RuleJson[]): Child {
  if (rules.length === 0) return null;
  return h(
    "section",
    { class: "card", "aria-labelledby": "clean" },
    h("h2", { id: "clean" }, "Nothing found"),
    h(
      "dl",
      { class: "rules" },
      rules.map(({ code }) => {
        const [title, meaning] = RULES[code];
        return h("div", {}, h("dt", {}, title), h("dd", { class: "note" }, meaning));
      }),
    ),
  );
}
