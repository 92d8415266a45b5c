import {
  type FigurePlace,
  type FigureWalk,
  figurePlace,
  figureWalkAfter,
  figureWalkAt,
} from "../domain/figure-walk.ts";
import { accountChanges, loanChanges } from "../domain/ledger/books.ts";
import {
  type AccountSum,
  compareAccounts,
  compareLoans,
  type LoanSum,
  type PlacedFinding,
} from "../domain/ledger/integrity.ts";
import type { Entry } from "../domain/ledger/journal.ts";
import { NO_AMOUNTS, plus } from "../domain/ledger/loan-book.ts";
import { isInTime, roundAfter, stepOf } from "../domain/ledger/round.ts";
import { recordPlace, recordRoundAfter } from "../domain/record-round.ts";
import { CALLS_OF_A_RECORD_STEP, checkRecords, type DifferingRecord } from "../reads/record-check.ts";
import type { Database } from "../store/d1/session.ts";
import { CALLS_OF_A_FIGURE_STEP, type ComparedFigures, compareFigures } from "../store/integrity/walk.ts";
import { type Check, countLoans } from "../store/ledger/integrity-place.ts";
import { readAllLoans, readSnapshot, type Snapshot } from "../store/ledger/integrity-read.ts";
import { type LoanRange, writeTurn } from "../store/ledger/integrity-write.ts";

/** The most D1 calls of one turn: read the snapshot, read all loans, count them, a step of each walk, write. */
export const CALLS_OF_A_TURN_MAX = 4 + CALLS_OF_A_RECORD_STEP + CALLS_OF_A_FIGURE_STEP;

interface Turn {
  readonly mismatches: readonly PlacedFinding[];
  /** Records whose row is not what their events say. */
  readonly differing: readonly DifferingRecord[];
  /** The new state of the check. */
  readonly check: Check;
  /** The tenant has no work left at this moment. */
  readonly isDone: boolean;
}

/** Counts one D1 call and gives it a deadline. */
type Counted = <T>(work: Promise<T>) => Promise<T>;

/** A tenant's database, with the count of the calls. */
interface On {
  readonly db: Database;
  readonly tenant: string;
  readonly counted: Counted;
}

/**
 * Adds up the next entries, compares what is complete at this moment, and takes a step of the round of loans, of the walk
 * over the figures and of that over the records. Null if another run or a request has moved the check meanwhile.
 */
export async function takeTurn(
  db: Database,
  tenant: string,
  check: Check,
  counted: Counted,
): Promise<Turn | null> {
  const on = { db, tenant, counted };
  const now = Date.now();
  const step = stepOf(check, now);
  const seen = await counted(readSnapshot(db, tenant, check, step));
  const { isLast } = seen;
  const walk = isLast ? await walkFigures(on, figureWalkAt(check, now)) : null;
  const isWalkOver = walk?.after.figure_step === "";
  const isAllNeeded = isLast && check.is_behind && isWalkOver;
  const all = isAllNeeded ? await compareAll(on, check) : null;
  const isWhole = isLast && (!check.is_behind || all !== null);
  const isCountNeeded = isLast && check.round_after === "" && !seen.round.isEnd;
  const loans = isCountNeeded ? await counted(countLoans(db, tenant)) : 0;
  const place = isLast ? recordPlace(check, now) : null;
  const records = place && (await checkRecords(db, tenant, place, counted));
  const last = seen.entries.at(-1);
  const after: Check = {
    ...check,
    ...(records && recordRoundAfter(check, records.next, now)),
    ...(isLast && roundAfter(check, { isEnd: seen.round.isEnd, found: seen.round.loans, loans }, now)),
    ...walk?.after,
    sequence: last?.sequence ?? check.sequence,
    position: last?.position ?? check.position,
    is_behind: !isWhole,
    checked_at: isWhole ? now : check.checked_at,
    checked_upto: isWhole ? (last?.sequence ?? check.sequence) : check.checked_upto,
    turns: check.turns + 1,
  };
  const findings = findingsOf({ check, seen, walk, all });
  const turn = { before: check, after, entries: seen.entries, findings };
  const isWritten = await counted(writeTurn(db, tenant, turn, now));
  if (!isWritten) return null;
  const isDone = isWhole && isInTime(after, now) && after.record_category === "" && after.figure_step === "";
  const mismatches = [...findings.bySums, ...findings.byLoans, ...(findings.byStep?.found ?? [])];
  return { mismatches: unique(mismatches), differing: records?.differing ?? [], check: after, isDone };
}

/** A step of the walk over the figures. */
interface Walked extends ComparedFigures {
  readonly place: FigurePlace;
  readonly after: FigureWalk;
}

async function walkFigures(
  { db, tenant, counted }: On,
  { figure_step, figure_after, figure_walk_at }: FigureWalk,
): Promise<Walked | { readonly after: FigureWalk; readonly place: null }> {
  const walk = { figure_step, figure_after, figure_walk_at };
  const place = figurePlace(walk);
  if (!place) return { after: walk, place };
  const compared = await compareFigures(db, tenant, place, counted);
  return { ...compared, place, after: figureWalkAfter(walk, place.step, compared.end) };
}

/** All that a turn compared, and what it found. */
function findingsOf({
  check,
  seen,
  walk,
  all,
}: {
  readonly check: Check;
  readonly seen: Snapshot;
  readonly walk: Awaited<ReturnType<typeof walkFigures>> | null;
  readonly all: readonly PlacedFinding[] | null;
}) {
  const { entries, isLast, round } = seen;
  const walked = walk?.place ? walk : null;
  const ofLoans = walked?.place.step === "loans" ? walked : null;
  const [from = ""] = ofLoans?.place.after ?? [];
  return {
    bySums: isLast ? [...compareKept(check, seen), ...(all ?? [])] : [],
    byLoans: isLast ? [...round.findings, ...(ofLoans?.findings ?? [])] : [],
    byStep:
      walked && !ofLoans
        ? { step: walked.place.step, found: walked.findings, isEnd: walked.end === null }
        : null,
    touched: isLast && !check.is_behind ? [...touchedBy(entries)] : [],
    compared: [
      ...(isLast ? [rangeOf(check.round_after, round.loans, round.isEnd)] : []),
      ...(ofLoans ? [rangeOf(String(from), ofLoans.loans, ofLoans.end === null)] : []),
    ],
    areAccountsCompared: isLast,
    areAllLoansCompared: all !== null,
  };
}

/** The loans of a step: behind `after`, up to the last one, or all that follow. */
const rangeOf = (after: string, loans: readonly string[], isEnd: boolean): LoanRange => ({
  after,
  end: isEnd ? null : (loans.at(-1) ?? after),
});

const unique = (findings: readonly PlacedFinding[]): readonly PlacedFinding[] => [
  ...new Map(findings.map((one) => [JSON.stringify({ ...one, place: null }), one])).values(),
];

const touchedBy = (entries: readonly Entry[]): ReadonlySet<string> =>
  new Set(entries.flatMap((entry) => [...loanChanges(entry).keys()]));

/** Compares the accounts and the loans of new entries: the check's own sums, with these entries, to the kept ones. */
function compareKept(
  check: Check,
  { entries, ownAccounts, keptAccounts, ownLoans, keptLoans }: Snapshot,
): readonly PlacedFinding[] {
  const added: readonly AccountSum[] = entries.flatMap(accountChanges);
  const accounts = compareAccounts([...ownAccounts, ...added], keptAccounts);
  if (check.is_behind) return accounts;
  return [...accounts, ...compareLoans(withEntries(ownLoans, entries), keptLoans)];
}

/**
 * Compares every loan: the own sums, with the entries that they lack at that moment, to the kept ones. So a tenant that
 * never pauses is compared like any other. Null if more entries came than one turn adds up.
 */
async function compareAll(
  { db, tenant, counted }: On,
  check: Check,
): Promise<readonly PlacedFinding[] | null> {
  const { entries, isLast, own, kept } = await counted(readAllLoans(db, tenant, check));
  return isLast ? compareLoans(withEntries(own, entries), kept) : null;
}

function withEntries(own: readonly LoanSum[], entries: readonly Entry[]): readonly LoanSum[] {
  const sums = new Map(own.map((sum) => [JSON.stringify([sum.loan_id, sum.currency]), sum]));
  for (const entry of entries) {
    const { currency } = entry;
    for (const [loan_id, changes] of loanChanges(entry)) {
      const key = JSON.stringify([loan_id, currency]);
      sums.set(key, { loan_id, currency, amounts: plus(sums.get(key)?.amounts ?? NO_AMOUNTS, changes) });
    }
  }
  return [...sums.values()];
}
