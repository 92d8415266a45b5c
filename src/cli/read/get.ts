import { parseJson } from "../../contract/json.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type Failure, failed } from "../failure.ts";
import { type Service, sentenceOf } from "../service.ts";

/** A JSON answer with all digits of its numbers; `T` is what docs/api.md promises of it. */
export async function getExact<T>(service: Service, path: string): Promise<Result<T, Failure>> {
  const response = await service.request(path);
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const body = parseJson(await response.text());
  return body.ok ? ok(body.value as T) : err(failed(`The answer to ${path} is no JSON.`));
}
