import { announce } from "./announce.ts";
import { type Fetched, problemOf, type RequestProblem } from "./api.ts";
import { button, type Child, h } from "./dom.ts";
import { problemBox } from "./problem.ts";

/** One load that the reader can watch and stop. */
export interface Task {
  readonly signal: AbortSignal;
  /** Shows the progress. */
  readonly progress: (text: string) => void;
}

type Load = (task: Task) => Promise<Fetched<readonly Child[]>>;

/**
 * A part of a page that loads by itself. It shows its progress, can be stopped, explains a problem and can be retried.
 * It ends with the page, whose signal it follows.
 */
export function loading(what: string, page: AbortSignal, load: Load): HTMLElement {
  const part = h("div", { class: "part" });
  const start = async (): Promise<void> => {
    const own = new AbortController();
    const signal = AbortSignal.any([page, own.signal]);
    const text = h("span", {}, `Loading ${what} …`);
    const bar = h("progress", { "aria-label": `Loading ${what}` });
    part.replaceChildren(
      h(
        "div",
        { class: "progress" },
        bar,
        text,
        button("Stop", () => own.abort(), { class: "quiet" }),
      ),
    );
    part.setAttribute("aria-busy", "true");
    const answer = await load({ signal, progress: (words) => text.replaceChildren(words) }).catch(broken);
    if (page.aborted) return;
    part.removeAttribute("aria-busy");
    if (answer.ok) {
      part.replaceChildren();
      for (const child of [answer.value].flat(9)) if (child) part.append(child as Node | string);
      announce(`Loaded ${what}.`);
    } else {
      part.replaceChildren(ended(what, answer.problem, () => void start()));
      announce(`${answer.problem.title}.`);
    }
  };
  void start();
  return part;
}

/** A bug of this page: the reader gets a problem, the browser's console the whole error. */
function broken(error: unknown): Fetched<never> {
  console.error(error);
  const detail = error instanceof Error ? error.message : String(error);
  return { ok: false, problem: problemOf("broken", "This page could not show the answer", detail) };
}

function ended(what: string, problem: RequestProblem, again: () => void): HTMLElement {
  if (problem.code !== "stopped") return problemBox(problem, again);
  return h("p", { class: "note" }, `Loading ${what} was stopped. `, button("Load", again));
}
