import * as z from "zod";
import type { Answer, Content } from "./operation.ts";

export const json = (schema: z.ZodType): Content => ({ media: "application/json", schema });

/** CSV with a header row, exact numbers and no formulas. */
export const CSV: Content = { media: "text/csv", schema: z.string() };

export const answer = (
  description: string,
  contents: Content | readonly Content[],
  headers: Answer["headers"] = [],
): Answer => ({ description, contents: [contents].flat(), headers });
