import type { Problem } from "../domain/core/problem.ts";
import type { D1Failure } from "../store/d1/failure.ts";
import { INTERNAL, UNAVAILABLE } from "./submission.ts";

/** Tries at one part when D1 fails in a way that may pass. */
export const TRIES_MAX = 3;

/** One try at a part of a group. */
export interface Try {
  /**
   * What it is decided on. `memory`: what the gate remembers. `loaded`: a load. `read back`: a load after a commit whose
   * outcome is unknown, so that the part may be written; the load finds its keys.
   */
  readonly on: "memory" | "loaded" | "read back";
  /** Counted from 1 by the failures of D1. */
  readonly count: number;
}

export const FROM_MEMORY: Try = { on: "memory", count: 1 };
export const FROM_LOAD: Try = { on: "loaded", count: 1 };

/** How a try failed, and in which call to D1. */
export interface FailedTry {
  readonly failure: D1Failure;
  readonly at: "load" | "commit";
}

/** The part that is tried. */
interface Tried {
  readonly commands: number;
  /** No part of the group has failed before. */
  readonly isWhole: boolean;
}

/** What follows from a failed try. */
export type Next =
  | { readonly kind: "again"; readonly next: Try }
  /** Some command of the part cannot be stored, and which one is not known. */
  | { readonly kind: "apart" }
  | { readonly kind: "rejected"; readonly problem: Problem }
  /** D1 answers no caller at the moment. */
  | { readonly kind: "gone" };

const GONE: Next = { kind: "gone" };

/** A failure whose outcome is unknown is read back by key before anything is decided again. */
export function afterFailure({ on, count }: Try, { failure, at }: FailedTry, part: Tried): Next {
  const isLast = count >= TRIES_MAX;
  switch (failure) {
    case "fenced":
    case "refused":
      // The memory was behind, or took a record for absent that is there.
      if (on === "memory") return { kind: "again", next: FROM_LOAD };
      if (failure === "refused") return apartOr(part, on === "read back" ? UNAVAILABLE : INTERNAL);
      // Another writer was faster. The next try decides on what it wrote.
      return isLast ? GONE : { kind: "again", next: { on, count: count + 1 } };
    case "overloaded":
      return GONE;
    case "lost":
      if (isLast) return GONE;
      break;
    case "unknown":
      // D1 answers reads and keeps failing at this part's commit: what the part holds may be the cause.
      if (!part.isWhole || isLast) return at === "load" ? GONE : apartOr(part, UNAVAILABLE);
  }
  const mayBeWritten = at === "commit" || on === "read back";
  return { kind: "again", next: { on: mayBeWritten ? "read back" : "loaded", count: count + 1 } };
}

const apartOr = ({ commands }: Tried, problem: Problem): Next =>
  commands > 1 ? { kind: "apart" } : { kind: "rejected", problem };
