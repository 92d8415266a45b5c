import * as z from "zod";
import { parseDate } from "../domain/core/dates.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import { documented } from "./documented.ts";
import { expects } from "./lookup/query.ts";

const SEQUENCE = /^(?:0|[1-9]\d{0,14})$/;
const expected = expects("a sequence of the log, or an RFC 3339 timestamp with an offset");

/** The parameter `known_at` (docs/api.md#lookups). */
export const knownAt = z
  .string(expected)
  .transform((text, context): KnownAt => {
    if (SEQUENCE.test(text)) return { sequence: Number(text) };
    const date = parseDate(text);
    if (date.ok && date.value.includes("T")) return { at: Date.parse(`${date.value.slice(0, 23)}Z`) };
    context.addIssue({ code: "custom", message: expected.error({}) });
    return z.NEVER;
  })
  .meta(
    documented({
      anyOf: [
        { type: "string", pattern: SEQUENCE.source },
        { type: "string", format: "date-time" },
      ],
      description: "What the log knew then: a sequence of the log, or a timestamp. Default: now.",
    }),
  );

/** The query of a lookup of one row. */
export const rowQuery = z.strictObject({ known_at: knownAt.optional() });
