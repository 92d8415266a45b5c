import { setTimeout as pause } from "node:timers/promises";
import type { AnswerOf } from "../../contract/answer-types.ts";
import type { problem } from "../../contract/problem-answer.ts";
import type { batchAnswer } from "../../contract/tape/answers.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { type Away, type Refused, type Service, sentenceOf } from "../service.ts";
import type { Refusal } from "./line.ts";

/** The service's answer to one line: accepted or refused; undefined when it could not decide. */
export type LineAnswer =
  | { readonly kind: "in"; readonly isReplay: boolean }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | undefined;

const PAUSE_FIRST_MS = 250;
const PAUSE_MAX_MS = 20_000;
/** How long the service may be unavailable before the import stops. */
export const AWAY_MAX_MS = 300_000;
/** The most attempts for a line that the service cannot decide. */
const LINE_ATTEMPTS_MAX = 6;

/** The pause before the next attempt: it doubles, with jitter so that lanes do not retry together. */
export function pauseMs(attempt: number, retryAfterS: number | null): number {
  const doubled = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** attempt);
  return Math.max((retryAfterS ?? 0) * 1000, doubled * (0.5 + Math.random() / 2));
}

type BatchLine = AnswerOf<typeof batchAnswer>;

function lineAnswer({ status, body }: BatchLine, last: boolean): LineAnswer {
  if (status < 300) return { kind: "in", isReplay: "status" in body && body.status === "duplicate" };
  if ((status >= 500 || status === 429) && !last) return undefined;
  const { code, detail, errors } = body as AnswerOf<typeof problem>;
  return {
    kind: "refused",
    refusal: { status, code, errors: errors ?? [{ field: "", code: "invalid_value", message: detail }] },
  };
}

/** The longest time that a line asks to wait for. */
const retryAfterS = (lines: readonly BatchLine[]): number =>
  Math.max(0, ...lines.map(({ headers }) => Number(headers?.["Retry-After"] ?? 0)));

/** Sends one batch once (docs/api.md#batches). */
async function post(
  service: Service,
  lines: readonly string[],
  stop: AbortSignal,
): Promise<readonly BatchLine[] | Away | Refused> {
  const headers = { "Content-Type": "application/x-ndjson" };
  const body = `${lines.join("\n")}\n`;
  const response = await service.request("/ingest/batch", { method: "POST", headers, body }, stop);
  if (!(response instanceof Response)) return response;
  try {
    const answers = (await response.text()).split("\n").filter((line) => line !== "");
    if (answers.length === lines.length) return answers.map((line) => JSON.parse(line));
  } catch {
    // The answer was cut off: the lines are sent again, and stored ones are answered as duplicates.
    stop.throwIfAborted();
  }
  return { kind: "away", reason: "the answer of the service is not whole", retryAfterS: null };
}

/**
 * Sends the lines of one lane in their order. Retries with the same keys while the service is unavailable. A failure
 * ends the import.
 */
export async function sendBatch(
  service: Service,
  lines: readonly string[],
  stop: AbortSignal,
): Promise<Result<readonly LineAnswer[], CommandFailure>> {
  const settled: LineAnswer[] = lines.map(() => undefined);
  let open = lines.map((_, index) => index);
  let since = Date.now();
  let attempt = 0;
  for (let round = 1; open.length > 0; ) {
    const answers = await post(
      service,
      open.map((index) => lines[index] ?? ""),
      stop,
    );
    if (!Array.isArray(answers)) {
      const answer = answers as Away | Refused;
      if (answer.kind === "refused") return err(failed(sentenceOf(answer)));
      if (Date.now() - since > AWAY_MAX_MS)
        return err(failed(`Gave up after five minutes: ${sentenceOf(answer)}`));
      await pause(pauseMs(attempt, answer.retryAfterS), undefined, { signal: stop });
      attempt += 1;
      continue;
    }
    for (const [place, answer] of (answers as readonly BatchLine[]).entries()) {
      const index = open[place];
      if (index !== undefined) settled[index] = lineAnswer(answer, round === LINE_ATTEMPTS_MAX);
    }
    const before = open.length;
    open = open.filter((index) => settled[index] === undefined);
    if (open.length === 0) break;
    if (open.length < before) since = Date.now();
    round += 1;
    await pause(pauseMs(round, retryAfterS(answers)), undefined, { signal: stop });
  }
  return ok(settled);
}
