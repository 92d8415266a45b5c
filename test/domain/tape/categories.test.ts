import { expect, it } from "vitest";
import {
  CATEGORIES,
  CATEGORY_NAMES,
  categoryOfTable,
  isCategory,
  REFERENCES,
} from "../../../src/domain/tape/categories.ts";
import { addRecordNeeds, noRecordNeeds } from "../../../src/domain/tape/needs.ts";
import { commandOf } from "../../support/decisions.ts";
import { purchase } from "../../support/examples.ts";

it.each(CATEGORY_NAMES)("its name and its lookup table lead to the category %s", (category) => {
  expect(isCategory(category)).toBe(true);
  expect(categoryOfTable(CATEGORIES[category].table)).toBe(category);
});

it("no other name or table is that of a category", () => {
  for (const other of ["loan", "constructor", "", null, 5]) expect(isCategory(other)).toBe(false);
  expect(categoryOfTable("purchase_clients")).toBeUndefined();
});

it("a record refers to others by these fields, and belongs to one of them for as long as it lives", () => {
  const ofParent = { field: "disbursement_id", category: "disbursement", isParent: true };
  const ofClient = { field: "client_id", category: "client", isParent: false };
  expect(REFERENCES).toEqual({
    client: [],
    disbursement: [ofClient, { ...ofClient, field: "purchase_clients" }],
    payment: [ofParent, ofClient],
    operation: [ofParent],
  });
});

it("an event needs its own record and each that it names", () => {
  const needs = noRecordNeeds();
  const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-2" }];
  addRecordNeeds(needs, commandOf("disbursement", { ...purchase, purchase_clients }));
  addRecordNeeds(needs, commandOf("payment", { step: "update", payment_id: "PAY-1", client_id: "C-3" }));
  expect(needs).toEqual({
    client: new Set(["C-1", "C-2", "C-3"]),
    disbursement: new Set(["P-1"]),
    payment: new Set(["PAY-1"]),
    operation: new Set(),
  });
});
