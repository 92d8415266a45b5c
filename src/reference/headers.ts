import type { oas31 } from "zod-openapi";
import type { AnswerHeader } from "../contract/routes/route.ts";

const text = (description: string, schema: oas31.SchemaObject = { type: "string" }): oas31.HeaderObject => ({
  description,
  schema,
});

/** A header of every answer that names it; any other may be missing. */
const always = (description: string, schema?: oas31.SchemaObject): oas31.HeaderObject => ({
  ...text(description, schema),
  required: true,
});

/** Every header that an answer may carry beyond HTTP's own and the rules for browsers (docs/pages.md#policies). */
export const HEADERS = {
  traceparent: always("W3C Trace Context: the caller's trace id, or a new one, with this service's span.", {
    type: "string",
    pattern: "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
  }),
  tracestate: text("W3C Trace Context: what the caller sent with traceparent."),
  "Server-Timing": always("Where the time went, in milliseconds."),
  "x-d1-bookmark": text("Send it with a read to see at least this state."),
  "X-Log-Receipt": always(
    "The event's place in the chain of the log: keep it. A replay answers the first one.",
    {
      type: "string",
      pattern: '^sequence=[1-9][0-9]*, hash="[0-9a-f]{64}"$',
    },
  ),
  "Idempotent-Replayed": text("Present on a replay: the key was used before, and this is the first answer.", {
    type: "string",
    enum: ["true"],
  }),
  Location: always("Path of what was created.", { type: "string", format: "uri-reference" }),
  "Content-Disposition": text("Suggests a file name."),
  Link: text('The next page of a CSV answer or of the log, `rel="next"` (RFC 8288).'),
  Vary: always("The request headers that the answer depends on."),
  "Preference-Applied": text("The wait that was applied (RFC 7240)."),
  ETag: always("The version that is answered."),
  "Retry-After": always("Seconds to wait before a retry.", { type: "integer", minimum: 1 }),
  Allow: always("The methods that the path has.", { type: "string" }),
  "WWW-Authenticate": always("The scheme, the error and the missing scope (RFC 6750)."),
} as const satisfies Readonly<Record<string, oas31.HeaderObject>> & Readonly<Record<AnswerHeader, unknown>>;

export type HeaderName = keyof typeof HEADERS;

/** The headers of every answer. */
const COMMON = ["traceparent", "tracestate", "Server-Timing"] as const;

const BY_STATUS: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ["WWW-Authenticate"],
  403: ["WWW-Authenticate"],
  405: ["Allow"],
  429: ["Retry-After"],
  503: ["Retry-After"],
};

/** An answer's headers as the document names them: those of all answers, those of its status, its own, and what it may have. */
export function answerHeaders(
  status: number,
  own: readonly HeaderName[],
  possible: readonly HeaderName[] = [],
): Record<string, oas31.HeaderObject | { $ref: string }> {
  const names = new Set([...COMMON, ...(BY_STATUS[status] ?? []), ...own]);
  return Object.fromEntries([
    ...[...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ...possible.map((name) => [name, { ...HEADERS[name], required: false }]),
  ]);
}
