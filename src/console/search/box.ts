import { href } from "../address.ts";
import { currentCaller } from "../caller.ts";
import { h, on } from "../dom.ts";
import { go } from "../route.ts";
import { searchFor } from "./hits.ts";
import { type Options, optionList } from "./options.ts";

const BOX = "search-box";
/** Typing is over for now: a search walks records, so it does not run for each key. */
const PAUSE_MS = 200;
const CHARACTERS_MIN = 2;

/** `/` goes to the box from everywhere but a field. */
addEventListener("keydown", (event) => {
  const isTyping =
    event.target instanceof Element && event.target.closest("input, select, textarea") !== null;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
  const box = document.getElementById(BOX);
  if (box === null) return;
  event.preventDefault();
  box.focus();
});

/** The one box of the header: hits by kind while one types, or, for readers of positions only, the id of a disbursement. */
export function searchBox(): HTMLElement {
  const searches = currentCaller()?.scopes.includes("records:read") ?? false;
  const label = searches ? "Search" : "Disbursement";
  const input = h("input", {
    id: BOX,
    type: "search",
    placeholder: `${label}  /`,
    "aria-label": label,
    "aria-keyshortcuts": "/",
    required: true,
    maxlength: 128,
    autocomplete: "off",
    spellcheck: "false",
  });
  const form = h("form", { class: "finder", role: "search" }, input);
  const options = searches ? withOptions(form, input) : null;
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      const text = input.value.trim();
      const chosen = options?.chosen() ?? null;
      options?.close();
      if (chosen !== null) go(chosen);
      else if (text !== "") go(searches ? href(["search"], { q: text }) : href(["disbursement", text]));
    },
  });
}

/** Makes the box a combo box (ARIA): what is typed is searched for, and the hits open below it. */
function withOptions(form: HTMLElement, input: HTMLInputElement): Options {
  const options = optionList(input);
  form.append(options.element);
  let asked = new AbortController();
  let pause: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    asked.abort();
    clearTimeout(pause);
    options.close();
  };
  const search = async (text: string): Promise<void> => {
    asked = new AbortController();
    const { signal } = asked;
    const answer = await searchFor(text, signal);
    if (signal.aborted || document.activeElement !== input) return;
    if (answer.ok) options.show(text, answer.value);
    else options.fail(answer.problem.title);
  };
  on(input, {
    input: () => {
      stop();
      const text = input.value.trim();
      if (text.length >= CHARACTERS_MIN) pause = setTimeout(() => void search(text), PAUSE_MS);
    },
    keydown: (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        if (options.isOpen()) stop();
        else {
          input.value = "";
          input.blur();
        }
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.isOpen()) {
        event.preventDefault();
        options.move(event.key === "ArrowDown" ? 1 : -1);
      }
    },
    blur: stop,
  });
  return options;
}
