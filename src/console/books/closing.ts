import type { ParsedOf } from "../../contract/answer-types.ts";
import type { closed, closingList } from "../../contract/closing/answers.ts";
import { pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { type Child, h } from "../dom.ts";
import { dateText, NONE, numberText } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { dataTable } from "../rows.ts";
import { closeForm, reopenForm } from "./closing-forms.ts";
import { warningList } from "./warnings.ts";

type Closings = ParsedOf<typeof closingList>;
type Closed = ParsedOf<typeof closed>;

/** Which months are closed, and for those who may: close and reopen. */
export function closingPart(_: Route, page: AbortSignal): readonly HTMLElement[] {
  const part = h("div", { class: "part" });
  const show = (answered: Child): void => {
    part.replaceChildren(
      loading("the closings", page, async ({ signal }) => {
        const answer = await get<Closings>(pathOf(["v1", "closing"]), signal);
        if (!answer.ok) return answer;
        return { ok: true, value: [standing(answer.value, answered, page, again), past(answer.value)] };
      }),
    );
  };
  const again = (answer: Closed): void => show(outcome(answer));
  show(null);
  return [part];
}

function standing(
  { closed_through }: Closings,
  answered: Child,
  page: AbortSignal,
  again: (answer: Closed) => void,
): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-labelledby": "closing" },
    h(
      "h2",
      { id: "closing" },
      closed_through === null ? "No month is closed" : `Closed through ${closed_through}`,
    ),
    answered,
    may("hpts:closing:write")
      ? h(
          "div",
          { class: "forms" },
          closeForm(closed_through, again, page),
          closed_through !== null && reopenForm(closed_through, again, page),
        )
      : h("p", { class: "note" }, "To close a month, a token needs the scope hpts:closing:write."),
  );
}

/** What the service answered to a closing, with its warnings. */
function outcome({ closed_through, previous, warnings }: Closed): HTMLElement {
  const from = previous === null ? "nothing was closed before" : `before: ${previous}`;
  return h(
    "div",
    { class: "outcome", role: "status" },
    h(
      "p",
      {},
      `${closed_through === null ? "Everything is open." : `The books are closed through ${closed_through}.`} (${from})`,
    ),
    warningList(warnings),
  );
}

function past({ closings }: Closings): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-labelledby": "closings" },
    h("h2", { id: "closings" }, "Closings and reopenings"),
    closings.length === 0
      ? h("p", { class: "note" }, "None so far.")
      : dataTable(
          "Closings",
          [["Closed through"], ["At"], ["By"], ["Note"], ["Hash of the trial balance"], ["Event", "number"]],
          closings.map((one) => [
            one.closed_through ?? "nothing",
            dateText(one.closed_at),
            one.actor ?? NONE,
            one.note ?? NONE,
            one.trial_balance_hash === null
              ? NONE
              : h("code", { title: one.trial_balance_hash }, `${one.trial_balance_hash.slice(0, 16)}…`),
            numberText(one.sequence),
          ]),
          "rows cards",
        ),
  );
}
