import type { z } from "zod";
import type { FieldError, FieldErrorCode } from "../domain/problem.ts";

/** Says in the contract's words (contract 3) what zod found; needs `reportInput: true` to tell a missing field. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], prefix: readonly string[]): FieldError[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField([...path, key]));
    return [describe(issue, path.join("."))];
  });
}

function describe(issue: z.core.$ZodIssue, field: string): FieldError {
  if (issue.code === "custom" && issue.params?.code === "unsupported_field") {
    return { field, code: "unsupported_field", message: issue.message };
  }
  if (issue.input === undefined) return { field, code: "required", message: "is required" };
  if (issue.input === null) return { field, code: "required", message: "is required and must not be null" };
  switch (issue.code) {
    case "invalid_type":
      return { field, code: "invalid_type", message: `must be ${article(issue.expected)}` };
    case "invalid_value":
      return { field, code: "invalid_value", message: `must be one of ${issue.values.join(", ")}` };
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

const CLIENT_IDS =
  "client_ids is no longer supported: use client_id for a loan, purchase_clients for a purchase";

function unknownField(path: readonly string[]): FieldError {
  const field = path.join(".");
  if (path.at(-1) === "client_ids") return { field, code: "unsupported_field", message: CLIENT_IDS };
  return { field, code: "unknown_field", message: "is not a field of this request" };
}
