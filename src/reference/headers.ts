import type { oas31 } from "zod-openapi";

const text = (description: string, schema: oas31.SchemaObject = { type: "string" }): oas31.HeaderObject => ({
  description,
  schema,
});

/** Every header that an answer may carry beyond HTTP's own. */
export const HEADERS = {
  traceparent: text("W3C Trace Context: the caller's trace id, or a new one, with this service's span."),
  "Server-Timing": text("Where the time went, in milliseconds."),
  "x-d1-bookmark": text("Send it with a read to see at least this state."),
  "Idempotent-Replayed": text("Present when the key was used before and this is the first answer again.", {
    type: "string",
    enum: ["true"],
  }),
  Location: text("Path of what was created.", { type: "string", format: "uri-reference" }),
  "Content-Disposition": text("Suggests a file name."),
  Link: text('The next page of a CSV answer, `rel="next"` (RFC 8288).'),
  Vary: text("The answer depends on the Accept header."),
  "Preference-Applied": text("The wait that was applied (RFC 7240)."),
  ETag: text("Version of the page."),
  "Retry-After": text("Seconds to wait before a retry.", { type: "integer", minimum: 1 }),
  "WWW-Authenticate": text("The scheme, the error and the missing scope (RFC 6750)."),
} as const satisfies Readonly<Record<string, oas31.HeaderObject>>;
