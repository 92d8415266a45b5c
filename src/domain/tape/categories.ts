import type { LookupTableName } from "../core/lookup.ts";
import type { CategoryRules } from "./category.ts";
import { clientRules } from "./client.ts";
import { disbursementRules } from "./disbursement.ts";
import type { Category } from "./fields.ts";
import { operationRules } from "./operation.ts";
import { paymentRules } from "./payment.ts";

/** Every category of records (docs/api.md#ingest), parents before their children. */
export const CATEGORIES: { readonly [C in Category]: CategoryRules<C> } = {
  client: clientRules,
  disbursement: disbursementRules,
  payment: paymentRules,
  operation: operationRules,
};

export const CATEGORY_NAMES = Object.keys(CATEGORIES) as readonly Category[];

export const isCategory = (text: unknown): text is Category =>
  typeof text === "string" && Object.hasOwn(CATEGORIES, text);

/** The category whose records a lookup table holds, if it holds records. */
export const categoryOfTable = (table: LookupTableName): Category | undefined =>
  CATEGORY_NAMES.find((category) => CATEGORIES[category].table === table);

/** A field by which records of a category refer to those of another one. */
interface ReferenceField {
  readonly field: string;
  readonly category: Category;
  /** The record belongs to the other one for as long as it lives. */
  readonly isParent: boolean;
}

/** The references of each category, in the order of its fields. */
export const REFERENCES = perCategory((category): readonly ReferenceField[] =>
  Object.entries(CATEGORIES[category].fields).flatMap(([field, { refersTo, immutable = false }]) =>
    refersTo ? [{ field, category: refersTo, isParent: immutable }] : [],
  ),
);

/** One value for each category. */
export function perCategory<T>(make: (category: Category) => T): { readonly [C in Category]: T } {
  return Object.fromEntries(CATEGORY_NAMES.map((name) => [name, make(name)])) as {
    readonly [C in Category]: T;
  };
}
