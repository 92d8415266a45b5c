import type { Database } from "../d1/session.ts";
import { readHead } from "../log.ts";
import { type LoanOnWalk, readLoans } from "./loans.ts";
import { ALL_PARTS, dropMemo, type Memo, readMemo, type WalkProgress, writeMemo } from "./memos.ts";

/** D1 limits a value to 2 MB. A UTF-16 unit takes at most three bytes of UTF-8, a surrogate pair four. */
const PART_CHARACTERS = 500_000;

/** Builds one answer from all disbursements. Its text form lets another request continue it. */
export interface Gathering {
  /** Returns false when the answer exceeds what one answer may hold. */
  readonly add: (one: LoanOnWalk) => boolean;
  readonly save: () => string;
}

/** A question over all disbursements of a tenant. */
export interface Question<G extends Gathering> {
  /** Identifies the question: the same text has the same answer at the same head of the log. */
  readonly text: string;
  readonly withCountry: boolean;
  readonly begin: () => G;
  readonly resume: (saved: string) => G;
  /** The last step, after all disbursements. */
  readonly finish?: (gathered: G) => Promise<void>;
  /** False for an answer that is stored in another form. */
  readonly remember: boolean;
}

/** How much of a walk one request may do; the next request does the rest. */
export interface Budget {
  readonly rows: number;
  readonly until: number;
}

export type Surveyed<G> =
  | ({ readonly kind: "complete"; readonly gathered: G; readonly remembered: boolean } & WalkProgress)
  | ({ readonly kind: "unfinished" } & WalkProgress)
  | { readonly kind: "too_large" };

/**
 * Answers a question from its memo if the log has not moved since. Otherwise it walks over all disbursements, or
 * continues a walk of an earlier request. Each disbursement is read at one moment. If events are committed during the
 * walk, `from_sequence` and `to_sequence` differ.
 */
export async function survey<G extends Gathering>(
  db: Database,
  tenant: string,
  question: Question<G>,
  budget: Budget,
  clock: () => number,
): Promise<Surveyed<G>> {
  const { head, memo } = await readMemo(db, tenant, { question: question.text, ...ALL_PARTS }, clock());
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
  const to_sequence = await readHead(db, tenant);
  const progress = { from_sequence: begun?.from_sequence ?? head, to_sequence, after, done };
  if (after !== null || question.remember) {
    await writeMemo(
      db,
      tenant,
      { question: question.text, about: progress, parts: partsOf(gathered.save()) },
      clock(),
    );
  } else if (begun) await dropMemo(db, tenant, question.text, clock());
  return after === null
    ? { kind: "complete", gathered, remembered: false, ...progress }
    : { kind: "unfinished", ...progress };
}

const isFresh = (memo: Memo, head: number): boolean =>
  memo.after === null && memo.from_sequence === head && memo.to_sequence === head;

const moment = ({ from_sequence, to_sequence, after, done }: Memo): WalkProgress => ({
  from_sequence,
  to_sequence,
  after,
  done,
});

/** Splits a text into parts that each fit into a row. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += PART_CHARACTERS) {
    parts.push(text.slice(start, start + PART_CHARACTERS));
  }
  return parts;
}
