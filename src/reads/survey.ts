import type { LogPlace } from "../domain/core/event.ts";
import type { ReportDimensions } from "../domain/core/settings.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import type { WantedAttributes } from "../domain/position/attributes.ts";
import type { SelectableLoan } from "../domain/position/from-records.ts";
import type { Database } from "../store/d1/session.ts";
import {
  dropMemo,
  headOf,
  MEMO_BYTES_MAX,
  type Memo,
  type MemoKey,
  readMemo,
  renewMemo,
  type WalkProgress,
  writeMemo,
} from "../store/position/memos.ts";
import { PackedWalk } from "./packed-walk.ts";
import { loansAfter } from "./past-loans.ts";

/** A UTF-16 unit takes at most three bytes of UTF-8, so a part is below a megabyte. */
const PART_CHARACTERS = 330_000;
/** A finished answer that is larger is not kept. */
const ANSWER_BYTES_MAX = 256_000;

/** The parts of a memo that hold what was gathered so far. */
export interface Saved {
  /** True when they follow those that were saved before, false when they take their place. */
  readonly follows: boolean;
  readonly parts: readonly string[];
}

/** Builds one answer from all disbursements. Its saved form lets another request continue it. */
export interface Gathering {
  /** Returns false when the answer exceeds what one answer may hold. */
  readonly add: (one: SelectableLoan) => boolean;
  /** Once the walk is complete, only what the answer needs. */
  readonly save: (isComplete: boolean) => Saved;
}

/** A question over all disbursements of a tenant. */
export interface Question<G extends Gathering> {
  /** Identifies the question: the same text has the same answer at the same head of the log. */
  readonly text: string;
  readonly wanted: WantedAttributes;
  /** The sequence up to which the log is folded, null for the records as they are. */
  readonly known: number | null;
  readonly begin: () => G;
  readonly resume: (parts: readonly string[]) => G;
  /** The last step, after all disbursements. */
  readonly finish?: (gathered: G) => Promise<void>;
  /** The members of `info` with which facts are packed; null for a question that needs more than packed facts. */
  readonly packing: ReportDimensions | null;
  /** False for an answer that is kept in another form. */
  readonly keep: boolean;
}

/** What one request does of a long walk: rows, and time that leaves room below the deadline of a read. */
const ROWS_MAX = 500_000;
const WALK_MS = 4_000;
/** Days whose figures cost as much as it costs to read the rows. */
const DAYS_OF_A_READ = 20;

export type Surveyed<G> =
  | ({ readonly kind: "complete"; readonly gathered: G } & WalkProgress)
  | ({ readonly kind: "unfinished" } & WalkProgress)
  | { readonly kind: "too_large" };

/**
 * Answers a question from its memo if the log has not moved since, or the question is about the past. Otherwise it walks
 * over all disbursements, or continues a walk of an earlier request. Each disbursement is read at one moment. If events
 * are committed during a walk over the present, `from_sequence` and `to_sequence` differ. `days` are those as of which
 * each disbursement is examined.
 */
export async function survey<G extends Gathering>(
  db: Database,
  tenant: string,
  question: Question<G>,
  days = 1,
): Promise<Surveyed<G>> {
  const until = Date.now() + WALK_MS;
  const rowsMax = Math.floor((ROWS_MAX * DAYS_OF_A_READ) / (DAYS_OF_A_READ + days));
  const { known } = question;
  const key = { tenant, question: question.text };
  const { head, memo } = await readMemo(db, key, Date.now());
  if (memo && (known === null ? isFresh(memo, head) : memo.after === null)) {
    await renewMemo(db, key, memo, Date.now());
    return { kind: "complete", gathered: question.resume(memo.parts), ...moment(memo) };
  }
  const place = { db, key, was: memo };
  const begun = memo !== null && memo.after !== null ? memo : null;
  const nextPage = await pagesOf(db, tenant, question);
  const gathered = begun ? question.resume(begun.parts) : question.begin();
  let after: string | null = begun?.after ?? "";
  let done = begun?.done ?? 0;
  let rows = 0;
  do {
    const page = await nextPage(after);
    if (page === "too_large" || !page.loans.every((one) => gathered.add(one))) return tooLarge(place);
    after = page.end;
    done += page.loans.length;
    rows += page.rows;
  } while (after !== null && rows < rowsMax && Date.now() < until);
  if (after === null) await question.finish?.(gathered);
  const begin = begun?.heads[0] ?? head;
  const end = known === null ? await headOf(db, tenant) : begin;
  const from_sequence = known ?? begin.sequence;
  const progress = { from_sequence, to_sequence: known ?? end.sequence, heads: [begin, end], after, done };
  if (after === null) {
    if (!(question.keep && (await keep(place, progress, gathered.save(true)))) && memo) {
      await dropMemo(db, key);
    }
    return { kind: "complete", gathered, ...progress };
  }
  const isWritten = await continueLater(place, progress, gathered.save(false));
  return isWritten ? { kind: "unfinished", ...progress } : tooLarge(place);
}

/** What an earlier request has gathered leads to no answer. */
async function tooLarge({ db, key, was }: MemoPlace): Promise<{ readonly kind: "too_large" }> {
  if (was) await dropMemo(db, key);
  return { kind: "too_large" };
}

/** How a walk reads on: the past from the log, the present from packed facts or from the records. */
async function pagesOf<G extends Gathering>(db: Database, tenant: string, question: Question<G>) {
  const { known, packing } = question;
  if (known !== null || packing === null) return (after: string) => loansAfter(db, tenant, after, question);
  const walk = await PackedWalk.open(db, tenant, packing);
  return (after: string) => walk.after(after);
}

/** Where a question's memo is, and the version that was read. */
interface MemoPlace {
  readonly db: Database;
  readonly key: MemoKey;
  readonly was: Memo | null;
}

/** Keeps a finished answer unless it is large: false. */
async function keep({ db, key, was }: MemoPlace, about: WalkProgress, saved: Saved) {
  if (saved.follows || bytesOfParts(saved) > ANSWER_BYTES_MAX) return false;
  await writeMemo(db, key, { about, was, first: 1, parts: saved.parts }, Date.now());
  return true;
}

/** Saves an unfinished walk unless it is larger than all memos of a tenant may be: false. */
async function continueLater({ db, key, was }: MemoPlace, about: WalkProgress, { follows, parts }: Saved) {
  const before = was?.after != null && follows ? was.parts : [];
  if (bytesOfParts({ parts: [...before, ...parts] }) > MEMO_BYTES_MAX) return false;
  await writeMemo(db, key, { about, was, first: 1 + before.length, parts }, Date.now());
  return true;
}

const bytesOfParts = ({ parts }: Pick<Saved, "parts">): number =>
  parts.reduce((sum, part) => sum + utf8Length(part), 0);

const isFresh = (memo: Memo, { sequence, event_id }: LogPlace): boolean =>
  memo.after === null && memo.heads.every((head) => head.sequence === sequence && head.event_id === event_id);

const moment = ({ from_sequence, to_sequence, heads, after, done }: Memo): WalkProgress => ({
  from_sequence,
  to_sequence,
  heads,
  after,
  done,
});

/** What was gathered as one text, in parts that each fit into a row. A surrogate pair stays in one part. */
export function savedWhole(text: string): Saved {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + PART_CHARACTERS;
    const cut = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
    parts.push(text.slice(start, cut));
    start = cut;
  }
  return { follows: false, parts };
}
