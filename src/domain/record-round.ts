import { CATEGORY_NAMES, isCategory } from "./tape/categories.ts";
import type { Category } from "./tape/fields.ts";

/** The last record that a walk over all records has examined: categories in their order, and ids within a category. */
export interface RecordPlace {
  readonly category: Category;
  /** Empty at the start of the category. */
  readonly after: string;
}

/** The progress of a walk over a tenant's records, some in each turn; without a category none is under way. */
interface RecordRound {
  readonly record_category: string;
  readonly record_after: string;
  /** When the last walk began. */
  readonly record_round_at: number;
}

export const NO_RECORD_ROUND: RecordRound = { record_category: "", record_after: "", record_round_at: 0 };

const ROUND_MS = 3 * 24 * 60 * 60 * 1_000;

const isUnderWay = ({ record_category }: RecordRound): boolean => isCategory(record_category);

/** Where the walk continues; null when it is over and the next one is not due yet. */
export function recordPlace(round: RecordRound, now: number): RecordPlace | null {
  const { record_category: category, record_after: after } = round;
  if (isCategory(category)) return { category, after };
  const [first = null] = CATEGORY_NAMES;
  return first !== null && now - round.record_round_at >= ROUND_MS ? { category: first, after: "" } : null;
}

/** The walk after a step that ended at `next`, null at its end. */
export const recordRoundAfter = (round: RecordRound, next: RecordPlace | null, now: number): RecordRound => ({
  record_category: next?.category ?? "",
  record_after: next?.after ?? "",
  record_round_at: isUnderWay(round) ? round.record_round_at : now,
});
