import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CATEGORIES, CATEGORY_NAMES } from "../../../src/domain/tape/categories.ts";
import type { Category, Field } from "../../../src/domain/tape/fields.ts";

const api = await readFile(resolve(import.meta.dirname, "../../../docs/api.md"), "utf8");

/** The members of a category as docs/api.md lists them, each with its `*`: create requires it. */
function documented(category: Category): ReadonlyMap<string, boolean> {
  const title = `### ${category.charAt(0).toUpperCase()}${category.slice(1)}s\n`;
  const section = api.slice(api.indexOf(title)).slice(title.length).split("\n#")[0] ?? "";
  const members = section
    .split("\n")
    .filter((line) => line.startsWith("|") && !line.startsWith("| ignored"))
    .flatMap((line) => [...line.replace(/\([^)]*\)/g, "").matchAll(/`(\w+)`(\*?)/g)]);
  return new Map(members.map(([, name = "", star]) => [name, star === "*"]));
}

/** All members of an event of a category. */
function membersOf(category: Category): readonly (readonly [string, Field])[] {
  const { fields, eventFields } = CATEGORIES[category];
  return Object.entries<Field>({ ...fields, ...eventFields?.fields });
}
const marked = (category: Category, mark: (field: Field) => unknown) =>
  membersOf(category).flatMap(([name, field]) => (mark(field) ? [name] : []));

const PRIVATE = {
  client: ["name", "email", "phone", "address", "registration_number", "gender", "contact_person", "info"],
  disbursement: ["goods_description", "reason", "bank_ref", "info", "change_reason"],
  payment: ["bank_ref", "info", "change_reason"],
  operation: ["operation_description", "asset_description", "info"],
};
const IMMUTABLE = {
  client: ["client_id"],
  disbursement: ["disbursement_id", "kind", "currency"],
  payment: ["payment_id", "disbursement_id", "currency", "refund"],
  operation: ["operation_id", "disbursement_id", "currency"],
};
/** The most characters of each text. */
const LENGTHS = {
  client: { name: 256, address: 512, registration_number: 128, contact_person: 256 },
  disbursement: {
    goods_description: 2000,
    goods_status: 128,
    decision: 256,
    reason: 2000,
    pledge_creditor: 256,
    bank_ref: 256,
    insurer_name: 256,
    change_reason: 2000,
  },
  payment: { bank_ref: 256, change_reason: 2000 },
  operation: {
    operation_name: 256,
    operation_description: 2000,
    asset_type: 128,
    asset_description: 2000,
    asset_condition: 256,
  },
};

describe.each(CATEGORY_NAMES)("of a %s", (category) => {
  it("the members are those that docs/api.md lists, and create requires those with a star", () => {
    const required = membersOf(category).map(([name, field]) => [name, field.required] as const);
    expect(new Map(required)).toEqual(documented(category));
  });

  it("exactly these members are private, and these never change", () => {
    expect(marked(category, (field) => field.private)).toEqual(PRIVATE[category]);
    expect(marked(category, (field) => field.immutable)).toEqual(IMMUTABLE[category]);
  });

  it("texts have these lengths", () => {
    const lengths = membersOf(category).flatMap(([name, { max }]) =>
      max === undefined ? [] : [[name, max]],
    );
    expect(Object.fromEntries(lengths)).toEqual(LENGTHS[category]);
  });
});
