import type * as z from "zod";
import type { Scope } from "../contract/scopes.ts";
import type { ProblemCode } from "../domain/core/problem.ts";
import type { CommonHeader, HeaderName } from "./headers.ts";
import type { Tag } from "./tags.ts";

/** An example of a request. The tests send each, in the order of the catalogue, and expect the status `answers`. */
export interface Example {
  readonly summary: string;
  readonly body: unknown;
  /** The parameters in the path, if any. */
  readonly path?: Readonly<Record<string, string>>;
  /** The status of the answer. */
  readonly answers: number;
}

/** A body of a request or an answer: JSON unless `media` names another type. */
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

/** A header besides those of every answer. */
export type AnswerHeader = Exclude<HeaderName, CommonHeader>;

/**
 * One route as the reference shows it. The request's schemas are those that validate (src/contract), so they cannot
 * drift. The tests check every answer against the answer's schemas.
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
  /** The scope that the token must grant; null for a route that needs no token. */
  readonly scope: Scope | null;
  /** Other scopes that also allow it. */
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
  /** Can wait for data: takes `Prefer: wait`. */
  readonly waits?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Problems besides those that follow from the members above. */
  readonly problems?: readonly ProblemCode[];
}
