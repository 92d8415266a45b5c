import { clientOf } from "../domain/position/facts.ts";
import type { Database } from "../store/d1/session.ts";
import { type LoanOnWalk, readLoans } from "../store/position/loans.ts";
import {
  dropMemo,
  headOf,
  type Memo,
  readMemo,
  type WalkProgress,
  writeMemo,
} from "../store/position/memos.ts";
import { pastLoans } from "./known-at.ts";

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

/** What one request does of a long walk: so many rows, and time that leaves room below the deadline of a read. */
const ROWS_MAX = 500_000;
const WALK_MS = 4_000;
/** Days whose figures cost as much as it costs to read the rows. */
const DAYS_OF_A_READ = 20;

export const budgetFrom = (now: number, days = 1): Budget => ({
  rows: Math.floor((ROWS_MAX * DAYS_OF_A_READ) / (DAYS_OF_A_READ + days)),
  until: now + WALK_MS,
});

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

const moment = ({ from_sequence, to_sequence, after, done }: Memo): WalkProgress => ({
  from_sequence,
  to_sequence,
  after,
  done,
});

/** Splits a text into parts that each fit into a row. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += PART_CHARACTERS) {
    parts.push(text.slice(start, start + PART_CHARACTERS));
  }
  return parts;
}

/** Answers a question about what the log knew at a sequence; what it knew then never changes. */
export async function surveyPast<G extends Gathering>(
  db: Database,
  tenant: string,
  question: Question<G>,
  sequence: number,
): Promise<Surveyed<G>> {
  const moment = { from_sequence: sequence, to_sequence: sequence, after: null };
  const { memo } = await readMemo(db, tenant, question.text, Date.now());
  if (memo) {
    const gathered = question.resume(memo.parts.join(""));
    return { kind: "complete", gathered, remembered: true, ...moment, done: memo.done };
  }
  const past = await pastLoans(db, tenant, { upto: sequence });
  const loans = past.loans();
  const gathered = question.begin();
  for (const loan of loans) {
    const country = past.countryOf(clientOf(loan.disbursement));
    if (!gathered.add({ loan, country })) return { kind: "too_large" };
  }
  const progress = { ...moment, done: loans.length };
  await writeMemo(db, tenant, question.text, progress, partsOf(gathered.save()), Date.now());
  return { kind: "complete", gathered, remembered: false, ...progress };
}
