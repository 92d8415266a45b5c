import { describe, expect, it } from "vitest";
import { DERIVED_FROM, LOOKUP_TABLES } from "../../../src/contract/lookup/tables.ts";
import { LOOKUP_SOURCES } from "../../../src/store/lookup/sources.ts";

describe("the lookup catalogue", () => {
  it.each(LOOKUP_TABLES.map((table) => [table.name, table] as const))(
    "%s: each column of the wire is stored",
    (name, table) => {
      const stored = Object.keys(LOOKUP_SOURCES[name].columns);
      expect(
        Object.entries(table.columns)
          .map(([column, type]) => DERIVED_FROM[type] ?? column)
          .filter((column) => !stored.includes(column)),
      ).toEqual([]);
    },
  );
});
