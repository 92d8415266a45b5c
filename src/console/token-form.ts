import { h, labelled, on } from "./dom.ts";
import { rememberToken } from "./session.ts";
import { entitle } from "./shell.ts";

/** Asks for a token or an API key. The page keeps it only in memory, so a reload asks again. */
export function tokenForm(done: () => void): HTMLElement {
  // No password field: a browser offers to save what is typed there.
  const input = h("textarea", {
    rows: 4,
    required: true,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": "token-help",
  });
  const fault = h("p", { class: "fault", role: "alert" });
  const form = h(
    "form",
    {},
    labelled("Token or API key", input),
    fault,
    h("p", {}, h("button", { class: "primary" }, "Open the console")),
  );
  on(form, {
    submit: (event) => {
      event.preventDefault();
      const kept = rememberToken(input.value);
      input.value = "";
      if (kept) return done();
      fault.replaceChildren(
        "This is neither a token, which has three parts with a dot between them, nor an API key, which begins with ll_. Paste it whole.",
      );
      input.focus();
    },
  });
  return h(
    "section",
    { class: "card ask" },
    entitle("Console", true),
    h(
      "p",
      { id: "token-help" },
      "Paste a bearer token or an API key that may read, with the scope records:read or positions:read. It stays in the memory of this page: a reload asks again.",
    ),
    form,
  );
}
