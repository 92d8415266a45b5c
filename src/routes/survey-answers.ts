import type { Context } from "hono";
import { stringifyJson } from "../contract/json.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderProblem } from "../http/problem.ts";
import type { Gathering, Surveyed } from "../reads/survey.ts";

/** The answer to a question that one request could not finish: the same request continues it. */
export function unfinished(
  c: Context<AppEnv>,
  surveyed: Extract<Surveyed<Gathering>, { kind: "unfinished" }>,
) {
  const { from_sequence, to_sequence, done } = surveyed;
  const message = "Not finished yet. Send the same request again: it continues where this one stopped.";
  const body = { complete: false, disbursements_done: done, from_sequence, to_sequence, message };
  return c.body(stringifyJson(body), 202, { "Content-Type": "application/json", "Retry-After": "1" });
}

export const tooLarge = (c: Context<AppEnv>, detail: string): Response =>
  renderProblem(c, { code: "too_large", detail });
