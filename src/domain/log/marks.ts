import type { Event } from "../core/event.ts";
import type { Settings } from "../core/settings.ts";
import { PRIVATE_MEMBERS } from "../ledger/private-members.ts";
import { CATEGORIES, CATEGORY_NAMES, isCategory } from "../tape/categories.ts";
import type { Category } from "../tape/fields.ts";
import type { Marks } from "./texts.ts";

const NONE: Marks = { isPrivate: () => false, open: [] };
/** The settlements of a batch hold references of many payouts. */
const OF_SETTLEMENTS: Marks = {
  isPrivate: (name) => name === "settlements" || PRIVATE_MEMBERS.has(name),
  open: [],
};
const OF_LEDGER: Marks = { isPrivate: (name) => PRIVATE_MEMBERS.has(name), open: [] };

const OF_RECORDS = new Map(CATEGORY_NAMES.map((category) => [category, privateMembers(category)]));

/** The fields that say something about a person. */
function privateMembers(category: Category): ReadonlySet<string> {
  const { fields, eventFields } = CATEGORIES[category];
  const all = Object.entries({ ...fields, ...eventFields?.fields });
  return new Set(all.flatMap(([name, field]) => (field.private ? [name] : [])));
}

/** Which members of an event's data are private. A dimension of reports is not: figures are grouped by it. Nor is why a person was erased. */
export function marksOf(
  { category, step }: Pick<Event, "category" | "step">,
  { report_dimensions: dimensions }: Settings,
): Marks {
  if (step === "erase") return NONE;
  if (category === "ledger") return step === "disbursements_settled" ? OF_SETTLEMENTS : OF_LEDGER;
  if (!isCategory(category)) return NONE;
  const own = OF_RECORDS.get(category);
  const isPrivate = (name: string) => own?.has(name) ?? false;
  const open = category === "client" || category === "disbursement" ? dimensions[category] : [];
  return { isPrivate, open };
}
