import * as z from "zod";
import { folded } from "../../domain/core/folded.ts";
import { expects } from "../lookup/query.ts";

const CHARACTERS_MAX = 128;
const sought = expects(`1 to ${CHARACTERS_MAX} characters besides spaces and accents`);
const cursorExpected = expects("the next_cursor of the page before");

/** `GET /api/search` (docs/api.md#search). */
export const searchQuery = z.strictObject({
  q: z
    .string(sought)
    .trim()
    .max(CHARACTERS_MAX, sought)
    // A text of accents folds to nothing, which every text contains.
    .refine((text) => folded(text).trim() !== "", sought)
    .describe(
      "An id, its beginning or a part of it; a part of a client's name, registration number or e-mail; an amount, with or without its currency.",
    ),
  cursor: z
    .string(cursorExpected)
    .min(1, cursorExpected)
    .max(4096, cursorExpected)
    .optional()
    .describe("The next_cursor of the page before, with the same q."),
});
export type SearchQuery = z.infer<typeof searchQuery>;
