import type { Problem } from "./problem.ts";

/** What a request expects of the thing that it changes (RFC 9110, 13.1): one of these versions, any, or that there is none. */
export type Expected = "any" | "none" | readonly string[];

/** The refusal of a change of a thing that is not as expected. `version` is the present one; null where there is none. */
export function refusedVersion(
  expected: Expected | undefined,
  version: string | null,
  name: string,
): Problem | null {
  if (expected === undefined || fits(expected, version)) return null;
  const now = version === null ? "does not exist" : `has the ETag "${version}"`;
  return { code: "precondition_failed", detail: `${name} ${now} now. Nothing has changed.` };
}

function fits(expected: Expected, version: string | null): boolean {
  if (expected === "none") return version === null;
  return version !== null && (expected === "any" || expected.includes(version));
}
