import type * as z from "zod";
import { invalid, type Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { fieldErrors } from "./field-errors.ts";

/** Checks a body; one answer lists its field errors (docs/api.md#errors). */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): Result<z.output<T>, Problem> {
  const parsed = schema.safeParse(body, { reportInput: true });
  return parsed.success ? ok(parsed.data) : err(invalid(fieldErrors(parsed.error.issues, [])));
}
