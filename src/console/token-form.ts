import { type Child, h, labelled, link, on } from "./dom.ts";
import { rememberToken } from "./session.ts";
import { entitle } from "./shell.ts";
import { signInButton } from "./sign-in/button.ts";

const meaning = (): Child => [
  "Paste a bearer token or an API key that may read, with the scope ",
  h("code", {}, "records:read"),
  " or ",
  h("code", {}, "positions:read"),
  ". It stays in the memory of this page: a reload asks again.",
];

/**
 * Offers to sign in where the service has a sign-in, and asks for a token or an API key. The page keeps it only in memory,
 * so a reload asks again. `fault` says why the reader is here again.
 */
export function tokenForm(done: () => void, fault: string | null): HTMLElement {
  const signIn = signInButton((host) => `Sign in at ${host}`);
  const said = fault !== null && h("p", { class: "problem", role: "alert" }, fault);
  const form = pasteForm(done, signIn === null);
  const help = h("p", { id: "token-help" }, meaning());
  const ways: Child =
    signIn === null
      ? [help, form]
      : [
          h("div", { class: "part" }, signIn),
          h("details", {}, h("summary", {}, "Use a token or an API key"), help, form),
        ];
  return h(
    "div",
    { class: "ask" },
    h("p", { class: "brand" }, link("/", "Loan Ledger")),
    h("section", { class: "card" }, entitle("Console", true), said, ways),
  );
}

function pasteForm(done: () => void, primary: boolean): HTMLElement {
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
    h("p", {}, h("button", { class: primary ? "primary" : undefined }, "Open the console")),
  );
  return on(form, {
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
}
