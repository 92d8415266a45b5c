import type { Context } from "hono";
import type * as z from "zod";
import type { AnswerOf } from "../contract/answer-types.ts";
import { stringifyJson } from "../contract/json.ts";
import type { problem as problemAnswer } from "../contract/problem-answer.ts";
import { PROBLEMS } from "../contract/problems.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { AppEnv } from "./app-env.ts";

/** Seconds after which a caller may try again; of a limit it is the period in wrangler.toml. */
const RETRY_AFTER_S = { rate_limited: "60", overloaded: "1", unavailable: "2", read_only: "60" } as const;

/** So that a body of 64 KiB cannot ask for an answer of megabytes (docs/api.md#errors). */
const ERRORS_MAX = 100;

/** The scheme and the host of a URL as the platform writes it. */
const originOf = (url: string): string => url.slice(0, url.indexOf("/", "https://".length));

/** Its path: what follows, up to the query. */
const pathOf = (url: string): string => /[^?#]*/.exec(url.slice(originOf(url).length))?.[0] ?? "";

/** The body of a problem (RFC 9457, docs/api.md#errors). `path` is what the refused request was sent to. */
export function problemBody(
  c: Context<AppEnv>,
  problem: Problem,
  path: string,
): AnswerOf<typeof problemAnswer> {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `${originOf(c.req.url)}/problems/${problem.code}`,
    title,
    status,
    detail: problem.detail,
    instance: path,
    code: problem.code,
    trace_id: c.get("trace").trace_id,
    event_id: problem.event_id,
    errors: problem.errors?.slice(0, ERRORS_MAX),
    errors_total: problem.errors?.length,
  };
}

/** The seconds of `Retry-After`; null for a problem that a retry does not help with. */
export const retryAfter = ({ code }: Problem): string | null =>
  code in RETRY_AFTER_S ? RETRY_AFTER_S[code as keyof typeof RETRY_AFTER_S] : null;

/** Answers with `application/problem+json`. */
export function renderProblem(c: Context<AppEnv>, problem: Problem): Response {
  c.set("problem_code", problem.code);
  const seconds = retryAfter(problem);
  if (seconds !== null) c.header("Retry-After", seconds);
  if (problem.scope !== undefined) {
    c.header("WWW-Authenticate", `Bearer error="insufficient_scope", scope="${problem.scope}"`);
  }
  const body = problemBody(c, problem, pathOf(c.req.url));
  const { status } = PROBLEMS[problem.code];
  return c.body(JSON.stringify(body), status, { "Content-Type": "application/problem+json" });
}

/** Answers with the JSON of a schema of `contract/<room>/answers.ts`, which each call names; exact numbers stay exact. */
export function renderJson<Schema extends z.ZodType = never>(
  c: Context<AppEnv>,
  value: NoInfer<AnswerOf<Schema>>,
  status: 200 | 201 | 202 = 200,
): Response {
  return c.body(stringifyJson(value), status, { "Content-Type": "application/json" });
}
