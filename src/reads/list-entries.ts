import { utf8Length } from "../domain/core/utf8.ts";
import type { Ranked, Ranking } from "../domain/position/ranking.ts";
import { MEMO_BYTES_MAX } from "../store/position/memos.ts";
import type { Saved } from "./survey.ts";

/** Entries of a list; it holds the first ones of its order. */
export const ENTRIES_MAX = 20_000;
/** An entry is an id and a sort key, below 1 KB: a part of a memo is below 1 MB. */
export const ENTRIES_OF_A_PART = 1_000;

/** JSON has no line feed in a text: it writes one as \n. */
function partsOf(entries: readonly Ranked[]): string[] {
  const parts: string[] = [];
  for (let start = 0; start < entries.length; start += ENTRIES_OF_A_PART) {
    const some = entries.slice(start, start + ENTRIES_OF_A_PART);
    parts.push(some.map(({ key, id }) => JSON.stringify([key.toString(), id])).join("\n"));
  }
  return parts;
}

export const entriesOf = (parts: readonly string[]): readonly Ranked[] =>
  parts
    .flatMap((part) => part.split("\n"))
    .filter((line) => line.startsWith("["))
    .map((line) => {
      const [key, id]: [string, string] = JSON.parse(line);
      return { key: BigInt(key), id };
    });

/** The first parts of a list, as many as a tenant's memos may hold: ids of the longest kind are too many. */
export function withinMemo(entries: readonly Ranked[]): readonly string[] {
  let bytes = 0;
  return partsOf(entries).filter((part) => {
    bytes += utf8Length(part);
    return bytes <= MEMO_BYTES_MAX;
  });
}

/**
 * What a walk has found: only what is new, until there is so much that all is written anew. Each part begins with the
 * number of entries seen.
 */
export function savedWalk(ranking: Ranking, savedEntries: number): Saved {
  const added = ranking.added();
  const follows = savedEntries > 0 && savedEntries + added.length <= 2 * ENTRIES_MAX;
  const parts = partsOf(follows ? added : ranking.first()).map((part) => `${ranking.seen}\n${part}`);
  return { follows, parts: parts.length > 0 ? parts : [String(ranking.seen)] };
}
