import * as z from "zod";
import { documented } from "../contract/documented.ts";
import { KEY_HASH_PATTERN, KEY_PATTERN } from "../contract/idempotency-key.ts";
import { takesMembers } from "../contract/routes/route.ts";
import type { ApiOperation } from "./operation.ts";

const header = (name: string, id: string, description: string, schema: object) =>
  z
    .string()
    .optional()
    .meta({ ...documented({ type: "string", ...schema }), description, param: { in: "header", name, id } });

const TRACE = [
  header("traceparent", "traceparent", "Continues the caller's trace (W3C Trace Context).", {}),
  header("tracestate", "tracestate", "Accompanies traceparent and is returned unchanged.", {}),
];
const BOOKMARK = header(
  "x-d1-bookmark",
  "x-d1-bookmark",
  "Bookmark of an earlier answer, or `first-unconstrained` for the nearest replica. Default: the primary.",
  { maxLength: 128 },
);
/** An Idempotency-Key, in the header or on a line of a batch. */
export const keyHashSchema = z
  .string()
  .meta(documented({ type: "string", pattern: KEY_HASH_PATTERN.source }));
export const keySchema = z.string().meta(documented({ type: "string", pattern: KEY_PATTERN.source }));

const KEY = z.string().meta({
  ...documented({ type: "string", pattern: KEY_PATTERN.source }),
  description: "Names this event. Send a new key with each new event, and the same key with each retry.",
  param: { in: "header", name: "Idempotency-Key", id: "Idempotency-Key" },
});

const OPTIONAL_KEY = header(
  "Idempotency-Key",
  "Optional-Idempotency-Key",
  "Names this event, so that a retry makes no other.",
  { pattern: KEY_PATTERN.source },
);

const PREFER = header(
  "Prefer",
  "Prefer",
  "`wait=<seconds>`, 1 to 30: when there is nothing to answer yet, wait for it (RFC 7240).",
  {},
);

const IF_NONE_MATCH = header(
  "If-None-Match",
  "If-None-Match",
  "The `ETag` of the version that you have.",
  {},
);

const PRECONDITION = [
  header(
    "If-Match",
    "If-Match",
    "The `ETag` of the version that is to be changed, or `*` for any: 412 where there is another one, or none (RFC 9110).",
    {},
  ),
  header(
    "If-None-Match",
    "If-None-Match-Any",
    "`*`: 412 where there is one already (RFC 9110). Not together with If-Match.",
    { const: "*" },
  ),
];

/** Parameters whose names the tenant chooses; `form` with `explode` writes each member as a parameter of its own. */
const MEMBERS = z
  .unknown()
  .optional()
  .meta({
    ...documented({
      type: "object",
      additionalProperties: { type: "array", items: { type: "string" } },
    }),
    description:
      "Filters `info.<member>` and `client_info.<member>`, each a parameter of its own; a member is one of the report_dimensions of the settings. Empty: none.",
    param: { in: "query", name: "members", id: "members", style: "form", explode: true },
  });

/** The parameters of an operation: its own, and those that follow from its members. */
export function parametersOf({
  pathParameters,
  query,
  keyed,
  bookmarked,
  conditional,
  preconditioned,
  waits,
  scope,
}: ApiOperation) {
  const at = (place: "path" | "query", object: z.ZodObject | undefined) =>
    Object.entries(object?.shape ?? {}).map(([name, schema]) => {
      const known = (schema as z.ZodType).meta() ?? {};
      return (schema as z.ZodType).meta({ ...known, param: { in: place, name } });
    });
  return [
    ...at("path", pathParameters),
    ...at("query", query),
    ...(query && takesMembers(query) ? [MEMBERS] : []),
    ...(keyed ? [keyed === "optional" ? OPTIONAL_KEY : KEY] : []),
    ...(bookmarked ? [BOOKMARK] : []),
    ...(conditional ? [IF_NONE_MATCH] : []),
    ...(preconditioned ? PRECONDITION : []),
    ...(waits ? [PREFER] : []),
    ...(scope === null ? [] : TRACE),
  ];
}
