import { expect, it } from "vitest";
import { CATEGORIES, CATEGORY_NAMES } from "../../../src/domain/tape/categories.ts";

const PRIVATE = {
  client: ["name", "email", "phone", "address", "registration_number", "gender", "contact_person", "info"],
  disbursement: ["goods_description", "reason", "bank_ref", "info", "change_reason"],
  payment: ["bank_ref", "info", "change_reason"],
  operation: ["operation_description", "asset_description", "info"],
};

it.each(CATEGORY_NAMES)("of a %s exactly these members are private", (category) => {
  const { fields, eventFields } = CATEGORIES[category];
  const marked = Object.entries({ ...fields, ...eventFields?.fields }).filter(([, field]) => field.private);
  expect(marked.map(([name]) => name)).toEqual(PRIVATE[category]);
});
