import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, parseJson } from "../../contract/json.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { CATEGORIES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { type Service, sentenceOf } from "../service.ts";
import { AWAY_MAX_MS, pauseMs } from "./batch.ts";

/** A live record as the service answers it; numbers keep their digits. */
export type LiveRow = Readonly<Record<string, unknown>>;

/** Reads a live record; null for one that does not exist. Retries while the service is unavailable. */
export async function liveRow(
  service: Service,
  category: Category,
  id: string,
  stop: AbortSignal,
): Promise<Result<LiveRow | null, CommandFailure>> {
  const { table, idField } = CATEGORIES[category];
  // A path cannot hold the ids "." and "..".
  const path = `/api/tables/${table}?${new URLSearchParams({ [idField]: id, limit: "1" })}`;
  const since = Date.now();
  for (let attempt = 0; ; attempt += 1) {
    const answer = await service.request(path, {}, stop);
    if (answer instanceof Response) {
      const body = parseJson(await answer.text());
      const data = body.ok && isJsonObject(body.value) ? body.value.data : null;
      if (!Array.isArray(data)) return err(failed(`The answer of ${path} is not a list.`));
      return ok((data[0] as LiveRow | undefined) ?? null);
    }
    if (answer.kind === "refused") return err(failed(sentenceOf(answer)));
    if (Date.now() - since > AWAY_MAX_MS)
      return err(failed(`Gave up after five minutes: ${sentenceOf(answer)}`));
    await pause(pauseMs(attempt, answer.retryAfterS), undefined, { signal: stop });
  }
}

/** Runs a step for each item, some at the same time, and stops at the first failure. */
export async function forAll<T>(
  items: readonly T[],
  atOnce: number,
  step: (item: T) => Promise<Result<void, CommandFailure>>,
): Promise<Result<void, CommandFailure>> {
  for (let from = 0; from < items.length; from += atOnce) {
    const results = await Promise.all(items.slice(from, from + atOnce).map(step));
    const failure = results.find((result) => !result.ok);
    if (failure) return failure;
  }
  return ok(undefined);
}
