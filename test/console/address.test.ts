import { expect, it } from "vitest";
import { viewNamed } from "../../src/console/address.ts";

it.each([
  ...(["portfolio", "disbursement", "quality", "tables"] as const).map((name) => [name, name] as const),
  ...["", "Tables", "__proto__", "constructor", "toString", "hasOwnProperty"].map(
    (name) => [name, undefined] as const,
  ),
])("the address #/%s leads to the view %s", (name, view) => {
  expect(viewNamed(name)).toBe(view);
});
