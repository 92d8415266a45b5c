import type { Context } from "hono";
import type { unfinished } from "../contract/position/answers.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import type { Gathering, Surveyed } from "../reads/survey.ts";

/** The answer to a question that one request could not finish: the same request continues it. */
export function renderUnfinished(
  c: Context<AppEnv>,
  surveyed: Extract<Surveyed<Gathering>, { kind: "unfinished" }>,
) {
  const { from_sequence, to_sequence, done } = surveyed;
  const message = "Not finished yet. Send the same request again: it continues where this one stopped.";
  c.header("Retry-After", "1");
  const progress = { disbursements_done: done, from_sequence, to_sequence };
  return renderJson<typeof unfinished>(c, { complete: false, ...progress, message }, 202);
}

/** The answer to a report that there is none yet, or none at all; `narrow` says what makes a smaller one. */
export function renderUnanswered(
  c: Context<AppEnv>,
  found: Result<Surveyed<Gathering>, Problem>,
  narrow: string,
): Response {
  if (!found.ok) return renderProblem(c, found.error);
  return found.value.kind === "unfinished" ? renderUnfinished(c, found.value) : tooLarge(c, narrow);
}

export const tooLarge = (c: Context<AppEnv>, detail: string): Response =>
  renderProblem(c, { code: "too_large", detail });

/** The most bytes of one answer about all disbursements (docs/api.md#positions). */
const ANSWER_BYTES_MAX = 2_000_000;

/** The answer, or the advice of `narrow` where it is larger than an answer may be. */
export async function bounded(c: Context<AppEnv>, answer: Response, narrow: string): Promise<Response> {
  const { byteLength } = await answer.clone().arrayBuffer();
  if (byteLength <= ANSWER_BYTES_MAX) return answer;
  // The refusal is no file to be saved.
  c.header("Content-Disposition", undefined);
  return tooLarge(c, `The answer is larger than 2 MB. ${narrow}`);
}
