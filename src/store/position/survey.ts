import type { Database } from "../d1/session.ts";
import { type LoanOnWalk, readLoans } from "./loans.ts";
import { dropMemo, headOf, type Memo, type Progress, readMemo, writeMemo } from "./memos.ts";

/** D1 bounds a value at 2 MB; a character takes three bytes at most in UTF-16's plane, four for a pair. */
const PART_CHARACTERS = 500_000;

/** What gathers one answer from all disbursements; its text form lets another request go on with it. */
export interface Gathering {
  /** False when the answer has outgrown what one answer may hold. */
  readonly add: (one: LoanOnWalk) => boolean;
  readonly save: () => string;
}

/** A question over all disbursements of a tenant. */
export interface Question<G extends Gathering> {
  /** The question in words: the same text, the same answer at the same head of the log. */
  readonly text: string;
  readonly withCountry: boolean;
  readonly begin: () => G;
  readonly resume: (saved: string) => G;
  /** The last thing to gather, once all disbursements are. */
  readonly finish?: (gathered: G) => Promise<void>;
  /** False for an answer that is kept in another form. */
  readonly remember: boolean;
}

/** How much of a walk one request may do; what is left is the next request's. */
export interface Budget {
  readonly rows: number;
  readonly until: number;
}

export type Surveyed<G> =
  | ({ readonly kind: "complete"; readonly gathered: G; readonly remembered: boolean } & Progress)
  | ({ readonly kind: "unfinished" } & Progress)
  | { readonly kind: "too_large" };

/**
 * Answers a question: from its memo when the log has not moved since, else by walking over all disbursements, or going
 * on with a walk that an earlier request has begun. Each disbursement is read whole; where events are committed during
 * the walk, `from_sequence` and `to_sequence` differ.
 */
export async function survey<G extends Gathering>(
  db: Database,
  tenant: string,
  question: Question<G>,
  budget: Budget,
  clock: () => number,
): Promise<Surveyed<G>> {
  const { head, memo } = await readMemo(db, tenant, question.text, clock());
  if (memo && isFresh(memo, head)) {
    return {
      kind: "complete",
      gathered: question.resume(memo.parts.join("")),
      remembered: true,
      ...moment(memo),
    };
  }
  const begun = memo !== null && memo.after !== null ? memo : null;
  const gathered = begun ? question.resume(begun.parts.join("")) : question.begin();
  let after: string | null = begun?.after ?? "";
  let done = begun?.done ?? 0;
  let rows = 0;
  do {
    const page = await readLoans(db, tenant, after, question.withCountry);
    if (page === "too_large") return { kind: "too_large" };
    for (const one of page.loans) if (!gathered.add(one)) return { kind: "too_large" };
    after = page.end;
    done += page.loans.length;
    rows += page.rows;
  } while (after !== null && rows < budget.rows && clock() < budget.until);
  if (after === null) await question.finish?.(gathered);
  const to_sequence = await headOf(db, tenant);
  const progress = { from_sequence: begun?.from_sequence ?? head, to_sequence, after, done };
  if (after !== null || question.remember) {
    await writeMemo(db, tenant, question.text, progress, partsOf(gathered.save()), clock());
  } else if (begun) await dropMemo(db, tenant, question.text, clock());
  return after === null
    ? { kind: "complete", gathered, remembered: false, ...progress }
    : { kind: "unfinished", ...progress };
}

const isFresh = (memo: Memo, head: number): boolean =>
  memo.after === null && memo.from_sequence === head && memo.to_sequence === head;

const moment = ({ from_sequence, to_sequence, after, done }: Memo): Progress => ({
  from_sequence,
  to_sequence,
  after,
  done,
});

/** A text in parts that each fit a row. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += PART_CHARACTERS) {
    parts.push(text.slice(start, start + PART_CHARACTERS));
  }
  return parts;
}
