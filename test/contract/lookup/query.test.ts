import { describe, expect, it } from "vitest";
import { listQuery } from "../../../src/contract/lookup/query.ts";
import { filterable, LOOKUP_TABLES } from "../../../src/contract/lookup/tables.ts";
import { positionsQuery } from "../../../src/contract/position/query.ts";
import { CATEGORIES, CATEGORY_NAMES } from "../../../src/domain/tape/categories.ts";
import type { Field } from "../../../src/domain/tape/fields.ts";

const LONGEST: Partial<Record<Field["type"], number>> = { id: 128 };

/** Each field of a record that some table filters by, with the most characters that ingest takes. */
const FILTERS = LOOKUP_TABLES.flatMap((table) =>
  filterable(table).flatMap((name) => {
    const fields: readonly Field[] = CATEGORY_NAMES.flatMap((one) => CATEGORIES[one].fields[name] ?? []);
    const lengths = fields.flatMap(({ type, max }) => max ?? LONGEST[type] ?? []);
    return lengths.length > 0 ? [[table.name, name, Math.max(...lengths)] as const] : [];
  }),
);

describe("every value that ingest takes can be asked for", () => {
  it.each(FILTERS)("%s by %s of %i characters, also beyond the basic plane", (name, column, length) => {
    const table = LOOKUP_TABLES.find((one) => one.name === name);
    const parse = (value: string) => table && listQuery(table).safeParse({ [column]: value }).success;
    expect(parse("x".repeat(length))).toBe(true);
    expect(parse("😀".repeat(length))).toBe(true);
    expect(parse("x".repeat(1000))).toBe(false);
    expect(parse("")).toBe(false);
  });

  it("positions by the client of 128 characters", () => {
    expect(positionsQuery.safeParse({ client_id: "😀".repeat(128) }).success).toBe(true);
    expect(positionsQuery.safeParse({ client_id: "😀".repeat(129) }).success).toBe(false);
  });
});
