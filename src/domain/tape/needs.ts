import { perCategory, REFERENCES } from "./categories.ts";
import type { Category } from "./fields.ts";
import type { IngestCommand } from "./state.ts";

/** The ids of the records that some commands need, by category. */
export type RecordNeeds = { readonly [C in Category]: Set<string> };

export const noRecordNeeds = (): RecordNeeds => perCategory(() => new Set());

/**
 * Adds the record of `command` and the records that it names. The parent of an existing record is found with the record
 * itself.
 */
export function addRecordNeeds(needs: RecordNeeds, { category, id, change }: IngestCommand): void {
  needs[category].add(id);
  for (const { field, category: other } of REFERENCES[category]) {
    for (const named of idsIn(change[field])) needs[other].add(named);
  }
}

const idsIn = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value : [];
};
