import type { Scope } from "../contract/scopes.ts";
import { problemOf, type RequestProblem } from "./api.ts";
import { currentCaller } from "./caller.ts";
import { button, h, link } from "./dom.ts";
import { dateText } from "./format.ts";
import { forgetToken, tokenEndsAt } from "./session.ts";
import { signInButton } from "./sign-in/button.ts";

/** Codes after which a retry of the same request can succeed. */
const PASSING = ["unreachable", "unavailable", "overloaded", "rate_limited", "internal_error", "unexpected"];
/** Codes that another token may resolve. */
const REFUSED = ["invalid_token", "missing_token", "insufficient_scope"];

/** The problem of a token that has ended, in words that say so. The service gives no reason for a refusal. */
function asEnded(problem: RequestProblem): RequestProblem {
  const end = tokenEndsAt();
  if (problem.code !== "invalid_token" || end === null || end > Date.now()) return problem;
  const when = dateText(new Date(end).toISOString());
  return { ...problem, title: "Your access has ended", detail: `The token was valid until ${when}.` };
}

const CHANGED =
  "What is there now is not what this form began with: it was changed, created or deleted meanwhile. Nothing of yours was stored. Load the page again to see it.";

/** The problem of a change of what has become another version since it was read. */
const asChanged = (problem: RequestProblem): RequestProblem =>
  problem.code === "precondition_failed"
    ? { ...problem, title: "Changed meanwhile", detail: CHANGED }
    : problem;

/** A problem in plain words, with the trace id for the operator. */
export function problemBox(told: RequestProblem, again: () => void): HTMLElement {
  const problem = asChanged(asEnded(told));
  const wait = problem.retry_after;
  return h(
    "div",
    // A missing scope is no failure: the rest of the page is still valid.
    { class: problem.code === "insufficient_scope" ? "problem calm" : "problem", role: "alert" },
    h("p", { class: "problem-title" }, problem.title),
    h("p", {}, plainWords(problem)),
    problem.errors.length > 0 &&
      h(
        "ul",
        {},
        problem.errors.map(({ field, message }) => h("li", {}, `${field}: ${message}`)),
      ),
    h(
      "p",
      { class: "actions" },
      PASSING.includes(problem.code) && button("Try again", again),
      problem.code === "invalid_token" && signInButton(() => "Sign in again"),
      REFUSED.includes(problem.code) && button("Use another token", forgetToken),
      PASSING.includes(problem.code) && wait !== null && wait > 0 && ` in ${wait} s at the earliest`,
    ),
    problem.trace_id !== null &&
      h(
        "p",
        { class: "note" },
        "Trace ",
        h("code", {}, problem.trace_id),
        " · ",
        link(`/problems/${encodeURIComponent(problem.code)}`, "about this problem"),
      ),
  );
}

/** What the service would answer about a part of the console, before it is asked. */
export const missingScope = (part: string, scope: Scope): HTMLElement =>
  problemBox(
    problemOf(
      "insufficient_scope",
      "The token lacks a scope",
      `${part} needs the scope ${scope}, which the token does not grant.`,
    ),
    () => undefined,
  );

function plainWords({ code, detail }: RequestProblem): string {
  if (code !== "insufficient_scope") return detail;
  const scopes = currentCaller()?.scopes ?? [];
  const has = scopes.length === 0 ? "no scope" : scopes.join(", ");
  return `${detail} You have ${has}. Ask for a token or a key that may read this.`;
}
