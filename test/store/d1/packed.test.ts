import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { expect, it } from "vitest";
import { joinedPacks, packed, unpacked } from "../../../src/store/d1/packed.ts";
import { queryAll } from "../../../src/store/d1/statement.ts";

const TEXTS = ["]", "[", '"]', '["a","b"]', "\\", "a,b", "漢 é 😀\n", ""];

it.each([1, 31, 32, 33, 64, 65, 100])("gives back %i values in one cell as they are", async (count) => {
  const values = Array.from(
    { length: count },
    (_, n) => [...TEXTS, null, n, -n][n % (TEXTS.length + 3)] ?? null,
  );
  const cells = packed(
    values.map((value) => sql`${typeof value === "number" ? sql.raw(String(value)) : value}`),
  );
  const [rows = []] = await queryAll(drizzle(env.DB), [sql`SELECT ${joinedPacks(cells)} AS "row"`]);
  const names = values.map((_, n) => `v${n}`);
  const expected = Object.fromEntries(names.map((name, n) => [name, values[n]]));
  expect(unpacked(rows, [...names, "missing"])).toEqual([{ ...expected, missing: null }]);
});
