import { isLosslessNumber } from "lossless-json";
import type * as z from "zod";
import type { FieldError, FieldErrorCode } from "../domain/core/problem.ts";

/** Says in the contract's words (docs/api.md#errors) what zod found; needs `reportInput: true` to tell a missing field. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], prefix: readonly string[]): FieldError[] {
  const numbers = new Set(issues.filter(isNumberForObject).map(({ path }) => placeOf(path)));
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    if (isNumberForObject(issue)) return [mustBeObject(path.join("."))];
    if (numbers.size > 0 && isBelowAny(issue.path, numbers)) return [];
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField([...path, key]));
    return [describe(issue, path.join("."))];
  });
}

/** A number travels as an object of its own class: zod looks for members in it, where the caller sent a mere number. */
const isNumberForObject = (issue: z.core.$ZodIssue) =>
  issue.code === "unrecognized_keys" && isLosslessNumber(issue.input);

const placeOf = (path: readonly PropertyKey[]) => JSON.stringify(path.map(String));

/** Looks up each beginning of the path: a body may hold thousands of issues, so nothing compares them in pairs. */
const isBelowAny = (path: readonly PropertyKey[], places: ReadonlySet<string>) =>
  Array.from({ length: path.length + 1 }, (_, depth) => path.slice(0, depth)).some((top) =>
    places.has(placeOf(top)),
  );

const mustBeObject = (field: string): FieldError => ({
  field,
  code: "invalid_type",
  message: "must be an object",
});

function describe(issue: z.core.$ZodIssue, field: string): FieldError {
  if (issue.code === "custom" && issue.params?.code === "unsupported_field") {
    return { field, code: "unsupported_field", message: issue.message };
  }
  if (issue.input === undefined) return { field, code: "required", message: "is required" };
  if (issue.input === null) return { field, code: "required", message: "is required and must not be null" };
  switch (issue.code) {
    case "invalid_type":
      return { field, code: "invalid_type", message: `must be ${article(issue.expected)}` };
    case "invalid_value": {
      const code = typeof issue.input === "string" ? "invalid_value" : "invalid_type";
      return { field, code, message: `must be one of ${issue.values.join(", ")}` };
    }
    case "custom":
      return {
        field,
        code: (issue.params?.code as FieldErrorCode | undefined) ?? "invalid_value",
        message: issue.message,
      };
    default:
      return { field, code: "invalid_value", message: issue.message };
  }
}

function article(type: string): string {
  if (type === "object" || type === "array") return `an ${type}`;
  return `a ${type}`;
}

const CLIENT_IDS = "is no longer supported; send client_id for a loan, purchase_clients for a purchase";

function unknownField(path: readonly string[]): FieldError {
  const field = path.join(".");
  if (path.at(-1) === "client_ids") return { field, code: "unsupported_field", message: CLIENT_IDS };
  return { field, code: "unknown_field", message: "is not a known field" };
}
