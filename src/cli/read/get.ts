import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, parseJson } from "../../contract/json.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { type Service, sentenceOf } from "../service.ts";

/** A JSON answer with all digits of its numbers; `T` is the shape that docs/api.md promises. */
export async function getExact<T>(service: Service, path: string): Promise<Result<T, CommandFailure>> {
  const response = await service.request(path);
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const body = parseJson(await response.text());
  return body.ok ? ok(body.value as T) : err(failed(`The answer to ${path} is not JSON.`));
}

const PAUSE_DEFAULT_S = 1;

/**
 * The answer to a question about many disbursements (docs/api.md#positions): sends the same request again until the
 * service is done; each request continues where the last one stopped. A service that is busy, or has limits, is asked
 * again when it says so, up to `tries` times.
 */
export async function getComplete<T>(
  service: Service,
  path: string,
  tries = 1,
): Promise<Result<T, CommandFailure>> {
  for (let left = tries; ; ) {
    const response = await service.request(path);
    if (!(response instanceof Response)) {
      left -= 1;
      const afterS = response.kind === "away" ? response.retryAfterS : null;
      if (left <= 0 || afterS === null) return err(failed(sentenceOf(response)));
      await pause(afterS * 1000);
      continue;
    }
    const body = parseJson(await response.text());
    if (!body.ok) return err(failed(`The answer to ${path} is not JSON.`));
    if (!isJsonObject(body.value) || body.value.complete !== false) return ok(body.value as T);
    console.error(`The service has examined ${body.value.disbursements_done} disbursements so far ...`);
    const afterS = Number(response.headers.get("Retry-After") ?? PAUSE_DEFAULT_S);
    await pause((Number.isFinite(afterS) ? afterS : PAUSE_DEFAULT_S) * 1000);
  }
}
