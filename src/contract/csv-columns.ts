import * as z from "zod";
import { csvOf, flat } from "./csv.ts";

/**
 * The columns of an answer's rows: the members of its schema, named as `flat` names them. A list of objects has no column;
 * any other list is one cell.
 */
export function columnsOf(row: z.ZodObject, path = ""): readonly string[] {
  return Object.entries(row.shape).flatMap(([name, schema]) => {
    const member = present(schema as z.ZodType);
    if (member instanceof z.ZodObject) return columnsOf(member, `${path}${name}_`);
    const isListOfObjects = member instanceof z.ZodArray && !(member.element instanceof z.ZodString);
    return isListOfObjects ? [] : [`${path}${name}`];
  });
}

/** Rows of an answer as CSV, with the columns of their schema. */
export const linesCsv = (row: z.ZodObject, lines: readonly object[]): string =>
  csvOf(
    columnsOf(row),
    lines.map((line) => flat(line)),
  );

/** The schema of a value that is there. */
const present = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodNullable || schema instanceof z.ZodOptional
    ? present(schema.unwrap() as z.ZodType)
    : schema;
