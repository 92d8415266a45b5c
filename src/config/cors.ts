import { err, ok, type Result } from "../domain/core/result.ts";
import { isBlank } from "./values.ts";

const isOrigin = (text: string): boolean =>
  !text.includes("*") && URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);

/** The origins whose pages may read answers (docs/api.md#browsers); none by default. The error never repeats the setting. */
export function readCorsOrigins(setting: unknown): Result<ReadonlySet<string>, string> {
  if (isBlank(setting)) return ok(new Set());
  if (typeof setting !== "string") return err("must be text");
  const origins = setting.split(" ");
  return origins.every(isOrigin)
    ? ok(new Set(origins))
    : err("must be origins such as https://app.example.com, each exact, separated by single spaces");
}
