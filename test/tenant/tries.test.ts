import { describe, expect, it } from "vitest";
import type { D1Failure } from "../../src/store/d1/failure.ts";
import { afterFailure, FROM_LOAD, FROM_MEMORY, type Next, type Try } from "../../src/tenant/tries.ts";

const loaded = (count: number): Try => ({ on: "loaded", count });
const readBack = (count: number): Try => ({ on: "read back", count });

const said = (next: Next): string => {
  if (next.kind === "again") return `again: ${next.next.on} ${next.next.count}`;
  return next.kind === "rejected" ? next.problem.code : next.kind;
};

/** A try, how it failed, the number of commands, whether the group is whole, and what follows. */
const TABLE: readonly (readonly [Try, D1Failure, "load" | "commit", number, boolean, string])[] = [
  // A void commit from memory is no failure of D1.
  [FROM_MEMORY, "fenced", "commit", 3, true, "again: loaded 1"],
  [FROM_MEMORY, "refused", "commit", 1, true, "again: loaded 1"],
  [FROM_MEMORY, "lost", "commit", 3, true, "again: read back 2"],
  [FROM_MEMORY, "unknown", "commit", 3, true, "again: read back 2"],
  [FROM_MEMORY, "overloaded", "commit", 3, true, "gone"],
  // The fence held: decide again.
  [FROM_LOAD, "fenced", "commit", 3, true, "again: loaded 2"],
  [readBack(2), "fenced", "commit", 3, true, "again: read back 3"],
  [loaded(3), "fenced", "commit", 3, true, "gone"],
  // D1 never takes it. It is a bug only where no earlier commit may have written it.
  [FROM_LOAD, "refused", "commit", 2, true, "apart"],
  [FROM_LOAD, "refused", "commit", 1, false, "internal_error"],
  [loaded(2), "refused", "commit", 1, true, "internal_error"],
  [readBack(2), "refused", "commit", 1, true, "unavailable"],
  [readBack(2), "refused", "commit", 2, true, "apart"],
  // A commit that may be written is read back, a lost load is only repeated.
  [FROM_LOAD, "lost", "commit", 1, false, "again: read back 2"],
  [FROM_LOAD, "lost", "load", 1, false, "again: loaded 2"],
  [readBack(2), "lost", "load", 1, true, "again: read back 3"],
  [loaded(3), "lost", "commit", 5, true, "gone"],
  [FROM_LOAD, "overloaded", "load", 5, false, "gone"],
  // D1 answers, and keeps failing at what the part holds.
  [FROM_LOAD, "unknown", "commit", 5, true, "again: read back 2"],
  [readBack(3), "unknown", "commit", 5, true, "apart"],
  [readBack(3), "unknown", "load", 5, true, "gone"],
  [FROM_LOAD, "unknown", "commit", 2, false, "apart"],
  [FROM_LOAD, "unknown", "commit", 1, false, "unavailable"],
  [FROM_LOAD, "unknown", "load", 1, false, "gone"],
];

describe("after a failed try at a part of a group", () => {
  it.each(TABLE)("%o %s at %s, %i commands, whole %s: %s", (last, failure, at, commands, isWhole, next) => {
    expect(said(afterFailure(last, { failure, at }, { commands, isWhole }))).toBe(next);
  });
});
