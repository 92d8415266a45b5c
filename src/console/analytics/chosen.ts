import { count, type Exact } from "../format.ts";

/** A value of a group as the API says it; null for none. */
export type GroupJson = string | null | readonly (string | null)[];

/** What each line of a report has. */
interface Line {
  readonly currency: string;
  readonly group?: GroupJson | undefined;
}

/** A group in one text that no other group has; undefined for a line without groups. */
const groupKey = ({ group }: Pick<Line, "group">): string =>
  group === undefined ? "" : JSON.stringify(group);

/** A group in words. */
export const groupWords = (group: GroupJson): string =>
  [group]
    .flat()
    .map((one) => one ?? "no value")
    .join(" · ");

/** The currency of the most disbursements, by lines that say how many they are about. */
export function usualCurrency(
  lines: readonly { readonly currency: string; readonly number: Exact }[],
): string | undefined {
  const numbers = new Map<string, number>();
  for (const { currency, number } of lines) {
    numbers.set(currency, (numbers.get(currency) ?? 0) + count(number));
  }
  return [...numbers].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** The currency and the group that are shown, of those of an answer; null where it has no line. */
export function chosenOf<L extends Line>(lines: readonly L[], query: URLSearchParams, usual?: string) {
  const currencies = [...new Set(lines.map(({ currency }) => currency))];
  const known = (name: string | null | undefined) => currencies.find((one) => one === name);
  const currency = known(query.get("shown")) ?? known(usual) ?? currencies[0];
  if (currency === undefined) return null;
  const own = lines.filter((line) => line.currency === currency);
  const groups = [...new Map(own.map((line) => [groupKey(line), line.group] as const))];
  const [key, group] = groups.find(([one]) => one === query.get("group")) ?? groups[0] ?? ["", undefined];
  const isGrouped = group !== undefined;
  return {
    currency,
    currencies,
    /** All lines of the currency. */
    own,
    groups: isGrouped ? groups.map(([one, value]) => [one, groupWords(value ?? null)] as const) : [],
    key,
    group,
    /** The lines of the group too. */
    lines: own.filter((line) => groupKey(line) === key),
  };
}

export type Chosen = NonNullable<ReturnType<typeof chosenOf>>;
