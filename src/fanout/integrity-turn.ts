import { accountChanges, loanChanges } from "../domain/ledger/books.ts";
import {
  type AccountSum,
  compareAccounts,
  compareLoans,
  type Finding,
  type LoanSum,
} from "../domain/ledger/integrity.ts";
import type { Entry } from "../domain/ledger/journal.ts";
import { NO_AMOUNTS, plus } from "../domain/ledger/loan-book.ts";
import { isInTime, roundAfter, stepOf } from "../domain/ledger/round.ts";
import { recordPlace, recordRoundAfter } from "../domain/record-round.ts";
import { CALLS_OF_A_RECORD_STEP, checkRecords, type DifferingRecord } from "../reads/record-check.ts";
import type { Database } from "../store/d1/session.ts";
import { type Check, countLoans } from "../store/ledger/integrity-place.ts";
import { readAllLoans, readSnapshot, type Snapshot } from "../store/ledger/integrity-read.ts";
import { writeTurn } from "../store/ledger/integrity-write.ts";

/** The most D1 calls of one turn: read the snapshot, read all loans, count them, a step of the records, write. */
export const CALLS_OF_A_TURN_MAX = 4 + CALLS_OF_A_RECORD_STEP;

interface Turn {
  readonly mismatches: readonly Finding[];
  /** Records whose row is not what their events say. */
  readonly differing: readonly DifferingRecord[];
  /** The new state of the check. */
  readonly check: Check;
  /** The tenant has no work left at this moment. */
  readonly isDone: boolean;
}

/** Counts one D1 call and gives it a deadline. */
type Counted = <T>(work: Promise<T>) => Promise<T>;

/**
 * Adds up the next entries, compares what is complete at this moment, and takes a step of the round of loans and of that of
 * records. Null if another run or a request has moved the check meanwhile.
 */
export async function takeTurn(
  db: Database,
  tenant: string,
  check: Check,
  counted: Counted,
): Promise<Turn | null> {
  const now = Date.now();
  const step = stepOf(check, now);
  const seen = await counted(readSnapshot(db, tenant, check, step));
  const { entries, isLast, round } = seen;
  const compared = isLast ? [...compareKept(check, seen), ...compareRound(seen)] : [];
  const all = isLast && check.is_behind ? await compareAll(db, tenant, check, counted) : null;
  const last = entries.at(-1);
  const isWhole = isLast && (!check.is_behind || all !== null);
  const isCountNeeded = isLast && check.round_after === "" && round.loans.length === step;
  const loans = isCountNeeded ? await counted(countLoans(db, tenant)) : 0;
  const place = isLast ? recordPlace(check, now) : null;
  const records = place && (await checkRecords(db, tenant, place, counted));
  const after: Check = {
    ...check,
    ...(records && recordRoundAfter(check, records.next, now)),
    ...(isLast && roundAfter(check, { step, found: round.loans, loans }, now)),
    sequence: last?.sequence ?? check.sequence,
    position: last?.position ?? check.position,
    is_behind: !isWhole,
    checked_at: isWhole ? now : check.checked_at,
    checked_upto: isWhole ? (last?.sequence ?? check.sequence) : check.checked_upto,
    turns: check.turns + 1,
  };
  const found = unique([...compared, ...(all ?? [])]);
  const touched = isLast && !check.is_behind ? [...touchedBy(entries)] : [];
  const findings = {
    found,
    loans: isLast ? [...touched, ...round.loans] : [],
    areAccountsCompared: isLast,
    areAllLoansCompared: all !== null,
  };
  const isWritten = await counted(writeTurn(db, tenant, { before: check, after, entries, findings }, now));
  if (!isWritten) return null;
  const isDone = isWhole && isInTime(after, now) && after.record_category === "";
  return { mismatches: found, differing: records?.differing ?? [], check: after, isDone };
}

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(
    findings.map((one) => [JSON.stringify([one.book, one.account_code, one.currency]), one]),
  ).values(),
];

const touchedBy = (entries: readonly Entry[]): ReadonlySet<string> =>
  new Set(entries.flatMap((entry) => [...loanChanges(entry).keys()]));

/** Compares the accounts and the loans of new entries: the check's own sums, with these entries, to the kept ones. */
function compareKept(
  check: Check,
  { entries, ownAccounts, keptAccounts, ownLoans, keptLoans }: Snapshot,
): readonly Finding[] {
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
  db: Database,
  tenant: string,
  check: Check,
  counted: Counted,
): Promise<readonly Finding[] | null> {
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

/** Compares the loans of the round's step: new sums of their postings, their days, and the kept sums, at one moment. */
const compareRound = ({ round }: Snapshot): readonly Finding[] => [
  ...compareLoans(round.fromPostings, round.kept),
  ...compareLoans(round.fromDays, round.kept),
];
