import * as z from "zod";
import type { Problem, ProblemCode } from "../../domain/core/problem.ts";
import type { Result } from "../../domain/core/result.ts";
import type { LedgerCommandType } from "../../domain/ledger/decide.ts";
import type { LookupTable } from "../lookup/tables.ts";
import type { Scope } from "../scopes.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a request costs: a read that walks the tenant's rows and a batch have limits of their own (docs/operate.md#rate-limits). */
export type Rate = "usual" | "walk" | "batch";

/** The rate of a route whose cost depends on the query; it sees the query before it is checked. */
type RateRule = (query: Readonly<Record<string, string>>) => Rate;

/** The parameters of a query; a transformation of the whole may follow them. */
export type QuerySchema = z.ZodObject | z.ZodPipe<z.ZodObject>;

/**
 * A JSON body is checked by `schema` or `parse` before the handler runs; with `checkedByHandler` the rules depend on more
 * than the body, and the handler checks it.
 */
export type JsonBody =
  | {
      readonly media: "application/json";
      readonly schema: z.ZodType;
      readonly checkedByHandler?: true;
      readonly bytesMax?: number;
    }
  | { readonly media: "application/json"; readonly parse: (body: unknown) => Result<unknown, Problem> };

export type Body = JsonBody | { readonly media: "application/x-ndjson" };

/** A header of an answer besides those of every answer, of its media type and of its status. */
export type AnswerHeader =
  | "x-d1-bookmark"
  | "X-Log-Receipt"
  | "Idempotent-Replayed"
  | "Location"
  | "Content-Disposition"
  | "Link"
  | "Vary"
  | "Preference-Applied"
  | "ETag"
  | "Retry-After";

/**
 * An answer by its media types; without any it has no body. JSON is named by its schema in the room's `answers.ts`: the
 * worker needs only the schema's type, so its bundle has no schemas of answers.
 */
export interface RouteAnswer<Name extends string = string> {
  readonly json?: Name;
  readonly ndjson?: Name;
  readonly csv?: true;
  readonly text?: true;
  readonly html?: true;
  readonly jose?: true;
  readonly headers?: readonly AnswerHeader[];
  /** Headers that some of these answers have. */
  readonly possibleHeaders?: readonly AnswerHeader[];
}

/** One route: all that the worker guards, that the reference publishes, and that a handler may rely on. */
export interface ApiRoute<Name extends string = string> {
  readonly method: Method;
  /** With parameters in braces. */
  readonly path: `/${string}`;
  /** The scope that the token must grant; `any` for any token of the tenant, null for a route that needs none. */
  readonly scope: Scope | "any" | null;
  /** Scopes that allow more, and therefore this route too. */
  readonly wider?: readonly Scope[];
  /** Scopes that the token must grant too. */
  readonly also?: readonly Scope[];
  /** `list`: what it costs depends on the table's indexes. Default: usual. */
  readonly rate?: Rate | RateRule | "list";
  readonly pathParameters?: z.ZodObject;
  readonly query?: QuerySchema;
  /** The query of a caller who asks for CSV, if it differs. */
  readonly csvQuery?: QuerySchema;
  readonly body?: Body;
  /** Requires an Idempotency-Key, or takes one if it is sent. */
  readonly keyed?: true | "optional";
  /** Stores nothing, although it is no GET. */
  readonly storesNothing?: true;
  /** Reads from the database: takes and answers a bookmark. */
  readonly bookmarked?: true;
  /** Answers 304 to a caller who has the version that `If-None-Match` names. */
  readonly conditional?: true;
  /** Changes a thing of which the request may expect a version: takes `If-Match`, and `If-None-Match: *`. */
  readonly preconditioned?: true;
  /** Can wait for data: takes `Prefer: wait`. */
  readonly waits?: boolean;
  readonly answers: Readonly<Record<number, RouteAnswer<Name>>>;
  /** Problems besides those that follow from the members above. */
  readonly problems?: readonly ProblemCode[];
  /** What a route of the ledger posts. */
  readonly command?: LedgerCommandType;
  /** What a lookup reads. */
  readonly table?: LookupTable;
}

/** The routes of a room; the key is the operation id of the reference, and names handler and words. */
export type RouteTable<Name extends string = string> = Readonly<Record<string, ApiRoute<Name>>>;

export const json = <T extends z.ZodType>(schema: T) => ({ media: "application/json", schema }) as const;

/** Walks when the query has the parameter. */
export const walksWith =
  (parameter: string): RateRule =>
  (query) =>
    query[parameter] ? "walk" : "usual";

/** The parameters of a query as they are sent. */
export const sentParameters = (query: QuerySchema): z.ZodObject =>
  query instanceof z.ZodPipe ? query.in : query;

/** True for a query that has filters by members of `info`, whose names the tenant chooses (docs/analytics.md#filters). */
export const takesMembers = (query: QuerySchema): boolean =>
  sentParameters(query).def.catchall instanceof z.ZodUnknown;

/** What tells whether a route stores something. */
interface Storing {
  readonly method: string;
  readonly storesNothing?: true;
}

/** Whether a route stores something: it is refused while the operator has stopped writes (docs/api.md#errors). */
export const isWrite = ({ method, storesNothing }: Storing): boolean =>
  method.toUpperCase() !== "GET" && !storesNothing;

/** Whether a route answers CSV to a caller who prefers it. */
export const answersCsv = ({ answers }: ApiRoute): boolean => Object.values(answers).some(({ csv }) => csv);
