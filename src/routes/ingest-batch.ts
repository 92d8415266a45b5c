import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import { stringifyJson } from "../contract/json.ts";
import { PROBLEMS } from "../contract/problems.ts";
import type { batchAnswer } from "../contract/tape/answers.ts";
import { BATCH_LINES_MAX, type BatchLine, batchLines, parseLine } from "../contract/tape/batch.ts";
import { ingestProblem } from "../contract/tape/problems.ts";
import type { Problem } from "../domain/core/problem.ts";
import { receiptOf } from "../domain/log/receipt.ts";
import type { AppEnv } from "../http/app-env.ts";
import { utf8 } from "../http/body.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { problemBody, renderProblem, retryAfter } from "../http/problem.ts";
import { submitAll } from "../tenant/client.ts";
import { INTERNAL, type Submission, type SubmitReply } from "../tenant/submission.ts";
import { ingestAnswer } from "./ingest.ts";
import { submissionOf } from "./write.ts";

/** The route that each line stands for: the same key there and here is the same request. */
const INGEST = "/ingest";

/** `POST /ingest/batch`: up to 500 events as newline-delimited JSON, each for itself (docs/api.md#batches). */
export const ingestBatchHandlers = {
  ingestBatch: async (c) => {
    const text = utf8(c.get("body_bytes"));
    if (text === null) {
      return renderProblem(c, { code: "malformed_json", detail: "The body is not valid UTF-8." });
    }
    const lines = batchLines(text);
    if (lines === null) {
      const detail = `A batch has at most ${BATCH_LINES_MAX} lines.`;
      return renderProblem(c, { code: "too_many_lines", detail });
    }
    if (lines.length === 0) {
      return renderProblem(c, { code: "malformed_json", detail: "The batch has no lines." });
    }
    const answers = await settleLines(c, lines);
    const isClean = answers.every(({ status }) => status < 300);
    const body = answers.map((answer) => `${stringifyJson(answer)}\n`).join("");
    return c.body(body, isClean ? 200 : 207, { "Content-Type": "application/x-ndjson" });
  },
} satisfies Partial<RouteHandlers>;

/** The answer to one line: what `POST /ingest` would answer. */
type LineAnswer = AnswerOf<typeof batchAnswer>;

/** Checks the lines and hands those that are well-formed to the gate in one call. */
async function settleLines(c: Context<AppEnv>, lines: readonly BatchLine[]): Promise<readonly LineAnswer[]> {
  const submissions = new Map<number, Submission>();
  const refused = new Map<number, Problem>();
  const { tenant_id, jurisdiction } = c.get("principal");
  for (const one of lines) {
    const parsed = parseLine(one, tenant_id);
    if (!parsed.ok) {
      refused.set(one.line, parsed.error);
      continue;
    }
    const { key_hash, body, command } = parsed.value;
    const write = { key_hash, path: INGEST, body, data: body.data, command };
    submissions.set(one.line, submissionOf(c, write));
  }
  const sent = [...submissions.values()];
  const caller = { tenant: tenant_id, jurisdiction, trace_id: c.get("trace").trace_id };
  const replies = await submitAll(c.env, caller, sent);
  const byLine = new Map([...submissions.keys()].map((line, index) => [line, replies[index]]));
  const bookmark = replies.findLast((reply) => reply.kind === "accepted")?.bookmark;
  if (bookmark) c.header("x-d1-bookmark", bookmark);
  return lines.map(({ line }) => {
    const problem = refused.get(line);
    const reply = byLine.get(line);
    if (problem || !reply) return refusal(c, line, problem ?? INTERNAL);
    return answerTo(c, line, reply);
  });
}

function answerTo(c: Context<AppEnv>, line: number, reply: SubmitReply): LineAnswer {
  if (reply.kind === "rejected") return refusal(c, line, ingestProblem(reply.problem));
  if (reply.kind === "unchanged") throw new Error("a line makes an event");
  const { status, location, body } = ingestAnswer(reply);
  const receipt = receiptOf(reply.answer);
  if (location !== null) return { line, status, headers: { Location: location }, receipt, body };
  return reply.replayed
    ? { line, status, headers: { "Idempotent-Replayed": "true" }, receipt, body }
    : { line, status, receipt, body };
}

function refusal(c: Context<AppEnv>, line: number, problem: Problem): LineAnswer {
  const { status } = PROBLEMS[problem.code];
  const seconds = retryAfter(problem);
  const body = problemBody(c, problem, INGEST);
  return seconds === null
    ? { line, status, body }
    : { line, status, headers: { "Retry-After": seconds }, body };
}
