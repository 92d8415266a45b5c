import {
  borrowerPerson,
  clientPerson,
  type DraftEvent,
  eventOf,
  type RequestOfEvent,
  type Stamp,
} from "../core/event.ts";
import { addBank } from "./bank.ts";
import type { LedgerCommand } from "./decide.ts";
import type { Entry, EntryPlace } from "./journal.ts";
import { type Mark, markKey } from "./marks.ts";
import {
  applyAccrued,
  applyEntry,
  type BankBalance,
  type LedgerLoan,
  type LedgerState,
  type Posted,
} from "./state.ts";

/** All that one group of accepted ledger commands writes. */
export interface LedgerWrites {
  readonly entries: Entry[];
  /** Loans that the ledger did not know before. */
  readonly loans: Map<string, LedgerLoan>;
  /** Facts that changed, by `markKey`: the entry that each now depends on, or null if it no longer holds. */
  readonly marks: Map<string, { readonly mark: Mark; readonly held: EntryPlace | null }>;
  /** What changes of the remainders of loans, in units of 10^-12 minor units. */
  readonly remainders: Map<string, { readonly currency: string; readonly change: bigint }>;
  /** New bank accounts and their numbers, counted from 1. */
  readonly banks: Map<string, number>;
  readonly bankBalances: Map<string, BankBalance & Pick<Stamp, "sequence" | "now">>;
}

export const noLedgerWrites = (): LedgerWrites => ({
  entries: [],
  loans: new Map(),
  marks: new Map(),
  remainders: new Map(),
  banks: new Map(),
  bankBalances: new Map(),
});

/** Adds what is posted to the state, so that the group's next command sees it, and to the writes of the commit. */
export function applyPosted(
  state: LedgerState,
  writes: LedgerWrites,
  posted: Posted,
  { sequence, now }: Stamp,
): void {
  const { entries, bankBalance } = posted;
  for (const entry of entries) {
    for (const { loan } of entry.postings) {
      if (!loan || state.loans.has(loan.loan_id)) continue;
      writes.loans.set(loan.loan_id, {
        borrower_id: loan.borrower_id,
        currency: entry.currency,
        follows_records: false,
      });
    }
    const { added, removed } = applyEntry(state, entry);
    release(writes, removed);
    for (const mark of added) writes.marks.set(markKey(mark), { mark, held: entry });
    writes.entries.push(entry);
    // A reversal names the bank account of its entry, which exists and was not loaded.
    if (entry.bank_account_ref !== null && !entry.reverses) applyBank(state, writes, entry.bank_account_ref);
  }
  writeAccrued(state, writes, posted);
  if (!bankBalance) return;
  const { bank_account_ref, currency, as_of_date } = bankBalance;
  applyBank(state, writes, bank_account_ref);
  const key = JSON.stringify([bank_account_ref, currency, as_of_date]);
  writes.bankBalances.set(key, { ...bankBalance, sequence, now });
}

function release({ marks }: LedgerWrites, removed: readonly Mark[]): void {
  for (const mark of removed) marks.set(markKey(mark), { mark, held: null });
}

function writeAccrued(state: LedgerState, writes: LedgerWrites, posted: Posted): void {
  const { added, removed, remainders } = applyAccrued(state, posted);
  release(writes, removed);
  for (const mark of added) writes.marks.set(markKey(mark), { mark, held: mark.accrued });
  for (const [loan_id, more] of remainders) {
    const change = (writes.remainders.get(loan_id)?.change ?? 0n) + more;
    writes.remainders.set(loan_id, { currency: state.loans.get(loan_id)?.currency ?? "", change });
  }
}

function applyBank({ banks }: LedgerState, writes: LedgerWrites, bank_account_ref: string): void {
  if (addBank(banks, bank_account_ref)) writes.banks.set(bank_account_ref, banks.count);
}

/** The only person on the entries' loans: the borrower, or the client of a loan that follows its records. */
function personOf({ loans, clients }: LedgerState, entries: readonly Entry[]): string | null {
  const parties = entries.flatMap(({ postings }) => postings.flatMap(({ loan }) => loan ?? []));
  const persons = parties.map(({ loan_id, borrower_id }) =>
    loans.get(loan_id)?.follows_records
      ? clientPerson(clients.get(loan_id) ?? null)
      : borrowerPerson(borrower_id),
  );
  const [first = null, ...others] = new Set(persons);
  return others.length === 0 ? first : null;
}

/** The event of a ledger command. It keeps the answer, because a replay returns the same body. */
export function ledgerEvent(
  state: LedgerState,
  command: LedgerCommand,
  { entries, bankBalance, settles, answer }: Posted,
  { stamp, request }: { readonly stamp: Stamp; readonly request: RequestOfEvent },
): DraftEvent {
  return eventOf(stamp, request, {
    category: "ledger",
    step: command.type,
    record_id: entries[0]?.journal_entry_id ?? bankBalance?.bank_account_ref ?? stamp.event_id,
    about: personOf(state, entries),
    ...(settles ? { facts: { settles_entry_ids: settles } } : {}),
    answer: JSON.stringify(answer),
  });
}
