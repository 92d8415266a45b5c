import type * as z from "zod";
import type { Scope } from "../auth/scopes.ts";
import type { ProblemCode } from "../domain/core/problem.ts";
import type { CommonHeader, HeaderName } from "./headers.ts";
import type { Tag } from "./tags.ts";

/** One example of a request; the tests send each, in the order of the catalogue, and expect `answers`. */
export interface Example {
  readonly summary: string;
  readonly body: unknown;
  /** The parameters in the path, where there are any. */
  readonly path?: Readonly<Record<string, string>>;
  /** The status of the answer. */
  readonly answers: number;
}

/** A body in either direction: JSON unless it says otherwise. */
export interface Content {
  readonly media: string;
  readonly schema: z.ZodType;
}

export interface Answer {
  readonly description: string;
  /** One for each media type; none for an answer without a body. */
  readonly contents: readonly Content[];
  readonly headers?: readonly AnswerHeader[];
}

/** A header beside those of every answer. */
export type AnswerHeader = Exclude<HeaderName, CommonHeader>;

/**
 * One route as the reference shows it. The request's schemas are those that validate (src/contract), so they cannot
 * drift; the answer's schemas are held against every answer of the tests.
 */
export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  /** Camel case, unique; the client's method names come from it. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** What the token must grant; null for a route that needs no token. */
  readonly scope: Scope | null;
  /** Scopes that allow it too. */
  readonly widerScopes?: readonly Scope[];
  readonly pathParameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: Content & { readonly examples: Readonly<Record<string, Example>> };
  /** Takes an Idempotency-Key. */
  readonly keyed?: boolean;
  /** Reads from the database: takes and answers a bookmark. */
  readonly bookmarked?: boolean;
  /** Answers 304 to a caller who has the version that `If-None-Match` names. */
  readonly conditional?: boolean;
  /** Waits when there is nothing to answer yet: takes `Prefer: wait`. */
  readonly waits?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Problems beside those that follow from the members above. */
  readonly problems?: readonly ProblemCode[];
}
