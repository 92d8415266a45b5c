import { causeOf } from "../domain/core/failure.ts";
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
import { withDeadline } from "../store/d1/failure.ts";
import { type Database, openEverySession, openSession } from "../store/d1/session.ts";
import {
  type Check,
  countLoans,
  readDifferentLoans,
  readSnapshot,
  type Snapshot,
  tenantsToCheck,
  writeTurn,
} from "../store/ledger/integrity.ts";

/** The most tenants of a database that a scheduled run checks, the longest unchecked first. */
const TENANTS_MAX = 15;
/** The most turns of one run, and of one tenant in it, of about three D1 calls each. The next run does the rest. */
const TURNS_MAX = 30;
const TURNS_OF_ONE_MAX = 16;
/** The turns of a round of the loans. A week has 10,080 minutes, so a round is complete within a week. */
const ROUND_TURNS = 5_000;
const ROUND_STEP_MIN = 20;

/** Compares each tenant's kept sums with the sums of its postings (docs/ledger.md#reconciliation). Never throws. */
export async function checkIntegrity(env: Cloudflare.Env): Promise<void> {
  for (const { db } of openEverySession(env)) {
    try {
      let left = TURNS_MAX;
      for (const tenant of await withDeadline(tenantsToCheck(db, TENANTS_MAX))) {
        if (left > 0) left -= await checkTenant(env, tenant, Math.min(left, TURNS_OF_ONE_MAX));
      }
    } catch (error) {
      console.error(
        JSON.stringify({ level: "error", message: "integrity not checked", error: causeOf(error) }),
      );
    }
  }
}

/** Checks one tenant in at most `turnsMax` turns and returns how many it took. Never throws. */
export async function checkTenant(
  env: Cloudflare.Env,
  tenant: string,
  turnsMax = TURNS_OF_ONE_MAX,
): Promise<number> {
  let turns = 0;
  try {
    const { db } = await openSession(env, tenant, "first-primary");
    while (turns < turnsMax) {
      turns += 1;
      const found = await takeTurn(db, tenant);
      if (found.mismatches.length > 0) logMismatches(tenant, found.mismatches);
      if (found.isDone) break;
    }
  } catch (error) {
    console.error(
      JSON.stringify({ level: "error", message: "integrity not checked", tenant, error: causeOf(error) }),
    );
  }
  return turns;
}

const LOGGED_MAX = 20;

function logMismatches(tenant: string, mismatches: readonly Finding[]): void {
  const books = mismatches.slice(0, LOGGED_MAX);
  const entry = { level: "error", message: "ledger mismatch", tenant, mismatches: mismatches.length, books };
  console.error(JSON.stringify(entry));
}

interface Turn {
  readonly mismatches: readonly Finding[];
  readonly isDone: boolean;
}

/** Adds up the next entries, compares what is complete at this moment, and takes a step of the round of loans. */
async function takeTurn(db: Database, tenant: string): Promise<Turn> {
  const seen = await withDeadline(readSnapshot(db, tenant));
  const { check, entries, isLast, round } = seen;
  const now = Date.now();
  const compared = isLast ? compareKept(seen) : [];
  const anew = isLast ? compareRound(seen) : [];
  const last = entries.at(-1);
  // Every loan can be compared only when the own sums are complete: in a turn that adds nothing more.
  const isComplete = isLast && check.is_behind && entries.length === 0;
  const different = isComplete ? await withDeadline(readDifferentLoans(db, tenant, check)) : null;
  const all = different && compareLoans(different.own, different.kept);
  const isRoundOver = isLast && round.loans.length < Math.max(check.round_step, 1);
  const after: Check = {
    ...check,
    sequence: last?.sequence ?? check.sequence,
    position: last?.position ?? check.position,
    round_after: isRoundOver ? "" : isLast ? (round.loans.at(-1) ?? "") : check.round_after,
    round_step: isRoundOver ? stepOf(await withDeadline(countLoans(db, tenant))) : check.round_step,
    is_behind: !isLast || (check.is_behind && all === null),
    checked_at: isLast ? now : check.checked_at,
    checked_upto: isLast ? (last?.sequence ?? check.sequence) : check.checked_upto,
    turns: check.turns + 1,
  };
  const found = unique([...compared, ...anew, ...(all ?? [])]);
  const touched = isLast && !check.is_behind ? [...touchedBy(entries)] : [];
  const findings = {
    found,
    loans: isLast ? [...touched, ...round.loans] : [],
    areAccountsCompared: isLast,
    areAllLoansCompared: all !== null,
  };
  await withDeadline(writeTurn(db, tenant, check, after, entries, findings, now));
  return { mismatches: found, isDone: isLast && !after.is_behind };
}

const stepOf = (loans: number): number => Math.max(ROUND_STEP_MIN, Math.ceil(loans / ROUND_TURNS));

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(
    findings.map((one) => [JSON.stringify([one.book, one.account_code, one.currency]), one]),
  ).values(),
];

const touchedBy = (entries: readonly Entry[]): ReadonlySet<string> =>
  new Set(entries.flatMap((entry) => [...loanChanges(entry).keys()]));

/** Compares the accounts and the loans of new entries: the check's own sums, with these entries, to the kept ones. */
function compareKept({
  check,
  entries,
  ownAccounts,
  keptAccounts,
  ownLoans,
  keptLoans,
}: Snapshot): readonly Finding[] {
  const added: readonly AccountSum[] = entries.flatMap(accountChanges);
  const accounts = compareAccounts([...ownAccounts, ...added], keptAccounts);
  if (check.is_behind) return accounts;
  return [...accounts, ...compareLoans(withEntries(ownLoans, entries), keptLoans)];
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
