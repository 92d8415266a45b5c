import type { Category, Step } from "../../domain/tape/fields.ts";

/** One line of a tape: the body of a `POST /ingest`. */
export interface Envelope {
  readonly category: Category;
  readonly data: { readonly step: Step } & Readonly<Record<string, unknown>>;
}

export const create = (category: Category, data: Readonly<Record<string, unknown>>): Envelope => ({
  category,
  data: { step: "create", ...data },
});

export const update = (category: Category, data: Readonly<Record<string, unknown>>): Envelope => ({
  category,
  data: { step: "update", ...data },
});
