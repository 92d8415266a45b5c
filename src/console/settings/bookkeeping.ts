import type { ParsedOf } from "../../contract/answer-types.ts";
import type { bookkeepingState } from "../../contract/bookkeeping/answers.ts";
import { pathOf } from "../address.ts";
import { announce } from "../announce.ts";
import { get } from "../api.ts";
import { changeForm } from "../change-form.ts";
import { type Child, h, labelled, select } from "../dom.ts";
import { count, NONE, numberText } from "../format.ts";
import { loading } from "../loading.ts";
import { reloadable } from "../reloadable.ts";
import { describedSwitch, type SwitchBody, type SwitchState } from "./switch.ts";

type State = ParsedOf<typeof bookkeepingState>;

const PATH = pathOf(["v1", "bookkeeping"]);

/** Whether the books come from the records, how far earlier records are opened, and the switch. */
export function bookkeepingPart(page: AbortSignal): readonly HTMLElement[] {
  const { element } = reloadable((again) =>
    loading("the bookkeeping", page, async ({ signal }) => {
      const answer = await get<State>(PATH, signal);
      return answer.ok
        ? { ok: true, value: [facts(answer.value, page), card(answer.value, again, page)] }
        : answer;
    }),
  );
  return [element];
}

function facts(state: State, page: AbortSignal): HTMLElement {
  const { mode, settle, bank_account_ref, since_sequence } = state;
  const on = mode === "records";
  const shown: readonly (readonly [label: string, value: Child])[] = [
    ["Since event", since_sequence === null ? NONE : numberText(since_sequence)],
    ["Settlements", settle === "by_hand" ? "by hand" : "by the event that posts an origination or a raise"],
    ["Bank account of settlements", bank_account_ref ?? NONE],
    ["Earlier records opened", progress(state, page)],
  ];
  return h(
    "section",
    { class: "card", "aria-labelledby": "bookkeeping" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "bookkeeping" }, on ? "The books come from the records" : "Bookkeeping is off"),
      h("span", { class: on ? "tag good" : "tag" }, on ? "on" : "off"),
    ),
    on &&
      h(
        "dl",
        { class: "members" },
        shown.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))),
      ),
  );
}

const AGAIN_MS = 2_000;

/** How many of the records that existed before are opened; it follows the opening until all are. */
function progress(state: State, page: AbortSignal): HTMLElement {
  const place = h("div", {});
  const show = ({ progress: { done, total } }: State): boolean => {
    const isOver = count(done) >= count(total);
    const text = `${numberText(done)} of ${numberText(total)}`;
    const bar = h("progress", {
      value: done.value,
      max: total.value,
      "aria-label": "Earlier records opened",
    });
    place.replaceChildren(isOver ? text : h("div", { class: "pager" }, bar, text));
    return isOver;
  };
  const follow = async (): Promise<void> => {
    const answer = await get<State>(PATH, page);
    if (!answer.ok) {
      if (!page.aborted)
        place.append(h("p", { class: "note" }, `${answer.problem.title}: this is not the latest.`));
      return;
    }
    if (show(answer.value)) announce("All earlier records are opened.");
    else wait();
  };
  const wait = (): void => {
    const timer = setTimeout(() => void follow(), AGAIN_MS);
    page.addEventListener("abort", () => clearTimeout(timer), { once: true });
  };
  if (!show(state)) wait();
  return place;
}

function card(state: State, again: () => void, page: AbortSignal): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-labelledby": "switch" },
    h("h2", { id: "switch" }, "Switch"),
    form(state, again, page),
  );
}

function form(now: SwitchState, again: () => void, page: AbortSignal): HTMLElement {
  const mode = select(
    [
      ["records", "on: each event of a record posts its entries"],
      ["off", "off: no event of a record posts an entry"],
    ],
    now.mode,
  );
  const settle = select(
    [
      ["by_hand", "by hand, on the day on which the bank paid"],
      ["on_disbursement", "by the event that posts an origination or a raise"],
    ],
    now.settle,
  );
  const bank = h("input", {
    type: "text",
    value: now.bank_account_ref ?? "",
    maxlength: 64,
    autocomplete: "off",
    placeholder: "main",
  });
  const read = (): SwitchBody => {
    if (mode.value === "off") return { mode: "off" };
    if (settle.value === "by_hand") return { mode: "records", settle: "by_hand" };
    return { mode: "records", settle: "on_disbursement", bank_account_ref: bank.value.trim() || "main" };
  };
  return changeForm<State>(
    {
      label: "Switch …",
      stacked: true,
      fields: [
        labelled("Bookkeeping", mode),
        labelled("Settlements, where it is on", settle),
        labelled("Bank account of settlements by events", bank),
      ],
      plan: () => {
        const body = read();
        const described = describedSwitch(now, body);
        if (described === null) return "Nothing is changed.";
        const { act, effects } = described;
        return {
          act,
          effect: effects.map((text) => h("p", {}, text)),
          sent: { method: "PUT", path: PATH, body },
        };
      },
      done: () => {
        again();
        return null;
      },
    },
    page,
  );
}
