import { v4 } from "uuid";
import { announce } from "./announce.ts";
import { type Fetched, type RequestProblem, type Sent, sendChange } from "./api.ts";
import { button, type Child, h, on } from "./dom.ts";
import { problemBox } from "./problem.ts";

/** What a form will do, in words, and the request that does it. */
interface Plan {
  /** The act as the button of the confirmation says it: `Close the books through 2026-10-31`. */
  readonly act: string;
  /** What follows from it. */
  readonly effect: Child;
  readonly sent: Omit<Sent, "key">;
}

interface ChangeForm<T> {
  /** The button that asks for the confirmation. */
  readonly label: string;
  readonly fields: Child;
  /** Reads the fields; a text says what is wrong with them. */
  readonly plan: () => Plan | string | Promise<Plan | string>;
  /** Shown in place of the form once the service has answered. */
  readonly done: (answer: T) => Child;
  /** The route takes no Idempotency-Key. */
  readonly keyless?: true;
  /** One field below the other. */
  readonly stacked?: true;
  /** Not what the reader came for: its button stands back. */
  readonly minor?: true;
}

/**
 * A form whose change is confirmed by its name before it is sent. One form has one Idempotency-Key, so a second attempt after
 * an unknown outcome stores nothing twice. Nothing is shown as done before the service has answered.
 */
export function changeForm<T>(change: ChangeForm<T>, page: AbortSignal): HTMLElement {
  const key = v4();
  const fault = h("div", { class: "outcome" });
  const ask = h("button", { class: change.minor ? undefined : "primary" }, change.label);
  const fields = h("fieldset", { class: "fields" }, change.fields, h("p", {}, ask));
  const form = h("form", { class: change.stacked ? "change stacked" : "change" }, fields, fault);
  const busy = (is: boolean): void => {
    fields.disabled = is;
    if (is) form.setAttribute("aria-busy", "true");
    else form.removeAttribute("aria-busy");
  };
  const submit = async (): Promise<void> => {
    fault.replaceChildren();
    busy(true);
    const plan = await change.plan();
    busy(false);
    if (page.aborted) return;
    if (typeof plan === "string") {
      fault.replaceChildren(h("p", { class: "fault", role: "alert" }, plan));
      return ask.focus();
    }
    if (!(await confirmed(plan, page))) return ask.focus();
    await execute(change.keyless ? plan.sent : { ...plan.sent, key });
  };
  /** Sends what was confirmed; a second attempt sends exactly the same, so that it is answered as the first one was. */
  const execute = async (sent: Sent): Promise<void> => {
    fault.replaceChildren();
    busy(true);
    const answer: Fetched<T | null> = await sendChange<T>(sent, NEVER);
    busy(false);
    if (page.aborted) return;
    if (!answer.ok) {
      fault.replaceChildren(
        problemBox(answer.problem, () => void execute(sent)),
        outcomeNote(answer.problem, sent.key !== undefined),
      );
      announce(`${answer.problem.title}.`);
      return ask.focus();
    }
    const result = h(
      "div",
      { class: "outcome", tabindex: -1, role: "status" },
      change.done(answer.value as T),
    );
    form.replaceWith(result);
    result.focus();
  };
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      void submit();
    },
  });
}

/** A change that was sent is not taken back: a reader who leaves the page stops nothing. */
const NEVER = new AbortController().signal;

/** Problems after which it is not known whether the request was stored. */
const UNKNOWN = ["unreachable", "unavailable", "internal_error", "unexpected"];

function outcomeNote({ code }: RequestProblem, isKeyed: boolean): HTMLElement | string {
  if (code === "idempotency_mismatch") {
    return h(
      "p",
      { class: "note" },
      "An earlier attempt of this form was stored with other values. Load the page again to see it, and for a new form.",
    );
  }
  if (!UNKNOWN.includes(code)) return "";
  const again = isKeyed ? "Try again: the same is sent, and it is stored once at most." : "";
  return h("p", { class: "note" }, `It is not known whether this was stored. ${again}`);
}

/** Asks whether to do what the plan says. Resolves once the reader has chosen; Escape declines. */
function confirmed({ act, effect }: Plan, page: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const dialog = h("dialog", { "aria-labelledby": "confirm" });
  const close = (answer: boolean): void => {
    if (!dialog.isConnected) return;
    dialog.close();
    dialog.remove();
    resolve(answer);
  };
  const decline = button("Cancel", () => close(false));
  dialog.append(
    h("h2", { id: "confirm" }, `${act}?`),
    h("div", { class: "effect" }, typeof effect === "string" ? h("p", {}, effect) : effect),
    h(
      "p",
      { class: "actions" },
      button(act, () => close(true), { class: "primary" }),
      decline,
    ),
  );
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close(false);
  });
  page.addEventListener("abort", () => close(false));
  document.body.append(dialog);
  dialog.showModal();
  decline.focus();
  return promise;
}
