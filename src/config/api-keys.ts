import { err, ok, type Result } from "../domain/core/result.ts";
import { isBlank } from "./values.ts";

const SECRET_CHARACTERS_MIN = 16;

/** The secret that tags API keys (docs/api.md#api-keys). The error never repeats it. */
export function readApiKeySecret(setting: unknown): Result<string, string> {
  if (isBlank(setting)) return err("is missing");
  if (typeof setting !== "string" || setting !== setting.trim()) {
    return err("must be text that neither begins nor ends with white space");
  }
  return setting.length < SECRET_CHARACTERS_MIN
    ? err(`must have at least ${SECRET_CHARACTERS_MIN} characters`)
    : ok(setting);
}
