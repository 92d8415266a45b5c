import type { Expected } from "../domain/core/precondition.ts";
import type { Guard } from "./app-env.ts";
import { invalidQuery } from "./query.ts";

/** The `ETag` of a version (RFC 9110, 8.8.3). */
export const etagOf = (version: string | number): string => `"${version}"`;

/**
 * A list of entity tags (RFC 9110, 13.1.1). A tag names one version in any coding, so `W/` does not matter: a proxy that
 * compresses an answer adds it.
 */
const TAGS = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:[ \t]*,[ \t]*(?:W\/)?"[\x21\x23-\x7e]*")*$/;

/** Keeps what the request expects of the thing that it changes: `If-Match`, or `If-None-Match: *` for what is to be new. */
export const precondition: Guard = (c) => {
  const expected = expectedBy(c.req.header("If-Match"), c.req.header("If-None-Match"));
  if (expected === null) {
    return invalidQuery(
      c,
      'the header If-Match must be * or ETags such as "12", or without it If-None-Match must be *',
    );
  }
  c.set("expected", expected);
  return undefined;
};

/** Null where the headers are not ones that a change takes. */
function expectedBy(match: string | undefined, noneMatch: string | undefined): Expected | undefined | null {
  if (noneMatch !== undefined) return match === undefined && noneMatch.trim() === "*" ? "none" : null;
  if (match === undefined) return undefined;
  const tags = match.trim();
  if (tags === "*") return "any";
  return TAGS.test(tags) ? [...tags.matchAll(/"([^"]*)"/g)].map(([, version = ""]) => version) : null;
}
