import { CATEGORIES } from "./categories.ts";
import type { Category, RecordTypes } from "./fields.ts";
import { isLive } from "./record.ts";
import type { Change, Effect, Put, Stored } from "./state.ts";

/** The event that has an effect, as far as its effects depend on it. */
interface Cause {
  readonly id: string;
  readonly change: Change;
}

/** The effects of an event that turns `found` into `stored`: on its own record, and on the rows that depend on it. */
export function effectsOf<C extends Category>(
  category: C,
  { id, change }: Cause,
  found: Stored<RecordTypes[C]> | undefined,
  stored: Stored<RecordTypes[C]>,
): readonly Effect[] {
  const { links, succeed } = CATEGORIES[category];
  const before = isLive(found) ? found : null;
  const put: Put<C> = { type: "put", category, id, stored };
  return [
    // The compiler does not see that a put of one category is a member of the union of all.
    put as Put,
    ...(links?.({ before, after: stored, change }) ?? []),
    ...(found && before === null ? (succeed?.(found.record, stored.record) ?? []) : []),
  ];
}
