import { isJsonObject, parseJson } from "../contract/json.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type CommandFailure, failed } from "./failure.ts";
import { type Service, sentenceOf } from "./service.ts";

/** A request that changes something; `key` is its idempotency key. */
interface WriteRequest {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly key?: string;
  readonly body?: object;
}

/** Sends a request once and reads its JSON answer, numbers with their digits; an empty object for an empty answer. */
export async function sendWrite<T>(
  service: Service,
  { method, path, key, body }: WriteRequest,
): Promise<Result<T, CommandFailure>> {
  const headers = {
    ...(key !== undefined && { "Idempotency-Key": key }),
    ...(body !== undefined && { "Content-Type": "application/json" }),
  };
  const response = await service.request(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const text = await response.text();
  const read = parseJson(text === "" ? "{}" : text);
  if (!read.ok || !isJsonObject(read.value)) return err(failed(`The answer to ${path} is not JSON.`));
  return ok(read.value as T);
}
