import {
  type BookedLoan,
  type BookedPart,
  type Bookkeeping,
  type BooksState,
  recordKey as bookedKey,
  isBooked,
  noBooksState,
} from "../domain/bookkeeping/booked.ts";
import { addNeeds, type Command, type Needs, noNeeds } from "../domain/command.ts";
import type { Head } from "../domain/core/event.ts";
import { ledgerLoanId } from "../domain/core/uuid.ts";
import type { DayBook } from "../domain/ledger/loan-book.ts";
import { type LedgerLoan, type LedgerState, noLedgerState } from "../domain/ledger/state.ts";
import { CATEGORY_NAMES, perCategory } from "../domain/tape/categories.ts";
import type { Category } from "../domain/tape/fields.ts";
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

/** What the books hold of a payment. */
interface RememberedParts {
  readonly parts: readonly BookedPart[];
}

/** A bank account that exists; how many there are is not remembered. */
const BANK = { exists: true } as const;

const recordKey = (category: Category, id: string) => `${category} ${id}`;
const loanKey = (loan_id: string) => `loan ${loan_id}`;
const partsKey = (payment_id: string) => `parts ${payment_id}`;
const bookedLoanKey = (disbursement_id: string) => `booked ${disbursement_id}`;
const bankKey = (bank_account_ref: string) => `bank ${bank_account_ref}`;

/**
 * What a gate remembers of its tenant's last load or commit: the head of the log, and some records and loans as of that
 * head (docs/design.md#one-round-trip). The gate is the only writer, so it may decide on them without a load, if the commit is void
 * should the log no longer end at that head. What is not remembered is unknown, never absent.
 */
export class GateMemory {
  #head: Head | null = null;
  #bookkeeping: (Bookkeeping & Pick<BooksState, "namespace">) | null = null;
  readonly #known = new BoundedMap<Remembered>(MEMORY_BYTES_MAX, weightOf);

  /** False where it is known that the tenant's books do not come from its records. */
  get mayBook(): boolean {
    return this.#bookkeeping?.mode !== "off";
  }

  /**
   * What deciding the group needs, or null when something of it is not remembered. A record that one of the commands
   * creates need not be: it counts as absent, and the commit, a plain INSERT, is void if it is there.
   */
  recall(commands: readonly Command[], now: number): Loaded | null {
    if (this.#head === null || this.#bookkeeping === null) return null;
    const made = new Set<string>();
    const state: RecordState = perCategory(() => new Map());
    const ledger = noLedgerState();
    for (const command of commands) {
      const needs = noNeeds();
      addNeeds(needs, command, now);
      if (command.type === "ingest" && command.step === "create")
        made.add(recordKey(command.category, command.id));
      if (!this.#recallRecords(needs, made, state) || !this.#recallLedger(needs, ledger)) return null;
    }
    const books = noBooksState(this.#bookkeeping, this.#bookkeeping.namespace);
    if (books.mode === "records" && !commands.every((one) => this.#recallBooks(one, made, state, books))) {
      return null;
    }
    return { head: this.#head, seen: [], state, ledger, books };
  }

  /** Adds the records that one command needs; false when one is neither remembered nor made in the group. */
  #recallRecords(needs: Needs, made: ReadonlySet<string>, state: RecordState): boolean {
    for (const category of CATEGORY_NAMES) {
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

  /**
   * What booking one command looks at. What the books hold of a disbursement is read each time, unless the group creates
   * it: its terms, its parts and its settlement are many, and change seldom.
   */
  #recallBooks(command: Command, made: ReadonlySet<string>, state: RecordState, books: BooksState): boolean {
    if (command.type === "opening") return false;
    if (command.type !== "ingest" || !isBooked(command.category)) return true;
    const { category, id, step, change } = command;
    if (category === "disbursement") {
      if (step !== "create" && !made.has(recordKey(category, id))) return false;
      return state.disbursement.has(id) ? false : this.#recallBookedLoan(id, made, books);
    }
    const stored = state.payment.get(id);
    // One that the group creates has nothing in the books: its plain INSERT says so.
    if (!stored) books.parts.set(bookedKey(category, id), []);
    else {
      const known = this.#known.get(partsKey(id)) as RememberedParts | undefined;
      if (!known) return false;
      books.parts.set(bookedKey(category, id), known.parts);
      const loans = [stored.record.disbursement_id, ...known.parts.map((part) => part.disbursement_id)];
      if (!loans.every((one) => this.#recallBookedLoan(one, made, books))) return false;
    }
    const named = change.disbursement_id;
    return typeof named !== "string" || this.#recallBookedLoan(named, made, books);
  }

  /** A loan of a disbursement that the group creates counts as absent from the ledger: it is opened by a plain INSERT. */
  #recallBookedLoan(disbursement_id: string, made: ReadonlySet<string>, books: BooksState): boolean {
    const known = this.#known.get(bookedLoanKey(disbursement_id)) as BookedLoan | undefined;
    if (known) books.loans.set(disbursement_id, known);
    else if (made.has(recordKey("disbursement", disbursement_id))) {
      books.asked.add(ledgerLoanId(books.namespace, disbursement_id));
    }
    return known !== undefined || made.has(recordKey("disbursement", disbursement_id));
  }

  /**
   * Adds the loans with their books, and the bank accounts, that one command needs; false when that is not enough.
   * Whatever else a ledger command needs is read each time.
   */
  #recallLedger({ ledger: { loans, banks, ...others } }: Needs, state: LedgerState): boolean {
    if (Object.values(others).some(({ size }) => size > 0)) return false;
    for (const ref of banks) {
      if (!this.#known.get(bankKey(ref))) return false;
      state.banks.known.add(ref);
    }
    for (const [loan_id, day] of loans) {
      const known = this.#known.get(loanKey(loan_id)) as RememberedLoan | undefined;
      // An unknown loan counts as absent: a posting opens it with a plain INSERT, or is refused, which is not done here.
      if (!known) continue;
      if (known.book.from > day) return false;
      state.loans.set(loan_id, known.loan);
      state.books.set(loan_id, known.book);
    }
    return true;
  }

  /** Takes over what a group was decided on, as its commands have left it: `plan` is written by now. */
  learn({ head, state, ledger, books }: Loaded, plan: Plan): void {
    const isSameLog = this.#head?.event_id === head.event_id && this.#head.sequence === head.sequence;
    if (!isSameLog || this.#bookkeeping?.version !== books.version) this.forget();
    const { mode, version, namespace } = books;
    this.#bookkeeping = { mode, version, namespace };
    // The payments of a loan that changed hands are not all in sight.
    if (plan.writes.reassigned.size > 0) this.#known.clear();
    const { sequence, event_id, created_at } = plan.head;
    this.#head = { sequence, event_id, created_at };
    for (const category of CATEGORY_NAMES) {
      for (const [id, stored] of state[category]) this.#known.set(recordKey(category, id), stored);
    }
    for (const [loan_id, loan] of ledger.loans) {
      const book = ledger.books.get(loan_id);
      // Nothing is decided on the balances of a loan that follows its records.
      if (book && "later" in book && !loan.follows_records) this.#known.set(loanKey(loan_id), { loan, book });
      // What one row tells of a loan is good for one command, and what was remembered of the loan is no longer true.
      else this.#known.delete(loanKey(loan_id));
    }
    for (const ref of ledger.banks.known) this.#known.set(bankKey(ref), BANK);
    if (mode === "off") return;
    for (const [id, loan] of books.loans) this.#known.set(bookedLoanKey(id), loan);
    for (const id of state.payment.keys()) {
      const parts = books.parts.get(bookedKey("payment", id));
      if (parts) this.#known.set(partsKey(id), { parts });
      else this.#known.delete(partsKey(id));
    }
  }

  forget(): void {
    this.#head = null;
    this.#bookkeeping = null;
    this.#known.clear();
  }
}

const BYTES_OF_ANY = 600;
const BYTES_OF_A_DAY = 200;

const BYTES_OF_A_PART = 800;

type Remembered = Stored<object> | RememberedLoan | RememberedParts | BookedLoan | typeof BANK;

function weightOf(remembered: Remembered): number {
  if ("exists" in remembered) return BYTES_OF_ANY;
  if ("parts" in remembered) return BYTES_OF_ANY + remembered.parts.length * BYTES_OF_A_PART;
  if ("gross" in remembered) return BYTES_OF_ANY + remembered.gross.size * BYTES_OF_A_DAY;
  if ("book" in remembered) return BYTES_OF_ANY + remembered.book.later.length * BYTES_OF_A_DAY;
  let bytes = BYTES_OF_ANY;
  for (const value of Object.values(remembered.record)) {
    if (typeof value === "string") bytes += 2 * value.length;
    else if (Array.isArray(value)) bytes += 300 * value.length;
  }
  return bytes;
}
