import { addNeeds, type Command, type Needs, noNeeds } from "../domain/command.ts";
import type { Head } from "../domain/core/event.ts";
import type { DayBook } from "../domain/ledger/loan-book.ts";
import { type LedgerLoan, type LedgerState, noLedgerState } from "../domain/ledger/state.ts";
import { CATEGORIES, type Category } from "../domain/tape/fields.ts";
import type { RecordState, Stored } from "../domain/tape/state.ts";
import type { Loaded } from "../store/load.ts";
import { BoundedMap } from "./bounded-map.ts";
import type { Plan } from "./plan.ts";

/** Bytes that a gate's memory takes, roughly: an isolate has 128 MB and may hold dozens of gates. */
const MEMORY_BYTES_MAX = 4_000_000;

interface RememberedLoan {
  readonly loan: LedgerLoan;
  readonly book: DayBook;
}

/** A bank account that exists; how many there are is not remembered. */
const BANK = { exists: true } as const;

const recordKey = (category: Category, id: string) => `${category} ${id}`;
const loanKey = (loan_id: string) => `loan ${loan_id}`;
const bankKey = (bank_account_ref: string) => `bank ${bank_account_ref}`;

/**
 * What a gate remembers of its tenant's last load or commit: the head of the log, and some records and loans as of that
 * head (docs/design.md#one-round-trip). The gate is the only writer, so it may decide on them without a load, if the commit is void
 * should the log no longer end at that head. What is not remembered is unknown, never absent.
 */
export class GateMemory {
  #head: Head | null = null;
  readonly #known = new BoundedMap<Stored<object> | RememberedLoan | typeof BANK>(MEMORY_BYTES_MAX, weightOf);

  /**
   * What deciding the group needs, or null when something of it is not remembered. A record that one of the commands
   * creates need not be: it counts as absent, and the commit, a plain INSERT, is void if it is there.
   */
  recall(commands: readonly Command[], now: number): Loaded | null {
    if (this.#head === null) return null;
    const needs = noNeeds();
    const made = new Set<string>();
    const state: RecordState = emptyState();
    for (const command of commands) {
      const own = noNeeds();
      addNeeds(own, command, now);
      if (command.type === "ingest" && command.step === "create")
        made.add(recordKey(command.category, command.id));
      if (!this.#recallRecords(own, made, state)) return null;
      addNeeds(needs, command, now);
    }
    const ledger = this.#recallLedger(needs);
    return ledger && { head: this.#head, seen: [], state, ledger };
  }

  /** Adds the records that one command needs; false when one is neither remembered nor made in the group. */
  #recallRecords(needs: Needs, made: ReadonlySet<string>, state: RecordState): boolean {
    for (const category of CATEGORIES) {
      for (const id of needs[category]) {
        if (state[category].has(id)) continue;
        const stored = this.#record(category, id);
        if (stored) (state[category] as Map<string, unknown>).set(id, stored);
        else if (!made.has(recordKey(category, id))) return false;
        if (stored && !this.#recallParent(stored, made, state)) return false;
      }
    }
    return true;
  }

  /** A command on a payment or an operation looks at the disbursement that it belongs to. */
  #recallParent(child: Stored<object>, made: ReadonlySet<string>, state: RecordState): boolean {
    const { record } = child as Stored<{ readonly disbursement_id?: string }>;
    const id = record.disbursement_id;
    if (id === undefined || state.disbursement.has(id)) return true;
    const parent = this.#record("disbursement", id);
    if (!parent) return made.has(recordKey("disbursement", id));
    state.disbursement.set(id, parent as never);
    return true;
  }

  #record(category: Category, id: string): Stored<object> | undefined {
    return this.#known.get(recordKey(category, id)) as Stored<object> | undefined;
  }

  /** Loans with their books, and bank accounts. Whatever else a ledger command needs is read each time. */
  #recallLedger({ ledger: { loans, banks, ...others } }: Needs): LedgerState | null {
    if (Object.values(others).some(({ size }) => size > 0)) return null;
    const state = noLedgerState();
    for (const ref of banks) {
      if (!this.#known.get(bankKey(ref))) return null;
      state.banks.known.add(ref);
    }
    for (const [loan_id, day] of loans) {
      const known = this.#known.get(loanKey(loan_id)) as RememberedLoan | undefined;
      // An unknown loan counts as absent: a posting opens it with a plain INSERT, or is refused, which is not done here.
      if (!known) continue;
      if (known.book.from > day) return null;
      state.loans.set(loan_id, known.loan);
      state.books.set(loan_id, known.book);
    }
    return state;
  }

  /** Takes over what a group was decided on, as its commands have left it: `plan` is written by now. */
  learn({ head, state, ledger }: Loaded, plan: Plan): void {
    const isSameLog = this.#head?.event_id === head.event_id && this.#head.sequence === head.sequence;
    if (!isSameLog) this.forget();
    // The payments of a loan that changed hands are not all in sight.
    if (plan.writes.reassigned.size > 0) this.#known.clear();
    const { sequence, event_id, created_at } = plan.head;
    this.#head = { sequence, event_id, created_at };
    for (const category of CATEGORIES) {
      for (const [id, stored] of state[category]) this.#known.set(recordKey(category, id), stored);
    }
    for (const [loan_id, loan] of ledger.loans) {
      const book = ledger.books.get(loan_id);
      if (book && "later" in book) this.#known.set(loanKey(loan_id), { loan, book });
      // What one row tells of a loan is good for one command, and what was remembered of the loan is no longer true.
      else this.#known.delete(loanKey(loan_id));
    }
    for (const ref of ledger.banks.known) this.#known.set(bankKey(ref), BANK);
  }

  forget(): void {
    this.#head = null;
    this.#known.clear();
  }
}

const emptyState = (): RecordState => ({
  client: new Map(),
  disbursement: new Map(),
  payment: new Map(),
  operation: new Map(),
});

const BYTES_OF_ANY = 600;
const BYTES_OF_A_DAY = 200;

function weightOf(remembered: Stored<object> | RememberedLoan | typeof BANK): number {
  if ("exists" in remembered) return BYTES_OF_ANY;
  if ("book" in remembered) return BYTES_OF_ANY + remembered.book.later.length * BYTES_OF_A_DAY;
  let bytes = BYTES_OF_ANY;
  for (const value of Object.values(remembered.record)) {
    if (typeof value === "string") bytes += 2 * value.length;
    else if (Array.isArray(value)) bytes += 300 * value.length;
  }
  return bytes;
}
